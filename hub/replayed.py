"""A recording as the source of a run: at its own pace or faster, paused, and on to where something happened."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from drivers.recordings.recording import RecordingReader
from drivers.recordings.replay import Pace, ReplaySource
from dsp.signals import NS_PER_S
from hub.engine import RadioItem
from hub.incoming import CommandMessage
from hub.source import NamedTask, Source
from hub.stop import Stop

EVENTS = frozenset({"cue", "threshold", "pain"})
"""What one jumps to."""
LEAD_S = 5.0
"""A jump ends so long before what it is about."""


class ReplayedSource:
    """See `source.Source`. Nothing is dropped: the reader waits for the run."""

    dropped = 0

    def __init__(self, reader: RecordingReader, speed: float) -> None:
        self._reader = reader
        self._pace = Pace(speed)
        self._replay: ReplaySource | None = None
        self._events_ns: list[int] | None = None

    def now_ns(self) -> int:
        """Tell the arrival time of the latest packet."""
        return self._reader.session.t0_ns if self._replay is None else self._replay.position_ns

    def tasks(self, stop: Stop) -> Sequence[NamedTask]:
        """Give none: the recording is read where it is used."""
        del stop
        return ()

    async def batches(self, stop: Stop) -> AsyncIterator[Sequence[RadioItem]]:
        """Yield item by item, in file order, until the end or `stop`."""
        self._replay = ReplaySource(self._reader, self._pace, stop.wait_for)
        async for item in self._replay:
            if stop.asked:
                return
            yield (item,)

    def steer(self, order: CommandMessage) -> str | None:
        """Pause, go on, change speed, skip or jump: what was done; None when the order is about something else."""
        pace, now_ns = self._pace, self.now_ns()
        match order:
            case CommandMessage(action="pause" | "resume" as action):
                pace.pause(paused=action == "pause")
                return "the replay stands still" if pace.paused else "the replay goes on"
            case CommandMessage(action="speed", factor=factor) if factor is not None:
                pace.speed = factor
                return f"{factor:g} times as fast as it was run"
            case CommandMessage(action="skip", seconds=seconds) if seconds is not None:
                pace.skip_to(now_ns + round(seconds * NS_PER_S))
                return f"{seconds:g} s further"
            case CommandMessage(action="jump"):
                return self._jump(now_ns)
        return None

    def _jump(self, now_ns: int) -> str:
        if self._events_ns is None:
            self._events_ns = sorted(t_ns for kind, t_ns, _ in self._reader.records() if kind in EVENTS)
        lead_ns = round(LEAD_S * NS_PER_S)
        place = bisect_right(self._events_ns, now_ns + lead_ns)
        if place == len(self._events_ns):
            return "no cue, threshold or pain comes after this"
        self._pace.skip_to(self._events_ns[place] - lead_ns)
        return f"{LEAD_S:.0f} s before the next cue, threshold or pain"


@asynccontextmanager
async def open_replayed(reader: RecordingReader, speed: float) -> AsyncIterator[Source]:
    """Yield the recording as a source."""
    yield ReplayedSource(reader, speed)
