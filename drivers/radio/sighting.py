"""A device seen by a scan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bleak.backends.device import BLEDevice

UNKNOWN_RSSI_DBM = -127
"""Stands for "not available" (127 in HCI); below every real value, so that it sorts last."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A device that advertises, or is already connected.

    address            Bluetooth address (an opaque id on macOS)
    name               advertised name; None while only part of the advertisement was received
    service_uuids      128-bit form, lower case
    manufacturer_data  by company id
    rssi_dbm           signal strength
    seen_ns            hub time of the latest advertisement
    device             bleak's handle: connect with it while it is fresh
    """

    address: str
    name: str | None
    service_uuids: tuple[str, ...]
    manufacturer_data: Mapping[int, bytes]
    rssi_dbm: int
    seen_ns: int
    device: BLEDevice


def sighting_of_linked(device: BLEDevice, t_ns: int) -> Sighting:
    """Build a sighting of a device that is already connected, from what the system has cached of it."""
    props = device.details.get("props", {}) if isinstance(device.details, dict) else {}
    return Sighting(
        address=device.address,
        name=device.name,
        service_uuids=tuple(str(uuid).lower() for uuid in props.get("UUIDs", ())),
        manufacturer_data=MappingProxyType(dict(props.get("ManufacturerData", {}))),
        rssi_dbm=int(props.get("RSSI", UNKNOWN_RSSI_DBM)),
        seen_ns=t_ns,
        device=device,
    )
