"""Plays a recording back at the pace it was recorded, faster, or as fast as it can be read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from drivers.packets import DeviceInfo, Packet, Said
from drivers.recordings.recording import RecordingReader
from dsp.signals import NS_PER_S

BREATH_ITEMS = 64
"""At full speed other tasks get a turn after this many items."""


class ReplaySource:
    """Asynchronous iterator over a recording, in file order.

    speed  1 = as recorded, 10 = ten times as fast, None = no waiting at all
    wait   waits so many seconds; may return early, e.g. when the run is asked to stop
    Packets keep their own arrival times; only the waiting follows the running loop's clock.
    """

    def __init__(
        self,
        reader: RecordingReader,
        speed: float | None,
        wait: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        if speed is not None and not speed > 0:
            raise ValueError(f"speed must be above 0, not {speed:g}")
        self._reader = reader
        self._speed = speed
        self._wait = wait
        self.position_ns = reader.session.t0_ns

    async def __aiter__(self) -> AsyncIterator[DeviceInfo | Packet | Said]:
        loop = asyncio.get_running_loop()
        start_s, first_ns = loop.time(), None
        for count, item in enumerate(self._reader):
            if isinstance(item, Packet):
                self.position_ns = item.t_recv_ns
                if self._speed is not None:
                    first_ns = item.t_recv_ns if first_ns is None else first_ns
                    due_s = start_s + (item.t_recv_ns - first_ns) / NS_PER_S / self._speed
                    if (wait_s := due_s - loop.time()) > 0:
                        await self._wait(wait_s)
            if not count % BREATH_ITEMS:
                await asyncio.sleep(0)
            yield item
