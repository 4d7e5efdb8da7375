"""org.bluez.Adapter1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dbus_fast import Message, Variant

from tests.bluez.fake.device import HCI0, Devices
from tests.bluez.fake.failure import IN_PROGRESS, NO_DISCOVERY, NOT_READY, BluezError
from tests.bluez.fake.kernel import Kernel
from tests.bluez.fake.objects import Objects

ADAPTER = "org.bluez.Adapter1"
ADDRESS = "F0:5C:FF:FF:00:01"

TEMPORARY_S = 30.0
"""Time after the scan at which a device without a connection is removed: BlueZ's TemporaryTimeout."""


class Adapter:
    """Discovery by client, and the power switch."""

    def __init__(
        self, objects: Objects, kernel: Kernel, devices: Devices, later: Callable[[float, Callable[[], None]], None]
    ) -> None:
        self._objects = objects
        self._kernel = kernel
        self._devices = devices
        self._later = later
        self._clients: set[str] = set()
        self.answers = {
            f"{ADAPTER}.{method.__name__.title().replace('_', '')}": method
            for method in (self.set_discovery_filter, self.start_discovery, self.stop_discovery, self.remove_device)
        }

    def appear(self) -> None:
        """Show hci0 and what the kernel has of it."""
        values = {
            "Address": ADDRESS,
            "AddressType": "public",
            "Name": "fake",
            "Alias": "fake",
            "Powered": self._kernel.powered,
            "Discovering": False,
            "Roles": Variant("as", ["central"]),
            "UUIDs": Variant("as", []),
        }
        self._objects.add(HCI0, ADAPTER, values)
        self._kernel.on_seen = self._devices.see

    async def power(self, *, on: bool) -> None:
        """Switch the adapter."""
        self._clients.clear()
        await self._kernel.set_powered(on=on)
        self._objects.set(HCI0, ADAPTER, Powered=on, Discovering=False)

    async def set_discovery_filter(self, _message: Message) -> None:
        """Take any: the kernel reports all."""

    async def start_discovery(self, message: Message) -> None:
        """Scan for a client; fails permanently if a dead daemon left a scan in the kernel."""
        if not self._kernel.powered:
            raise BluezError(*NOT_READY)
        if message.sender in self._clients or (self._kernel.discovering and not self._clients):
            raise BluezError(*IN_PROGRESS)
        self._clients.add(_sender(message))
        if len(self._clients) == 1:
            await self._kernel.scan(on=True)
            self._objects.set(HCI0, ADAPTER, Discovering=True)

    async def stop_discovery(self, message: Message) -> None:
        """End a client's scan."""
        if message.sender not in self._clients:
            raise BluezError(*NO_DISCOVERY)
        await self.leave(_sender(message))

    async def remove_device(self, message: Message) -> None:
        """Forget a device with all that is known of it."""
        path = message.body[0]
        if path not in self._objects:
            raise BluezError("org.bluez.Error.DoesNotExist", "Does Not Exist")
        await self._devices.forget(path)

    async def leave(self, client: str) -> None:
        """End the scan of a client; devices without a connection are removed later."""
        if client not in self._clients:
            return
        self._clients.remove(client)
        if not self._clients:
            await self._kernel.scan(on=False)
            self._objects.set(HCI0, ADAPTER, Discovering=False)
            self._devices.end_scan()
            self._later(TEMPORARY_S, self._devices.forget_temporary)


def _sender(message: Message) -> str:
    sender: Any = message.sender
    return str(sender)
