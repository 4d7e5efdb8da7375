"""Identify a runner's motion sensors: all are connected, and the one that is shaken is recognised by its motion."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager

import numpy as np

from drivers.inbox import Item, PacketInbox
from drivers.ingest import Ingest
from drivers.link_state import LinkState
from drivers.packets import DeviceInfo, Packet
from drivers.radio.facade import Radio, Seen
from drivers.radio.sighting import Sighting
from drivers.supervision.backoff import Backoff
from drivers.supervision.device_supervisor import DeviceSupervisor
from drivers.supervision.roles import Role, address_tail, is_motion_sensor, slug
from dsp.shake import ShakeFinder
from dsp.signals import Quantity, SampleBlock
from firmware_profiles.catalog import Catalog

SCAN_S = 6.0
_ACCELERATION = (Quantity.ACC_X_MPS2, Quantity.ACC_Y_MPS2, Quantity.ACC_Z_MPS2)


def motion_sensors(seen: Seen, catalog: Catalog) -> dict[str, Role]:
    """Return the motion sensors by device id; the placement is provisional until the user has assigned one."""
    found: dict[str, Role] = {}
    for sighting in seen.values():
        profile = catalog.match(sighting.name, sighting.service_uuids, sighting.manufacturer_data)
        if profile is not None and is_motion_sensor(profile) and profile.profile.placement:
            device = slug("motion", address_tail(sighting.address))
            name = sighting.name or sighting.address
            found[device] = Role(device, profile, profile.profile.placement[0], name, sighting.address)
    return found


class Pairing:
    """The sensors taking part (`sensors`, by device id) and the state of each link (`states`)."""

    def __init__(self, sensors: Mapping[str, Role], catalog: Catalog, inbox: PacketInbox) -> None:
        self.sensors = sensors
        self.states: dict[str, LinkState] = {}
        self._inbox = inbox
        self._ingest = Ingest(catalog)

    async def shaken(self, within_s: float, but_not: Collection[str] = ()) -> Role | None:
        """Wait until a sensor is shaken; None if none was within `within_s`. `but_not`: device ids already assigned."""
        self._take_in(await self._waiting())
        finder = ShakeFinder()
        try:
            async with asyncio.timeout(within_s):
                while True:
                    for block in self._take_in(await self._inbox.get_batch()):
                        who = finder.update(block.source, block.t_ns, _acceleration(block))
                        if who is not None and who not in but_not:
                            return self.sensors[who]
        except TimeoutError:
            return None

    @property
    def streaming(self) -> list[str]:
        """Ids of the devices that are streaming."""
        return [device for device, state in self.states.items() if state.state == "streaming"]

    async def all_streaming(self, within_s: float) -> None:
        """Wait until every sensor streams, for at most `within_s`."""
        try:
            async with asyncio.timeout(within_s):
                while len(self.streaming) < len(self.sensors):
                    self._take_in(await self._inbox.get_batch())
        except TimeoutError:
            return

    async def _waiting(self) -> list[Item]:
        return await self._inbox.get_batch() if self._inbox.waiting else []

    def _take_in(self, items: list[Item]) -> list[SampleBlock]:
        blocks: list[SampleBlock] = []
        for item in items:
            if isinstance(item, DeviceInfo):
                self._ingest.add_device(item)
            elif isinstance(item, LinkState):
                self.states[item.device] = item
            elif isinstance(item, Packet):
                blocks += [block for block in self._ingest.update(item) if set(_ACCELERATION) <= set(block.layout)]
        return blocks


def _acceleration(block: SampleBlock) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return block.values[:, [block.layout.index(quantity) for quantity in _ACCELERATION]]


@asynccontextmanager
async def pairing(radio: Radio, catalog: Catalog) -> AsyncIterator[Pairing]:
    """Find nearby motion sensors and keep them streaming inside the context. Raises AdapterDownError."""
    seen = await radio.scan(SCAN_S, wanted=lambda sighting: bool(motion_sensors({"": sighting}, catalog)))
    sensors = motion_sensors(seen, catalog)
    by_address: dict[str, Sighting] = {sighting.address: sighting for sighting in seen.values()}
    inbox = PacketInbox()
    async with asyncio.TaskGroup() as group:
        tasks = []
        for role in sensors.values():
            assert role.placement is not None
            device = DeviceSupervisor(radio, role, role.placement, inbox, Backoff(chance=random.Random()))
            tasks.append(group.create_task(device.run(by_address[role.address]), name=f"sensor {role.device}"))
        try:
            yield Pairing(sensors, catalog, inbox)
        finally:
            for task in tasks:
                task.cancel()
