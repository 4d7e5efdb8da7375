"""org.bluez.GattService1, GattCharacteristic1 and GattDescriptor1."""

from __future__ import annotations

import contextlib
import os
import socket
from dataclasses import dataclass, field

from bleak.assigned_numbers import gatt_char_props_to_strs
from bumble.device import Peer
from bumble.gatt_client import CharacteristicProxy, DescriptorProxy
from dbus_fast import Message, Variant

from drivers.radio.bumble_scanner import uuid_text
from tests.bluez.fake.failure import NOT_CONNECTED, BluezError
from tests.bluez.fake.objects import PROPERTIES, Objects

SERVICE = "org.bluez.GattService1"
CHARACTERISTIC = "org.bluez.GattCharacteristic1"
DESCRIPTOR = "org.bluez.GattDescriptor1"
SMALLEST_MTU = 23


@dataclass
class _Attribute:
    peer: Peer
    remote: CharacteristicProxy[bytes] | DescriptorProxy
    listeners: set[str] = field(default_factory=set)
    pipe: socket.socket | None = None

    @property
    def characteristic(self) -> CharacteristicProxy[bytes]:
        assert isinstance(self.remote, CharacteristicProxy)
        return self.remote


class Gatt:
    """Attributes of connected devices, and the clients subscribed to them."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._attributes: dict[str, _Attribute] = {}
        self.answers = {
            f"{CHARACTERISTIC}.ReadValue": self._read,
            f"{CHARACTERISTIC}.WriteValue": self._write,
            f"{CHARACTERISTIC}.StartNotify": self._start_notify,
            f"{CHARACTERISTIC}.StopNotify": self._stop_notify,
            f"{CHARACTERISTIC}.AcquireNotify": self._acquire_notify,
            f"{DESCRIPTOR}.ReadValue": self._read,
            f"{DESCRIPTOR}.WriteValue": self._write,
        }

    async def show(self, device: str, peer: Peer, hidden: set[str]) -> set[str]:
        """Discover and expose all services except `hidden` characteristics; return the services' UUIDs."""
        offered: set[str] = set()
        for service in await peer.discover_services():
            service_path = f"{device}/service{service.handle:04x}"
            values = {"UUID": uuid_text(service.uuid), "Primary": True, "Device": Variant("o", device)}
            offered.add(uuid_text(service.uuid))
            self._objects.add(service_path, SERVICE, {**values, "Includes": Variant("ao", [])})
            for remote in await service.discover_characteristics():
                if uuid_text(remote.uuid) in hidden:
                    continue
                path = f"{service_path}/char{remote.handle - 1:04x}"
                flags = sorted(gatt_char_props_to_strs(int(remote.properties)))
                values = {
                    "UUID": uuid_text(remote.uuid),
                    "Service": Variant("o", service_path),
                    "Value": b"",
                    "Notifying": False,
                    "Flags": Variant("as", flags),
                    "MTU": SMALLEST_MTU,
                }
                self._attributes[path] = _Attribute(peer, remote)
                self._objects.add(path, CHARACTERISTIC, values)
                for descriptor in await remote.discover_descriptors():
                    below = f"{path}/desc{descriptor.handle:04x}"
                    values = {"UUID": uuid_text(descriptor.type), "Characteristic": Variant("o", path), "Value": b""}
                    self._attributes[below] = _Attribute(peer, descriptor)
                    self._objects.add(below, DESCRIPTOR, values)
        return offered

    def publish_mtu(self, device: str, mtu: int) -> None:
        """Publish the MTU that was negotiated, if it is larger than the minimum."""
        if mtu > SMALLEST_MTU:
            for path in [path for path in self._attributes if path.startswith(device + "/")]:
                if CHARACTERISTIC in self._objects.all[path]:
                    self._objects.set(path, CHARACTERISTIC, MTU=mtu)

    def hide(self, device: str) -> None:
        """Remove a device's attributes."""
        for path in [path for path in self._attributes if path.startswith(device + "/")]:
            self._close_pipe(self._attributes.pop(path))
        for path in [path for path in self._objects.all if path.startswith(device + "/service")]:
            self._objects.remove(path)

    async def leave(self, client: str) -> None:
        """End the notifications of a client that is gone."""
        for path, attribute in list(self._attributes.items()):
            if client in attribute.listeners:
                await self._quieten(path, attribute, client)

    def close(self) -> None:
        """Close every pipe."""
        for attribute in self._attributes.values():
            self._close_pipe(attribute)

    async def _read(self, message: Message) -> tuple[str, list[bytes]]:
        attribute = self._attribute(message)
        return "ay", [bytes(await attribute.peer.read_value(attribute.remote))]

    async def _write(self, message: Message) -> None:
        attribute = self._attribute(message)
        value, options = message.body
        with_response = options.get("type", Variant("s", "request")).value == "request"
        if not with_response and len(value) > attribute.peer.connection.att_mtu - 3:
            raise BluezError("org.bluez.Error.Failed", "Failed to initiate write")
        await attribute.peer.write_value(attribute.remote, bytes(value), with_response=with_response)

    async def _start_notify(self, message: Message) -> None:
        """Enable notifications; nothing is written if they are already enabled."""
        attribute, path = self._attribute(message), message.path or ""
        if not attribute.listeners:
            await attribute.peer.subscribe(attribute.characteristic, lambda value: self._tell(path, bytes(value)))
            self._objects.set(path, CHARACTERISTIC, Notifying=True)
        attribute.listeners.add(str(message.sender))

    async def _stop_notify(self, message: Message) -> None:
        attribute = self._attribute(message)
        if str(message.sender) not in attribute.listeners:
            raise BluezError("org.bluez.Error.Failed", "No notify session started")
        await self._quieten(message.path or "", attribute, str(message.sender))

    async def _acquire_notify(self, message: Message) -> tuple[str, list[int], list[int]]:
        attribute = self._attribute(message)
        if attribute.pipe is not None:
            raise BluezError("org.bluez.Error.NotPermitted", "Notify acquired")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(0)
        attribute.pipe = ours

        def pass_on(value: bytes) -> None:
            with contextlib.suppress(BlockingIOError, BrokenPipeError):
                ours.send(value)

        await attribute.peer.subscribe(attribute.characteristic, pass_on)
        descriptor = os.dup(theirs.fileno())
        theirs.close()
        return "hq", [0, attribute.peer.connection.att_mtu], [descriptor]

    async def _quieten(self, path: str, attribute: _Attribute, client: str) -> None:
        attribute.listeners.discard(client)
        if not attribute.listeners:
            await attribute.peer.unsubscribe(attribute.characteristic)
            self._objects.set(path, CHARACTERISTIC, Notifying=False)

    def _tell(self, path: str, value: bytes) -> None:
        changed = {"Value": Variant("ay", value)}
        self._objects.signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [CHARACTERISTIC, changed, []])

    def _attribute(self, message: Message) -> _Attribute:
        attribute = self._attributes.get(message.path or "")
        if attribute is None:
            raise BluezError(*NOT_CONNECTED)
        return attribute

    @staticmethod
    def _close_pipe(attribute: _Attribute) -> None:
        if attribute.pipe is not None:
            attribute.pipe.close()
            attribute.pipe = None
