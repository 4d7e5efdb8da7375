"""org.bluez.Device1."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from bumble.device import Advertisement, Connection, Peer
from dbus_fast import Message, Variant

from drivers.radio.bumble_scanner import advertisement_data
from tests.bluez.fake.failure import (
    ABORTED,
    ADAPTER_OFF,
    IN_PROGRESS,
    NO_AGENT,
    BluezError,
    Faults,
)
from tests.bluez.fake.gatt import Gatt
from tests.bluez.fake.kernel import Kernel
from tests.bluez.fake.objects import Objects

DEVICE = "org.bluez.Device1"
HCI0 = "/org/bluez/hci0"
MTU = 517
DISCONNECT_S = 2.0
"""Delay before bluetoothd ends a link on request: DISCONNECT_TIMER of 5.66."""

INHERIT_S = 10.0

MTU_TOLD_S = 0.3
"""bluetoothd may expose services from its cache before it has exchanged the MTU."""


def path_of(address: str) -> str:
    """Return the object path of a device."""
    return f"{HCI0}/dev_{address.replace(':', '_')}"


class Devices:
    """All devices of the adapter.

    resolve_after_s  additional duration of service discovery, by address; None: it never ends
    hidden           characteristics missing in a stale cache, by address; removing the device clears the cache
    mtu_unreported   devices whose MTU remains 23 on the bus, whatever it is
    """

    def __init__(
        self,
        objects: Objects,
        kernel: Kernel,
        gatt: Gatt,
        faults: Faults,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        later: Callable[[float, Callable[[], None]], None],
    ) -> None:
        self._objects = objects
        self._kernel = kernel
        self._gatt = gatt
        self._faults = faults
        self._spawn = spawn
        self._later = later
        self._connecting: dict[str, asyncio.Task[Any]] = {}
        self._seen = asyncio.Event()
        self.resolve_after_s: dict[str, float | None] = {}
        self.hidden: dict[str, set[str]] = {}
        self.mtu_unreported: set[str] = set()
        self.answers = {
            f"{DEVICE}.Connect": self._connect,
            f"{DEVICE}.Disconnect": self._disconnect,
            f"{DEVICE}.Pair": self._pair,
        }

    def end_scan(self) -> None:
        """Remove the signal strengths, which do not outlive a scan."""
        for path in list(self._objects.all):
            if DEVICE in self._objects.all[path]:
                self._objects.forget(path, DEVICE, "RSSI")

    def see(self, advertisement: Advertisement) -> None:
        """Expose an advertiser, or signal that it was heard again (every time, as with bleak's discovery filter)."""
        seen = advertisement_data(advertisement)
        address = advertisement.address.to_string(with_type_qualifier=False)
        path = path_of(address)
        news: dict[str, Any] = {"RSSI": Variant("n", seen.rssi)}
        if path not in self._objects:
            self._show(address)
        if seen.local_name and self._objects.get(path, DEVICE, "Name") != seen.local_name:
            news |= {"Name": seen.local_name, "Alias": seen.local_name}
        known = self._services(path)
        if not known.issuperset(seen.service_uuids):
            news["UUIDs"] = Variant("as", sorted(known.union(seen.service_uuids)))
        self._objects.set(path, DEVICE, **news)
        self._seen.set()

    async def forget(self, path: str) -> None:
        """Remove a device: link, pairing and cache."""
        address = self._address(path)
        if (connection := self._kernel.links.get(address)) is not None:
            await connection.disconnect()
        self.hidden.pop(address, None)
        self._objects.remove(path)

    def forget_temporary(self) -> None:
        """Drop the devices that were seen and never connected to."""
        for path, interfaces in list(self._objects.all.items()):
            if DEVICE in interfaces and not self._objects.get(path, DEVICE, "Connected"):
                self._objects.remove(path)

    async def inherit(self, address: str) -> None:
        """Scan and connect without a client: the link that a crashed hub left behind."""
        path = path_of(address)
        await self._kernel.scan(on=True)
        async with asyncio.timeout(INHERIT_S):
            while path not in self._objects or not self._objects.get(path, DEVICE, "Name"):
                await self._seen.wait()
                self._seen.clear()
        await self._kernel.scan(on=False)
        await self._link(address)

    def before_fault(self, message: Message, fault: BluezError) -> None:
        """Connect for a moment before an aborted connect fails: bleak waits for the disconnection."""
        if (fault.name, fault.text) == ABORTED:
            self._objects.set(message.path or "", DEVICE, Connected=True)
            self._later(0.05, lambda: self._objects.set(message.path or "", DEVICE, Connected=False))

    def _show(self, address: str) -> None:
        values = {
            "Address": address,
            "AddressType": "random",
            "Alias": address.replace(":", "-"),
            "Adapter": Variant("o", HCI0),
            "Paired": False,
            "Bonded": False,
            "Trusted": False,
            "Blocked": False,
            "Connected": False,
            "ServicesResolved": False,
            "UUIDs": Variant("as", []),
        }
        self._objects.add(path_of(address), DEVICE, values)

    async def _connect(self, message: Message) -> None:
        path = message.path or ""
        if self._objects.get(path, DEVICE, "Connected"):
            return
        if not self._kernel.powered:
            raise BluezError(*ADAPTER_OFF)
        if path in self._connecting:
            raise BluezError(*IN_PROGRESS)
        task = asyncio.ensure_future(self._link(self._address(path)))
        self._connecting[path] = task
        try:
            await asyncio.wait({task})
            if task.cancelled() or isinstance(task.exception(), TimeoutError):
                raise BluezError(*ABORTED)
            task.result()
        finally:
            task.cancel()
            self._connecting.pop(path, None)

    async def _link(self, address: str) -> None:
        path = path_of(address)
        connection = await self._kernel.connect(address)
        connection.on(Connection.EVENT_DISCONNECTION, lambda _reason: self._ended(path))
        self._objects.set(path, DEVICE, Connected=True)
        self._spawn(self._resolve(address, path, connection))

    async def _disconnect(self, message: Message) -> None:
        path = message.path or ""
        if (task := self._connecting.get(path)) is not None:
            task.cancel()
        elif (connection := self._kernel.links.get(self._address(path))) is not None:
            await asyncio.sleep(DISCONNECT_S)
            if connection in self._kernel.links.values():
                await connection.disconnect()
        else:
            raise BluezError("org.bluez.Error.NotConnected", "Not Connected")

    async def _pair(self, _message: Message) -> None:
        raise BluezError(*NO_AGENT)

    async def _resolve(self, address: str, path: str, connection: Connection) -> None:
        delay_s = self.resolve_after_s.get(address, 0.0)
        if delay_s is None:
            return
        await asyncio.sleep(delay_s)
        peer = Peer(connection)
        await peer.request_mtu(MTU)
        offered = await self._gatt.show(path, peer, self.hidden.get(address, set()))
        known = self._services(path)
        self._objects.set(path, DEVICE, UUIDs=Variant("as", sorted(known | offered)))
        if self._kernel.links.get(address) is connection:
            self._objects.set(path, DEVICE, ServicesResolved=True)
            await asyncio.sleep(MTU_TOLD_S)
            if address not in self.mtu_unreported:
                self._gatt.publish_mtu(path, connection.att_mtu)

    def _ended(self, path: str) -> None:
        self._gatt.hide(path)
        self._objects.set(path, DEVICE, ServicesResolved=False, Connected=False)

    def _services(self, path: str) -> set[str]:
        """UUIDs a device is known to offer."""
        known = self._objects.get(path, DEVICE, "UUIDs")
        assert isinstance(known, list)
        return set(known)

    def _address(self, path: str) -> str:
        return str(self._objects.get(path, DEVICE, "Address"))
