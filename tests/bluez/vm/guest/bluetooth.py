"""The machine's Bluetooth: the daemon as a process, the adapter's power, and a virtual adapter on the kernel's vhci."""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import DEVNULL, Process
from typing import Any

from bumble.hci import Address
from bumble.transport import open_transport
from bumble.transport.common import Transport
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from drivers.virtual.controller import SimController
from drivers.virtual.link import SimLink

BLUETOOTHD = "/usr/libexec/bluetooth/bluetoothd"
HCI0 = "/org/bluez/hci0"
ADDRESS = Address("F0:5C:FF:FF:00:01", Address.PUBLIC_DEVICE_ADDRESS)
POWERED_WITHIN_S = 30.0
POLL_S = 0.05
YES = Variant("b", value=True)


class Bluetooth:
    """The daemon and the adapter, both of which can be removed and restored."""

    def __init__(self, link: SimLink) -> None:
        self._link = link
        self._daemon: Process | None = None
        self._transport: Transport | None = None

    async def start_daemon(self) -> None:
        """Start bluetoothd."""
        self._daemon = await asyncio.create_subprocess_exec(BLUETOOTHD, "-n", stdout=DEVNULL, stderr=DEVNULL)

    async def end_daemon(self, how: signal.Signals) -> None:
        """SIGTERM: as `systemctl restart` does; SIGKILL: a crash."""
        assert self._daemon is not None
        self._daemon.send_signal(how)
        await self._daemon.wait()

    async def plug(self) -> None:
        """Plug in an adapter on the kernel's vhci."""
        self._transport = await open_transport("vhci")
        self._controller = SimController("kernel", self._link, self._transport.source, self._transport.sink, ADDRESS)

    async def unplug(self) -> None:
        """Unplug the adapter."""
        assert self._transport is not None
        self._link.remove_controller(self._controller)
        await self._transport.close()

    async def power(self, *, on: bool) -> None:
        """Switch the adapter, as `bluetoothctl power off` does."""
        await self._ask("Set", "ssv", ["org.bluez.Adapter1", "Powered", Variant("b", on)], [])

    async def until_powered(self) -> None:
        """Wait until daemon and adapter are up."""
        await self._ask("Get", "ss", ["org.bluez.Adapter1", "Powered"], [YES])

    async def until_scanning(self) -> None:
        """Wait until a client scans."""
        await self._ask("Get", "ss", ["org.bluez.Adapter1", "Discovering"], [YES])

    async def connected(self) -> list[str]:
        """Name the devices that BlueZ holds links to."""
        body = await self._call("/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", "", [])
        objects = body[0] if body else {}
        devices = [held["org.bluez.Device1"] for held in objects.values() if "org.bluez.Device1" in held]
        return sorted(device["Alias"].value for device in devices if device["Connected"].value)

    async def _ask(self, member: str, signature: str, body: list[object], answer: list[object]) -> None:
        """Ask about hci0 until the answer is this."""
        for _ in range(round(POWERED_WITHIN_S / POLL_S)):
            if await self._call(HCI0, "org.freedesktop.DBus.Properties", member, signature, body) == answer:
                return
            await asyncio.sleep(POLL_S)
        raise TimeoutError(f"{member} {body}: not {answer} within {POWERED_WITHIN_S:.0f} s")

    async def _call(
        self, path: str, interface: str, member: str, signature: str, body: list[object]
    ) -> list[Any] | None:
        """Return the reply's body, None for an error."""
        bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
        try:
            reply = await bus.call(Message("org.bluez", path, interface, member, signature=signature, body=body))
        finally:
            bus.disconnect()
            await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]  # dbus-fast leaves it without types
        return None if reply.message_type is MessageType.ERROR else list(reply.body)
