"""bleak's scanner backend on a Bumble host."""

from __future__ import annotations

from typing import ClassVar

from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.uuids import normalize_uuid_str
from bumble.core import UUID, AdvertisingData
from bumble.device import Advertisement

from drivers.radio.bumble_central import BumbleCentral

_UUID_LISTS = {
    AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS: 2,
    AdvertisingData.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS: 2,
    AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS: 16,
    AdvertisingData.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS: 16,
}
_SERVICE_DATA = {AdvertisingData.SERVICE_DATA_16_BIT_UUID: 2, AdvertisingData.SERVICE_DATA_128_BIT_UUID: 16}
_NAMES = (AdvertisingData.COMPLETE_LOCAL_NAME, AdvertisingData.SHORTENED_LOCAL_NAME)


def uuid_text(uuid: UUID) -> str:
    """Format a UUID as bleak does: 128 bits, lower case."""
    return normalize_uuid_str(uuid.to_hex_str("-") if len(uuid.to_bytes()) == 16 else uuid.to_hex_str())


def advertisement_data(advertisement: Advertisement) -> AdvertisementData:
    """Parse the AD structures of an advertisement (Core Supplement, Part A); truncated ones are skipped."""
    name: str | None = None
    uuids: dict[str, None] = {}
    manufacturers: dict[int, bytes] = {}
    services: dict[str, bytes] = {}
    tx_power: int | None = None
    for kind, value in advertisement.data.ad_structures:
        if (size := _UUID_LISTS.get(kind)) is not None:
            for at in range(0, len(value) - size + 1, size):
                uuids[uuid_text(UUID.from_bytes(value[at : at + size]))] = None
        elif (size := _SERVICE_DATA.get(kind)) is not None and len(value) >= size:
            services[uuid_text(UUID.from_bytes(value[:size]))] = value[size:]
        elif kind == AdvertisingData.MANUFACTURER_SPECIFIC_DATA and len(value) >= 2:
            manufacturers[int.from_bytes(value[:2], "little")] = value[2:]
        elif kind in _NAMES:
            name = value.decode("utf-8", "replace")
        elif kind == AdvertisingData.TX_POWER_LEVEL and len(value) == 1:
            tx_power = int.from_bytes(value, "little", signed=True)
    return AdvertisementData(
        name, manufacturers, services, list(uuids), tx_power, advertisement.rssi, platform_data=(advertisement,)
    )


class BumbleScanner(BaseBleakScanner):
    """Instantiated by bleak; `BumbleHost` binds `central`.

    Like BlueZ, it compares service filters in 128-bit form: `1814` alone matches nothing.
    """

    central: ClassVar[BumbleCentral]

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: str = "active",
        **_kwargs: object,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self.active = scanning_mode != "passive"

    async def start(self) -> None:
        """Start scanning. Raises BleakBluetoothNotAvailableError."""
        self.central.check()
        self.seen_devices = {}
        self.central.scanners.append(self)
        await self.central.update_scan()

    async def stop(self) -> None:
        """Stop scanning; safe if it was never started."""
        if self in self.central.scanners:
            self.central.scanners.remove(self)
        await self.central.update_scan()

    def on_advertisement(self, advertisement: Advertisement) -> None:
        """Pass one advertisement to bleak's callbacks."""
        seen = advertisement_data(advertisement)
        if self.is_allowed_uuid(seen.service_uuids):
            address = advertisement.address.to_string(with_type_qualifier=False)
            details = {"address": advertisement.address}
            device = self.create_or_update_device(address, address, seen.local_name, details, seen)
            self.call_detection_callbacks(device, seen)
