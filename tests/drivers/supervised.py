"""A running supervisor in a test, and everything it put into its inbox."""

from __future__ import annotations

import asyncio
import itertools
import struct
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from drivers.inbox import Item, PacketInbox
from drivers.link_state import LinkState
from drivers.packets import DeviceInfo, Packet
from drivers.radio.facade import Radio
from drivers.supervision.supervisor import NO_SENSORS, Supervisor
from dsp.signals import Placement
from firmware_profiles.catalog import Catalog, load_catalog

IMU_HEAD = struct.Struct("<IIB")


class Heard:
    """The supervisor's output by device; `states` has every link state, in order."""

    def __init__(self) -> None:
        self._news = asyncio.Condition()
        self.packets: dict[str, list[Packet]] = defaultdict(list)
        self.infos: dict[str, DeviceInfo] = {}
        self.states: dict[str, list[LinkState]] = defaultdict(list)

    async def take(self, items: list[Item]) -> None:
        for item in items:
            self._sort(item)
        async with self._news:
            self._news.notify_all()

    def _sort(self, item: Item) -> None:
        if isinstance(item, Packet):
            assert item.device in self.infos, "a packet came before the word who sends"
            self.packets[item.device].append(item)
        elif isinstance(item, DeviceInfo):
            self.infos[item.device] = item
        else:
            self.states[item.device].append(item)

    def state(self, device: str) -> str | None:
        return self.states[device][-1].state if self.states[device] else None

    def streaming(self) -> set[str]:
        return {device for device in list(self.states) if self.state(device) == "streaming"}

    def payloads(self, device: str, channel: str) -> list[bytes]:
        return [packet.payload for packet in self.packets[device] if packet.channel == channel]

    def sample_ranges(self, device: str) -> list[tuple[int, int]]:
        """Return the first sample number and the number of samples of each IMU packet."""
        return [(head[0], head[2]) for head in (IMU_HEAD.unpack_from(raw) for raw in self.payloads(device, "data"))]

    def holes(self, device: str) -> list[tuple[int, int]]:
        """Return (expected, found) wherever the sample counter is not continuous."""
        ranges = self.sample_ranges(device)
        return [(a + n, b) for (a, n), (b, _) in itertools.pairwise(ranges) if b != a + n]

    async def until(self, true: Callable[[], bool], within_s: float = 30.0) -> float:
        """Wait until the condition is true; return the seconds it took."""
        loop = asyncio.get_running_loop()
        start_s = loop.time()
        async with asyncio.timeout(within_s):
            async with self._news:
                await self._news.wait_for(true)
        return loop.time() - start_s


@asynccontextmanager
async def supervised(
    radio: Radio,
    sensors: Mapping[str, Placement] = NO_SENSORS,
    catalog: Catalog | None = None,
    paired: Mapping[str, Placement] = NO_SENSORS,
) -> AsyncIterator[Heard]:
    """Supervise `radio` inside; at the end, everything put in the inbox must have been delivered."""
    heard, inbox, stop = Heard(), PacketInbox(), asyncio.Event()

    async def collect() -> None:
        while batch := await inbox.get_batch():
            await heard.take(batch)

    supervisor = Supervisor(radio, catalog or load_catalog(), inbox, sensors, paired=paired, seed=7)
    collecting = asyncio.create_task(collect(), name="collect")
    running = asyncio.create_task(supervisor.run(stop), name="supervise")
    try:
        yield heard
    finally:
        stop.set()
        await running
        inbox.close()
        await collecting
    assert inbox.made == inbox.delivered
    assert inbox.dropped == inbox.waiting == 0
