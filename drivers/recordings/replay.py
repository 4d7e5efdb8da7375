"""The pace of a replay: as recorded, faster, or paused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from dsp.signals import NS_PER_S

LOOK_S = 0.05
"""A change of pace takes effect within this time, which is imperceptible."""


class Pace:
    """The pace of a replay; may be changed while it plays.

    speed      1 = as recorded, 10 = ten times as fast; ValueError unless above 0
    paused     whether playback is paused
    target_ns  no waiting before this time, even if paused: used to seek
    hurried    no waiting at all while True
    """

    def __init__(self, speed: float = 1.0) -> None:
        self.paused = False
        self.hurried = False
        self.target_ns = 0
        self.changes = 0
        self.speed = speed

    @property
    def speed(self) -> float:
        """The playback speed, 1 = as recorded."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        if not speed > 0:
            raise ValueError(f"speed must be above 0, not {speed:g}")
        self._speed = speed
        self.changes += 1

    def pause(self, *, paused: bool) -> None:
        """Pause, or resume from here."""
        self.paused = paused
        self.changes += 1

    def skip_to(self, t_ns: int) -> None:
        """Play up to `t_ns` without waiting; everything before it is still processed."""
        self.target_ns = t_ns
        self.changes += 1


class Pacer:
    """Waits until the next packet is due.

    wait  sleeps for a number of seconds; may return early with True, e.g. when the run is asked to stop
    Packets keep their arrival times; only the waiting follows the running loop's clock.
    """

    def __init__(self, pace: Pace, wait: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        self._pace = pace
        self._wait = wait
        self._from: tuple[float, int] | None = None  # start of the current pace: (loop time, recording time)
        self._changes = 0

    async def until_due(self, t_ns: int) -> None:
        """Wait for the packet that arrived at `t_ns`."""
        loop, pace = asyncio.get_running_loop(), self._pace
        while True:
            if pace.changes != self._changes:
                # Time already waited does not count: the new pace applies from here on.
                self._changes, self._from = pace.changes, None
            if pace.hurried or t_ns < pace.target_ns:
                self._from = None
                return
            if pace.paused:
                if await self._wait(LOOK_S):
                    return
                continue
            if self._from is None:
                self._from = loop.time(), t_ns
            began_s, began_ns = self._from
            wait_s = began_s + (t_ns - began_ns) / NS_PER_S / pace.speed - loop.time()
            if wait_s <= 0.0 or await self._wait(min(wait_s, LOOK_S)):
                return
