"""Find the runner's sensors and keep each of them streaming into the inbox."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from drivers.clock import now_ns
from drivers.errors import RadioError
from drivers.inbox import PacketInbox
from drivers.link_state import LinkState
from drivers.radio.facade import Radio, Seen
from drivers.radio.sighting import Sighting
from drivers.supervision.backoff import Backoff
from drivers.supervision.device_supervisor import DeviceSupervisor, end_if_cancelled, services_of
from drivers.supervision.roles import (
    NOTHING_PAIRED,
    Role,
    configured_id,
    configured_key,
    is_address,
    is_motion_sensor,
    role_of,
)
from dsp.signals import NS_PER_S, Placement
from firmware_profiles.catalog import Catalog

LOG = logging.getLogger("stridecue.radio")

SCAN_S = 6.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 30.0
"""Between scans for sensors that may still appear: a scan takes air time from the links."""

NAMESAKES_EVERY_S = 120.0
"""Between scans for a second sensor with a configured name once all are found. Our choice: at most a twentieth of the
air time, and another runner's sensor that comes near during the run is reported within minutes."""

GIVEN_UP_NS = 30 * NS_PER_S
"""After this long without a connection, another sensor with the same placement may take over. Our choice: the body or a
lap out of range breaks a link for less, and a spare switched on in the bag must not take over for that."""

NO_SENSORS: Mapping[str, Placement] = MappingProxyType({})


class Supervisor:
    """All sensors of one runner on one radio.

    sensors  address or advertised name -> placement; empty: every device with a known profile
    paired   address -> placement, as remembered by `stridecue pair`; other sensors are used as well
    seed     random seed of the jitter of all waits
    """

    def __init__(
        self,
        radio: Radio,
        catalog: Catalog,
        inbox: PacketInbox,
        sensors: Mapping[str, Placement] = NO_SENSORS,
        *,
        paired: Mapping[str, Placement] = NOTHING_PAIRED,
        seed: int | None = None,
    ) -> None:
        self._radio = radio
        self._catalog = catalog
        self._inbox = inbox
        self._sensors = sensors
        self._paired = paired
        self._services = frozenset().union(*map(services_of, catalog))
        self._chance = random.Random(seed)
        self._roles: dict[str, Role] = {}
        self._refused: dict[str, Role] = {}  # their placement is already taken; by address, like the roles
        self._devices: dict[str, DeviceSupervisor] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._names = any(not is_address(key) for key in sensors)  # a name is not unique
        self._namesakes_at_s: float | None = None  # time of the last scan for namesakes

    async def run(self, stop: asyncio.Event) -> None:
        """Supervise until `stop` is set; then close all links concurrently.

        Raises AdapterDownError if there is no adapter at the start; one that goes away later is waited for.
        """
        for key, placement in self._sensors.items():
            waiting = LinkState(configured_id(key, placement), placement, key, "searching", now_ns())
            self._inbox.put(waiting)
        stopping = asyncio.ensure_future(stop.wait())
        first = asyncio.ensure_future(self._scan())
        try:
            await asyncio.wait({stopping, first}, return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                return
            seen = first.result()
            async with asyncio.TaskGroup() as group:
                self._begin(seen, group)
                discovery = group.create_task(self._discover(group), name="radio discovery")
                await stop.wait()
                for task in (discovery, *self._tasks.values()):
                    task.cancel()
        finally:
            for future in (stopping, first):
                future.cancel()
            await asyncio.gather(stopping, first, return_exceptions=True)

    async def _discover(self, group: asyncio.TaskGroup) -> None:
        pause = Backoff(first_s=FIRST_PAUSE_S, cap_s=LONGEST_PAUSE_S, chance=self._chance)
        while True:
            end_if_cancelled()
            await asyncio.sleep(pause.next_s())
            to_the_end = self._namesakes_due()
            if not to_the_end and (self._all_found({}) or self._radio.free_slots <= 0):
                continue
            try:
                seen = await self._scan(to_the_end=to_the_end)
            except RadioError as error:
                LOG.warning("discovery: %s", error)
                continue
            if to_the_end:
                self._namesakes_at_s = asyncio.get_running_loop().time()
            if self._begin(seen, group):
                pause.reset()

    def _namesakes_due(self) -> bool:
        """Return whether a scan for namesakes of configured sensors is due: ordinary ones end once all are found."""
        at_s = self._namesakes_at_s
        return self._names and (at_s is None or asyncio.get_running_loop().time() - at_s >= NAMESAKES_EVERY_S)

    async def _scan(self, *, to_the_end: bool = False) -> Seen:
        """Return sensors that advertise, and those that a crashed hub left connected.

        to_the_end  do not end early once every configured sensor was found
        """
        linked = await self._radio.linked(self._services)
        left_open = {address: sighting for address, sighting in linked.items() if self._is_wanted(sighting)}

        def is_enough(seen: Seen) -> bool:
            return not to_the_end and self._all_found(left_open | seen)

        if is_enough({}):
            return left_open
        return left_open | await self._radio.scan(SCAN_S, wanted=self._is_wanted, enough=is_enough)

    def _is_wanted(self, sighting: Sighting) -> bool:
        if sighting.address in self._roles or self._waits(sighting.address):
            return False
        return self._role(sighting) is not None

    def _role(self, sighting: Sighting) -> Role | None:
        return role_of(sighting, self._catalog, self._sensors, self._paired)

    def _all_found(self, seen: Seen) -> bool:
        """Return whether every configured sensor was found; always False without a configuration.

        A sensor configured by name and given up does not count as found: another one may have the name. One configured
        by address is searched for by its own supervisor.
        """
        if not self._sensors:
            return False
        named = {configured_id(key, self._sensors[key]) for key in self._sensors if not is_address(key)}
        found = {r.device for r in self._roles.values() if r.device not in named or not self._is_given_up(r)}
        found |= {role.device for address, role in self._refused.items() if self._waits(address)}
        found |= {
            configured_id(key, self._sensors[key])
            for sighting in seen.values()
            if (key := configured_key(sighting, self._sensors)) is not None
        }
        return all(configured_id(key, placement) in found for key, placement in self._sensors.items())

    def _begin(self, seen: Seen, group: asyncio.TaskGroup) -> int:
        begun = 0
        for sighting in seen.values():
            role = self._role(sighting)
            if role is None or sighting.address in self._roles:
                continue
            there = self._holder_of(role)
            if there is not None and not self._is_given_up(there):
                if sighting.address not in self._refused:
                    self._refused[sighting.address] = role
                    self._report_unused(role, there)
                continue
            if there is not None:
                self._retire(there, role)
            self._refused.pop(sighting.address, None)
            self._roles[sighting.address] = role
            for waiting in [*self._refused.values()] if there is not None else []:
                if self._holder_of(waiting) is role:
                    self._report_unused(waiting, role)
            begun += 1
            if role.placement is None:
                self._inbox.put(_unplaced(role))
                continue
            backoff = Backoff(chance=random.Random(self._chance.random()))
            device = DeviceSupervisor(self._radio, role, role.placement, self._inbox, backoff)
            self._devices[role.address] = device
            self._tasks[role.address] = group.create_task(device.run(sighting), name=f"sensor {role.device}")
        return begun

    def _holder_of(self, role: Role) -> Role | None:
        """Return the active sensor that conflicts with `role`: same id, or a second motion sensor at its placement."""
        if role.placement is None:
            return None
        moves = is_motion_sensor(role.profile)
        there = (other for other in self._roles.values() if other.placement is role.placement)
        return next((o for o in there if o.device == role.device or (moves and is_motion_sensor(o.profile))), None)

    def _waits(self, address: str) -> bool:
        """Return whether a sensor is unused because another one is still active at its placement."""
        role = self._refused.get(address)
        there = None if role is None else self._holder_of(role)
        return there is not None and not self._is_given_up(there)

    def _is_given_up(self, role: Role) -> bool:
        down_ns = self._devices[role.address].down_ns
        return down_ns is not None and now_ns() - down_ns >= GIVEN_UP_NS

    def _report_unused(self, role: Role, there: Role) -> None:
        same_name = [each.address for each in self._refused.values() if each.device == there.device]
        self._inbox.put(_namesake(there, same_name) if role.device == there.device else _second(role, there))

    def _retire(self, role: Role, successor: Role) -> None:
        """Drop a sensor that was given up; if it returns, it is the spare one."""
        LOG.warning(
            "%s (%s): given up, %s (%s) takes its place", role.device, role.name, successor.name, successor.address
        )
        self._tasks.pop(role.address).cancel()
        del self._devices[role.address], self._roles[role.address]
        self._refused[role.address] = role


def _unplaced(role: Role) -> LinkState:
    return _unused(
        role,
        f'it is unknown where it is worn: run `stridecue pair`, or add "{role.address}" = "sacrum" (or left_foot, ...) '
        "to [sensors]",
    )


def _namesake(used: Role, addresses: Sequence[str]) -> LinkState:
    """Report all unused sensors with the same name as the used one in a single entry, as their order may change.

    The entry's id cannot be a sensor's: no name gives an id with two consecutive hyphens.
    """
    return _unused(
        replace(used, device=f"{used.device}--spare", address=addresses[-1]),
        f"{used.address} has the same name and is used, not {' and '.join(addresses)}: switch one off or put "
        "addresses in [sensors]",
    )


def _second(role: Role, there: Role) -> LinkState:
    worn = there.name if there.name != role.name else there.address
    return _unused(
        role,
        f"{worn} is already worn there ({role.placement}); this one is used after {GIVEN_UP_NS / NS_PER_S:.0f} s "
        "without it. To move it: `stridecue pair`",
    )


def _unused(role: Role, detail: str) -> LinkState:
    return LinkState(
        role.device,
        None,
        role.name,
        "failed",
        now_ns(),
        detail=detail,
        profile=role.profile.id,
        address=role.address,
    )
