"""Monitors BlueZ's daemon and adapters over a separate D-Bus connection.

bleak does not notice when bluetoothd dies: it calls no callback, `is_connected` stays true and a connect "succeeds"
from its cache. The bus reports it at once (`NameOwnerChanged`), and also adapters that appear, vanish or are switched.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Any

from bleak.backends.device import BLEDevice
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.unpack import unpack_variants

from drivers.errors import AdapterDownError

LOG = logging.getLogger("stridecue.radio")
CALL_TIMEOUT_S = 5.0
OFF_S = 0.5
"""Between power off and on; in a VM a whole cycle took 0.75 s and cleared a scan that was permanently InProgress."""

BLUEZ, BUS = "org.bluez", "org.freedesktop.DBus"
ADAPTER, DEVICE = "org.bluez.Adapter1", "org.bluez.Device1"
OBJECTS, PROPERTIES = "org.freedesktop.DBus.ObjectManager", "org.freedesktop.DBus.Properties"

GONE = "the Bluetooth service (bluetoothd) is not running: sudo systemctl start bluetooth"
NO_ADAPTER = "no Bluetooth adapter: plug in or enable one"
OFF = "the Bluetooth adapter is switched off: bluetoothctl power on (or rfkill unblock bluetooth)"

_RULES = (
    f"type='signal',sender='{BUS}',interface='{BUS}',member='NameOwnerChanged',arg0='{BLUEZ}'",
    f"type='signal',sender='{BLUEZ}',interface='{PROPERTIES}',member='PropertiesChanged',arg0='{ADAPTER}'",
    f"type='signal',sender='{BLUEZ}',interface='{OBJECTS}'",
)

Interfaces = dict[str, dict[str, Any]]


class BluezWatch:
    """Keeps `why_down` current after `open`, and calls `on_down` with the reason whenever the stack goes down."""

    def __init__(self, on_down: Callable[[str], None]) -> None:
        self._on_down = on_down
        self._bus: MessageBus | None = None
        self._owner = ""
        self._powered: dict[str, bool] = {}

    @property
    def is_open(self) -> bool:
        """Whether the connection to the bus is open."""
        return self._bus is not None and self._bus.connected

    @property
    def why_down(self) -> str:
        """What is wrong with the stack, in words for the user; empty if nothing is."""
        if not self.is_open:
            return "the connection to D-Bus has ended"
        if not self._owner:
            return GONE
        if not self._powered:
            return NO_ADAPTER
        return "" if any(self._powered.values()) else OFF

    async def open(self) -> None:
        """Connect, subscribe to signals and query the state, starting bluetoothd where the bus can.

        Raises whatever D-Bus and sockets raise.
        """
        await self.close()
        async with asyncio.timeout(CALL_TIMEOUT_S):
            bus = self._bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
        bus.add_message_handler(self._on_message)
        for rule in _RULES:
            await self._call(BUS, "/org/freedesktop/DBus", BUS, "AddMatch", "s", [rule])
        await self.look()

    async def look(self) -> None:
        """Query the owner of BlueZ's bus name and the adapters again."""
        # Starts a daemon that supports activation; for any other, the next call fails and returns no owner.
        await self._call(BUS, "/org/freedesktop/DBus", BUS, "StartServiceByName", "su", [BLUEZ, 0])
        owner = await self._call(BUS, "/org/freedesktop/DBus", BUS, "GetNameOwner", "s", [BLUEZ])
        self._owner = str(owner[0]) if owner else ""
        objects = await self._objects() if self._owner else {}
        self._powered = {
            path: bool(held[ADAPTER].get("Powered", False)) for path, held in objects.items() if ADAPTER in held
        }

    async def close(self) -> None:
        """Close the connection to the bus."""
        bus, self._bus = self._bus, None
        if bus is not None and bus.connected:
            bus.disconnect()

    async def power_cycle(self) -> None:
        """Switch every powered adapter off and on again. Raises AdapterDownError if that is not permitted."""
        for path in [path for path, powered in self._powered.items() if powered]:
            LOG.warning("power cycle of adapter %s", path)
            for wanted in (False, True):
                body = [ADAPTER, "Powered", Variant("b", wanted)]
                if await self._call(BLUEZ, path, PROPERTIES, "Set", "ssv", body) is None:
                    raise AdapterDownError(f"adapter {path} cannot be reset: unplug it and plug it in again")
                await asyncio.sleep(OFF_S)
        await self.look()

    async def connected(self, services: Iterable[str]) -> list[BLEDevice]:
        """Return connected devices that offer any of `services`: a link outlives the program that opened it."""
        wanted = {service.lower() for service in services}
        return [
            # Built like those of bleak's own scanner.
            BLEDevice(props["Address"], props.get("Name"), {"path": path, "props": props})
            for path, props in await self._devices()
            if props.get("Connected") and wanted & {str(uuid).lower() for uuid in props.get("UUIDs", [])}
        ]

    async def others_connected(self) -> bool:
        """Return whether any device is connected, by whichever program."""
        return any(props.get("Connected") for _, props in await self._devices())

    async def forget(self, path: str) -> bool:
        """Remove a device that is not paired, and with it BlueZ's GATT cache for it; return whether that was done."""
        props = dict(await self._devices()).get(path)
        if props is None or props.get("Paired") or props.get("Bonded"):
            return False
        return await self._call(BLUEZ, str(props["Adapter"]), ADAPTER, "RemoveDevice", "o", [path]) is not None

    async def _devices(self) -> list[tuple[str, dict[str, Any]]]:
        return [(path, held[DEVICE]) for path, held in (await self._objects()).items() if DEVICE in held]

    async def _objects(self) -> dict[str, Interfaces]:
        body = await self._call(BLUEZ, "/", OBJECTS, "GetManagedObjects", "", [])
        return unpack_variants(body[0]) if body else {}

    async def _call(
        self, destination: str, path: str, interface: str, member: str, signature: str, body: list[Any]
    ) -> list[Any] | None:
        """Return the reply's body; None for an error reply."""
        if self._bus is None:
            return None
        message = Message(
            destination=destination, path=path, interface=interface, member=member, signature=signature, body=body
        )
        async with asyncio.timeout(CALL_TIMEOUT_S):
            reply = await self._bus.call(message)
        if reply.message_type is MessageType.ERROR:
            LOG.debug("%s: %s", member, reply.error_name)
            return None
        return list(reply.body)

    def _on_message(self, message: Message) -> None:
        if message.message_type is not MessageType.SIGNAL:
            return
        before = self.why_down
        match message.member:
            case "NameOwnerChanged" if message.body[0] == BLUEZ:
                # A new daemon knows none of its predecessor's links, even if no gap between them was observed.
                self._owner, self._powered = message.body[2], {}
            case "PropertiesChanged" if message.body[0] == ADAPTER and "Powered" in message.body[1]:
                self._powered[message.path or ""] = bool(message.body[1]["Powered"].value)
            case "InterfacesAdded" if ADAPTER in message.body[1]:
                powered = message.body[1][ADAPTER].get("Powered")
                self._powered[message.body[0]] = powered is not None and bool(powered.value)
            case "InterfacesRemoved" if ADAPTER in message.body[1]:
                self._powered.pop(message.body[0], None)
            case _:
                return
        if (why := self.why_down) and not before:
            LOG.warning("%s", why)
            self._on_down(why)
