"""Keep one sensor streaming: connect, subscribe, watch, re-subscribe, reconnect; report every change of state."""

from __future__ import annotations

import asyncio
import dataclasses
import logging

from drivers.clock import now_ns
from drivers.errors import (
    AdapterDownError,
    DeviceUnreachableError,
    NoSlotError,
    RadioError,
    StaleServicesError,
)
from drivers.inbox import PacketInbox
from drivers.link_state import LinkState, State
from drivers.packets import DeviceInfo, Packet
from drivers.radio.facade import FRESH_NS, Radio
from drivers.radio.link import Link
from drivers.radio.sighting import Sighting
from drivers.supervision.backoff import Backoff
from drivers.supervision.gatt_session import GattSession
from drivers.supervision.roles import Role
from drivers.supervision.watchdog import Watchdog
from dsp.signals import NS_PER_S, Placement
from firmware_profiles.schema import Profile
from firmware_profiles.uuids import full_uuid

LOG = logging.getLogger("stridecue.radio")

FIND_WITHIN_S = 6.0
SETUP_TIMEOUT_S = 20.0
STABLE_NS = 10 * NS_PER_S
"""A link that streamed for this long counts as a success: after its loss, the backoff starts again with short waits."""

REFUSED_WAIT_S = 30.0
"""Between attempts after a failure that only the user can resolve."""

SLOT_WAIT_S = 4.0
"""Until the next check for a free connection slot: another sensor may have gone."""

STALE_CHECK_S = 0.25
BATTERY_LEVEL = full_uuid("2a19")


class DeviceSupervisor:
    """Supervisor of one sensor with a known placement. `run` ends only by cancellation, and then closes the link."""

    def __init__(self, radio: Radio, role: Role, placement: Placement, inbox: PacketInbox, backoff: Backoff) -> None:
        self._radio = radio
        self._role = role
        self._inbox = inbox
        self._backoff = backoff
        self._params = role.profile.default_params()
        self._services = services_of(role.profile)
        self.down_ns: int | None = now_ns()  # disconnected since then, although the adapter is up; None: connected
        self._announced = False
        self._was_up = False
        self._cache_cleared = False
        self._watchdog = Watchdog({})
        self._state = LinkState(
            role.device, placement, role.name, "searching", now_ns(), profile=role.profile.id, address=role.address
        )
        self._info = DeviceInfo(role.device, role.profile.id, placement, role.name, role.address, self._params)
        self._battery_aliases = {
            alias for alias, entry in role.profile.gatt.items() if full_uuid(entry.char) == BATTERY_LEVEL
        }

    async def run(self, sighting: Sighting | None) -> None:
        """Keep the sensor streaming; `sighting` saves the first search when it is fresh."""
        while True:
            try:
                if sighting is None or now_ns() - sighting.seen_ns > FRESH_NS:
                    sighting = await self._radio.find(self._role.address, FIND_WITHIN_S, self._services)
                self._report("connecting")
                await self._connect_and_stream(sighting)
            except AdapterDownError as error:
                self.down_ns = now_ns()  # time without an adapter does not count as absence of the sensor
                self._report("failed", f"Bluetooth adapter: {error}")
            except DeviceUnreachableError as error:
                self._report("lost" if self._was_up else "searching", str(error))
            except NoSlotError as error:
                self._report("failed", str(error))
                await asyncio.sleep(SLOT_WAIT_S)
            except RadioError as error:
                await self._refused(error, sighting)
            end_if_cancelled()
            sighting = None
            await asyncio.sleep(self._backoff.next_s())

    async def _refused(self, error: RadioError, sighting: Sighting | None) -> None:
        """Report a failure that only the user can resolve; for stale services, clear the GATT cache first, once."""
        if isinstance(error, StaleServicesError) and sighting is not None and not self._cache_cleared:
            self._cache_cleared = True
            if await self._radio.forget(sighting):
                LOG.warning("%s: %s; cache cleared, searching again", self._role.device, error)
                return
        self._report("failed", str(error))
        await asyncio.sleep(REFUSED_WAIT_S)

    async def _connect_and_stream(self, sighting: Sighting) -> None:
        link = await self._radio.connect(sighting, self._services)
        self.down_ns = None
        session = GattSession(link, self._role.profile, self._params, self._on_value)
        try:
            session.check()
            self._cache_cleared = False
            if not self._announced:
                self._announced = True
                self._inbox.put(self._info)
            async with asyncio.timeout(SETUP_TIMEOUT_S):
                await session.start()
            await self._watch(link, session)
        except TimeoutError as error:
            raise DeviceUnreachableError(f"{self._role.name}: did not start within {SETUP_TIMEOUT_S:.0f} s") from error
        except asyncio.CancelledError:
            await session.stop()
            raise
        finally:
            self.down_ns = now_ns()
            await link.close()

    async def _watch(self, link: Link, session: GattSession) -> None:
        began_ns = now_ns()
        self._watchdog = Watchdog(session.nominal_hz)
        self._watchdog.start(began_ns)
        if self._was_up:
            self._state = dataclasses.replace(self._state, reconnects=self._state.reconnects + 1)
        self._was_up = True
        self._report("streaming")  # limits follow at the first check: BlueZ may report the MTU after the services
        try:
            await self._stream(link, session)
        finally:
            if now_ns() - began_ns >= STABLE_NS:
                self._backoff.reset()

    async def _stream(self, link: Link, session: GattSession) -> None:
        """Watch the link until it is lost or stays silent after a re-subscription: raises DeviceUnreachableError."""
        retried_ns: int | None = None
        while True:
            if await _ends(link, self._until_check_s(retried_ns)):
                raise DeviceUnreachableError("the link ended: out of range, switched off, or its battery is empty")
            silent = self._watchdog.silent(now_ns())
            if retried_ns is not None and self._watchdog.heard_since(retried_ns):
                retried_ns = None
            if not silent and retried_ns is None:
                self._report("streaming", session.limits())
            elif silent and retried_ns is None:
                self._report("stale", f"connected, but no data on {', '.join(silent)}")
                await session.resubscribe(silent)
                retried_ns = now_ns()
                self._watchdog.start(retried_ns)
            elif silent:
                raise DeviceUnreachableError(f"connected, but still no data on {', '.join(silent)}: reconnecting")

    def _until_check_s(self, retried_ns: int | None) -> float:
        if retried_ns is not None:
            return STALE_CHECK_S
        now = now_ns()
        return (self._watchdog.next_check_ns(now) - now) / NS_PER_S

    def _on_value(self, alias: str, value: bytes) -> None:
        t_ns = now_ns()
        self._inbox.put(Packet(self._role.device, alias, t_ns, value))
        self._watchdog.hear(alias, t_ns)
        if alias in self._battery_aliases and len(value) == 1 and value[0] <= 100:
            self._note_battery(float(value[0]))

    def _note_battery(self, battery_pct: float) -> None:
        if battery_pct != self._state.battery_pct:
            self._state = dataclasses.replace(self._state, battery_pct=battery_pct)
            self._inbox.put(self._state)

    def _report(self, state: State, detail: str = "") -> None:
        if (state, detail) != (self._state.state, self._state.detail):
            self._state = dataclasses.replace(self._state, state=state, since_ns=now_ns(), detail=detail)
            self._inbox.put(self._state)
            LOG.info("%s (%s): %s %s", self._role.device, self._role.name, state, detail)


def services_of(profile: Profile) -> frozenset[str]:
    """Return the services to discover; empty, meaning all, if the profile does not state the service of every entry."""
    services = {entry.service for entry in profile.gatt.values()}
    return frozenset() if None in services else frozenset(service for service in services if service is not None)


def end_if_cancelled() -> None:
    """Raise CancelledError in a cancelled task: a failing radio may have replaced the cancellation by its own error."""
    if (own := asyncio.current_task()) is not None and own.cancelling():
        raise asyncio.CancelledError


async def _ends(link: Link, within_s: float) -> bool:
    try:
        async with asyncio.timeout(within_s):
            await link.lost.wait()
    except TimeoutError:
        return link.lost.is_set()
    return True
