"""The objects exposed by a D-Bus service, and the signals of their changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
PROPERTIES = "org.freedesktop.DBus.Properties"

Interfaces = dict[str, dict[str, Variant]]

SIGNATURES = {bool: "b", str: "s", bytes: "ay", int: "q"}


def variants(values: Mapping[str, Any]) -> dict[str, Variant]:
    """Wrap each value in a Variant of its D-Bus type; types not in `SIGNATURES` must already be Variants."""
    return {k: v if isinstance(v, Variant) else Variant(SIGNATURES[type(v)], v) for k, v in values.items()}


class Objects:
    """All objects of one connection."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus
        self.all: dict[str, Interfaces] = {}

    def __contains__(self, path: str) -> bool:
        return path in self.all

    def add(self, path: str, interface: str, values: Mapping[str, Any]) -> None:
        """Add an object."""
        self.all[path] = {interface: variants(values)}
        self.signal("/", OBJECT_MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, self.all[path]])

    def remove(self, path: str) -> None:
        """Remove an object and all below it, the deepest first."""
        for each in sorted((p for p in self.all if p == path or p.startswith(path + "/")), reverse=True):
            interfaces = list(self.all.pop(each))
            self.signal("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", [each, interfaces])

    def get(self, path: str, interface: str, name: str) -> object:
        """Return a property's value, None if it has none."""
        variant = self.all[path][interface].get(name)
        return None if variant is None else variant.value

    def set(self, path: str, interface: str, **values: object) -> None:
        """Change properties of an existing object, and signal it."""
        if path in self.all:
            changed = variants(values)
            self.all[path][interface].update(changed)
            self.signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, changed, []])

    def forget(self, path: str, interface: str, name: str) -> None:
        """Invalidate a property."""
        if path in self.all and self.all[path][interface].pop(name, None) is not None:
            self.signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, {}, [name]])

    def signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        """Send a signal."""
        if self._bus.connected:
            self._bus.send(
                Message(
                    path=path,
                    interface=interface,
                    member=member,
                    message_type=MessageType.SIGNAL,
                    signature=signature,
                    body=body,
                )
            )
