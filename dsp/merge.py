"""Merge the sightings of several sensors into one order, whatever order their packets arrived in.

Each sighting carries the data time at which its sensor decided it (`decided_s`), which never decreases within a sensor.
Sightings are released in that order as soon as no sensor can still produce an earlier one: up to the newest time that
every sensor has reached, waiting at most `wait_s` of data time for one that lags. A sensor that is `GIVEN_UP_S` behind
counts as gone and is not waited for; should it return, it joins again, and its sightings are due once all the other
sensors have caught up. A sensor that gives about one value a second (a pod, a strap, a treadmill) is never waited for:
its values take effect `wait_s` later instead.

Data time has reached the end of a block of up to `LAG_S`, but only the start of a longer one, until the next block: the
other sensors' blocks of the same time arrive one after the other, and the last of them may be a new sensor's. So the
output does not depend on the length of blocks; that of a long one is complete when the next has arrived, of any sensor.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TypeAlias

from dsp.gait.sightings import Sighting
from dsp.samples.stage import GIVEN_UP_S, WAIT_S

Due: TypeAlias = tuple[float, str, int, Sighting]
"""Due time (s), lane, serial number and sighting: the sort key of the release order."""


@dataclass(slots=True)
class _Lane:
    """One sensor's pending sightings; `slow`: it is never waited for, `left`: it takes part no more."""

    latest_s: float
    first_s: float
    slow: bool
    left: bool = False
    waiting: list[Due] = field(default_factory=list)


class DataTimeMerge:
    """Orders sightings of all sensors by data time, independent of how their packets were interleaved.

    now_s  data time up to which everything is settled; never decreases
    """

    def __init__(self, wait_s: float = WAIT_S) -> None:
        self._wait_s = wait_s
        self._lanes: dict[str, _Lane] = {}
        self._waited_for: list[_Lane] = []
        self._newest_s = float("-inf")
        self._first_s = float("inf")
        self._serial = 0
        self._pending = 0
        self.now_s = float("-inf")

    @property
    def begins_s(self) -> float:
        """Data time before which nothing is released: by then every sensor present from the start is known."""
        return self._first_s + self._wait_s

    def join(self, source: str, first_s: float, *, slow: bool) -> None:
        """Add `source`, whose first sample is at `first_s`, unless it is known; `slow`: it is never waited for."""
        if source in self._lanes:
            return
        lane = self._lanes[source] = _Lane(float("-inf"), first_s, slow)
        self._first_s = min(self._first_s, first_s)
        if not slow:
            self._waited_for.append(lane)

    def put(self, source: str, sightings: list[Sighting], latest_s: float, long_from_s: float = math.inf) -> None:
        """Take the `sightings` of `source`, which has reached `latest_s`, in a long block from `long_from_s` on."""
        lane = self._lanes[source]
        if latest_s > lane.latest_s:
            lane.latest_s = latest_s
        newest_s = min(latest_s, long_from_s)
        if newest_s > self._newest_s:
            self._newest_s = newest_s
        if sightings:
            earliest = lane.first_s + self._wait_s + 1e-6
            self._pending += len(sightings)
            for s in sightings:
                self._serial += 1
                due = s.decided_s + self._wait_s + 1e-6 if lane.slow else max(s.decided_s, earliest)
                lane.waiting.append((due, source, self._serial, s))

    def leave(self, source: str, sightings: list[Sighting], until_s: float) -> None:
        """Take the last `sightings` of `source`, and stop waiting for it; its successor begins at `until_s`."""
        self._lanes = {name: lane for name, lane in self._lanes.items() if lane.waiting or not lane.left}
        lane = self._lanes[source]
        lane.first_s, lane.left = until_s, True
        self.put(source, sightings, lane.latest_s)
        self._waited_for = [other for other in self._waited_for if other is not lane]

    def __contains__(self, source: str) -> bool:
        """Whether `source` takes part, or has left with sightings still pending."""
        return source in self._lanes

    def take(self) -> list[Due]:
        """Return every sighting that is due, and advance `now_s` to the settled time."""
        now = self._newest_s
        oldest, gone_s = now - self._wait_s, now - GIVEN_UP_S
        for lane in self._waited_for:
            if lane.latest_s < now and (lane.latest_s > gone_s or lane.first_s > gone_s):
                now = max(lane.latest_s, oldest)
        if now < self.begins_s:
            return []
        if now > self.now_s:
            self.now_s = now
        return self._release(now) if self._pending else []

    def end(self) -> None:
        """Advance data time to the newest of all sensors: no more will come."""
        self._newest_s = max([self._newest_s, *(lane.latest_s for lane in self._lanes.values())])

    def flush(self) -> list[Due]:
        """Return everything that is pending, in order."""
        return self._release(float("inf"))

    def _release(self, now_s: float) -> list[Due]:
        due: list[Due] = []
        for lane in self._lanes.values():
            waiting = lane.waiting
            if waiting and waiting[0][0] <= now_s:
                lane.waiting = [w for w in waiting if w[0] > now_s]
                due += [w for w in waiting if w[0] <= now_s]
        self._pending -= len(due)
        due.sort()
        return due
