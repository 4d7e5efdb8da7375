"""An advertisement as the facade hands it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bleak.backends.device import BLEDevice


@dataclass(frozen=True, slots=True)
class Sighting:
    """A device that advertises.

    address            Bluetooth address (an opaque id on macOS)
    name               advertised name, None while only a part of the advertisement was heard
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
