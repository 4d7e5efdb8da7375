"""Finds the runner's sensors and keeps each of them streaming into the inbox."""

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
"""Between scans for sensors that may still come: a scan takes air time from the links."""

NAMESAKES_EVERY_S = 120.0
"""Between looks for a second sensor with a configured name once all are found. Our choice: at most a twentieth of the
air time; somebody else's sensor, which comes near during the run, is told of within minutes."""

GIVEN_UP_NS = 30 * NS_PER_S
"""A sensor that was not connected for so long makes room for another one at its place. Our choice: a body or a
lap out of range breaks a link for less, and a spare that lies in the bag, switched on, is not to take over for that."""

NO_SENSORS: Mapping[str, Placement] = MappingProxyType({})


class Supervisor:
    """All sensors of one runner on one radio.

    sensors  address or advertised name -> placement; empty: every device whose profile we know
    paired   address -> placement, as remembered; other sensors play as well
    seed     of the jitter of every wait
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
        self._refused: dict[str, Role] = {}  # another one is worn at their place; by address, like the roles
        self._devices: dict[str, DeviceSupervisor] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._names = any(not is_address(key) for key in sensors)  # a name is no proof: another sensor may have it
        self._namesakes_at_s: float | None = None  # when they were looked for last

    async def run(self, stop: asyncio.Event) -> None:
        """Supervise until `stop`; then every link ends in good order, all at once.

        Raises AdapterDownError when there is no adapter to begin with; one that goes away later is waited for.
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
        """Whether it is time to look if another sensor has a configured name: a scan that finds one ends there."""
        at_s = self._namesakes_at_s
        return self._names and (at_s is None or asyncio.get_running_loop().time() - at_s >= NAMESAKES_EVERY_S)

    async def _scan(self, *, to_the_end: bool = False) -> Seen:
        """Look for sensors that advertise, and for links that a hub which died left open.

        to_the_end  also when every configured sensor was met
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
        """Whether every configured sensor was met; without a configuration nobody can tell.

        One that is given up was not: another sensor may have its name. Its own address it is looked for by itself.
        """
        if not self._sensors:
            return False
        named = {configured_id(key, self._sensors[key]) for key in self._sensors if not is_address(key)}
        met = {role.device for role in self._roles.values() if role.device not in named or not self._is_given_up(role)}
        met |= {role.device for address, role in self._refused.items() if self._waits(address)}
        met |= {
            configured_id(key, self._sensors[key])
            for sighting in seen.values()
            if (key := configured_key(sighting, self._sensors)) is not None
        }
        return all(configured_id(key, placement) in met for key, placement in self._sensors.items())

    def _begin(self, seen: Seen, group: asyncio.TaskGroup) -> int:
        begun = 0
        for sighting in seen.values():
            role = self._role(sighting)
            if role is None or sighting.address in self._roles:
                continue
            there = self._who_is_at(role)
            if there is not None and not self._is_given_up(there):
                if sighting.address not in self._refused:
                    self._refused[sighting.address] = role
                    self._tell_unused(role, there)
                continue
            if there is not None:
                self._retire(there, role)
            self._refused.pop(sighting.address, None)
            self._roles[sighting.address] = role
            for waiting in [*self._refused.values()] if there is not None else []:
                if self._who_is_at(waiting) is role:
                    self._tell_unused(waiting, role)
            begun += 1
            if role.placement is None:
                self._inbox.put(_unplaced(role))
                continue
            backoff = Backoff(chance=random.Random(self._chance.random()))
            device = DeviceSupervisor(self._radio, role, role.placement, self._inbox, backoff)
            self._devices[role.address] = device
            self._tasks[role.address] = group.create_task(device.run(sighting), name=f"sensor {role.device}")
        return begun

    def _who_is_at(self, role: Role) -> Role | None:
        """The sensor that was met first where another one would be taken for it, or make every step twice."""
        if role.placement is None:
            return None
        moves = is_motion_sensor(role.profile)
        there = (other for other in self._roles.values() if other.placement is role.placement)
        return next((o for o in there if o.device == role.device or (moves and is_motion_sensor(o.profile))), None)

    def _waits(self, address: str) -> bool:
        """Whether a sensor was refused for another one that is still worn at its place."""
        role = self._refused.get(address)
        there = None if role is None else self._who_is_at(role)
        return there is not None and not self._is_given_up(there)

    def _is_given_up(self, role: Role) -> bool:
        down_ns = self._devices[role.address].down_ns
        return down_ns is not None and now_ns() - down_ns >= GIVEN_UP_NS

    def _tell_unused(self, role: Role, there: Role) -> None:
        alike = [each.address for each in self._refused.values() if each.device == there.device]
        self._inbox.put(_namesake(there, alike) if role.device == there.device else _second(role, there))

    def _retire(self, role: Role, successor: Role) -> None:
        """Let go of a sensor that was given up; should it come again, it is the spare one."""
        LOG.warning(
            "%s (%s): given up, %s (%s) takes its place", role.device, role.name, successor.name, successor.address
        )
        self._tasks.pop(role.address).cancel()
        del self._devices[role.address], self._roles[role.address]
        self._refused[role.address] = role


def _unplaced(role: Role) -> LinkState:
    return _unused(
        role,
        f'nobody can tell where it sits: run `stridecue pair`, or write "{role.address}" = "sacrum" (left_foot, ...) '
        "into [sensors]",
    )


def _namesake(used: Role, addresses: Sequence[str]) -> LinkState:
    """Tell of all that have the name of the one that is used, in one entry: which of them it is may change.

    No sensor can have its id: of a name nothing makes two hyphens.
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
