"""Plays a recording back at the pace it was recorded, faster, or as fast as it can be read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from drivers.packets import DeviceInfo, Packet, Said
from drivers.recordings.recording import RecordingReader
from dsp.signals import NS_PER_S

BREATH_ITEMS = 64
"""At full speed other tasks get a turn after this many items."""
LOOK_S = 0.2
"""A change of pace is noticed within this."""


class Pace:
    """How a replay moves on; may be changed while it plays.

    speed      1 = as recorded, 10 = ten times as fast, None = no waiting at all; ValueError unless above 0
    paused     nothing moves
    target_ns  up to here there is no waiting: the way forward to a place in the recording
    """

    def __init__(self, speed: float | None = 1.0) -> None:
        self.paused = False
        self.target_ns = 0
        self.changes = 0
        self._speed: float | None = None
        self.speed = speed

    @property
    def speed(self) -> float | None:
        """The speed."""
        return self._speed

    @speed.setter
    def speed(self, speed: float | None) -> None:
        if speed is not None and not speed > 0:
            raise ValueError(f"speed must be above 0, not {speed:g}")
        self._speed = speed
        self.changes += 1

    def pause(self, *, paused: bool) -> None:
        """Stand still, or go on from here."""
        self.paused = paused
        self.changes += 1

    def skip_to(self, t_ns: int) -> None:
        """Go there without waiting; what lies between is worked off, only faster. Backward there is no way."""
        self.target_ns = t_ns
        self.paused = False
        self.changes += 1


class ReplaySource:
    """Asynchronous iterator over a recording, in file order.

    pace  or a speed
    wait  waits so many seconds; may return early, then with True, e.g. when the run is asked to stop
    Packets keep their own arrival times; only the waiting follows the running loop's clock.
    """

    def __init__(
        self,
        reader: RecordingReader,
        pace: Pace | float | None,
        wait: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._reader = reader
        self._pace = pace if isinstance(pace, Pace) else Pace(pace)
        self._wait = wait
        self._from: tuple[float, int] | None = None  # where the present pace began: loop time, time of the recording
        self._changes = 0
        self.position_ns = reader.session.t0_ns

    async def __aiter__(self) -> AsyncIterator[DeviceInfo | Packet | Said]:
        for count, item in enumerate(self._reader):
            if isinstance(item, Packet):
                await self._until_due(item.t_recv_ns)
                self.position_ns = item.t_recv_ns
            if not count % BREATH_ITEMS:
                await asyncio.sleep(0)
            yield item

    async def _until_due(self, t_ns: int) -> None:
        loop, pace = asyncio.get_running_loop(), self._pace
        while True:
            if pace.changes != self._changes:
                # What has been waited already counts for nothing: from here on it goes at the new pace.
                self._changes, self._from = pace.changes, None
            if pace.paused:
                if await self._wait(LOOK_S):
                    return
                continue
            if pace.speed is None or t_ns < pace.target_ns:
                self._from = None
                return
            if self._from is None:
                self._from = loop.time(), t_ns
            began_s, began_ns = self._from
            wait_s = began_s + (t_ns - began_ns) / NS_PER_S / pace.speed - loop.time()
            if wait_s <= 0.0 or await self._wait(min(wait_s, LOOK_S)):
                return
