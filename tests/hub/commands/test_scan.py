"""The table of `stridecue scan` fits a terminal of 80 columns and truncates nothing about how a sensor is used."""

from __future__ import annotations

from types import MappingProxyType

from bleak.backends.device import BLEDevice

from drivers.radio.sighting import Sighting
from firmware_profiles.catalog import load_catalog
from hub.commands.scan import table

HEART_RATE = "0000180d-0000-1000-8000-00805f9b34fb"


def heard(number: int, name: str | None, *services: str, rssi_dbm: int = -50) -> Sighting:
    address = f"F0:5C:00:01:00:0{number}"
    return Sighting(address, name, services, MappingProxyType({}), rssi_dbm, 0, BLEDevice(address, name, None))


def test_columns_fit_their_content_and_usable_sensors_come_first() -> None:
    straps = [heard(2, "Virtual Strap", HEART_RATE), heard(3, "Strap", HEART_RATE, rssi_dbm=-90)]
    seen = [heard(1, None, rssi_dbm=-40), *straps]
    heading, *rows = table({each.address: each for each in seen}, load_catalog(), {})
    assert [row.split("  ")[0] for row in rows] == ["Virtual Strap", "Strap", "(no name)"]
    at = heading.index("would be")
    assert [row[at:] for row in rows] == ["chest", "chest", "not used: no profile"]
    assert max(map(len, (heading, *rows))) <= 80
