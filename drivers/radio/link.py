"""A connected device: reads, writes and subscriptions with timeouts, whose failures are RadioErrors."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic

from drivers.errors import DeviceUnreachableError, RadioError
from drivers.radio.failure import translated
from drivers.radio.sighting import Sighting

LOG = logging.getLogger("stridecue.radio")
OP_TIMEOUT_S = 5.0
SHORTEST_LIMIT_BYTES = 20
"""Payload of a notification with the smallest ATT MTU, 23."""

CLOSE_TIMEOUT_S = 6.0
"""BlueZ takes 1.9 to 2.7 s to disconnect."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A characteristic offered by a device; UUIDs in 128-bit form."""

    service: str
    char: str
    uses: frozenset[str]


class Link:
    """One connection. `lost` is set when it ends, for whatever reason; the link cannot be used afterwards."""

    def __init__(self, client: BleakClient, sighting: Sighting, lost: asyncio.Event) -> None:
        self._client = client
        self.sighting = sighting
        self.lost = lost

    @property
    def notification_limit_bytes(self) -> int:
        """Payload of one notification: ATT MTU minus 3. Raises DeviceUnreachableError once the link has ended."""
        with translated(self._name):
            sizes = [char.max_write_without_response_size for char in self._client.services.characteristics.values()]
        return min(sizes, default=SHORTEST_LIMIT_BYTES)

    def offered(self) -> list[Offered]:
        """List what was discovered. Raises DeviceUnreachableError once the link has ended."""
        with translated(self._name):
            found = self._client.services.characteristics.values()
            return [Offered(char.service_uuid, char.uuid, frozenset(char.properties)) for char in found]

    def missing(self, uuids: Iterable[str]) -> list[str]:
        """Return the `uuids` that the device does not offer. Raises DeviceUnreachableError once the link has ended."""
        with translated(self._name):
            return [uuid for uuid in uuids if self._client.services.get_characteristic(uuid) is None]

    async def read(self, uuid: str) -> bytes:
        """Read a characteristic. Raises DeviceUnreachableError."""
        with translated(f"{self._name}: read {uuid}"):
            async with asyncio.timeout(OP_TIMEOUT_S):
                return bytes(await self._client.read_gatt_char(self._characteristic(uuid)))

    async def write(self, uuid: str, data: bytes) -> None:
        """Write, with response if the characteristic supports it. Raises DeviceUnreachableError."""
        with translated(f"{self._name}: write {uuid}"):
            characteristic = self._characteristic(uuid)
            async with asyncio.timeout(OP_TIMEOUT_S):
                await self._client.write_gatt_char(characteristic, data, response="write" in characteristic.properties)

    async def subscribe(self, uuid: str, on_value: Callable[[bytearray], None]) -> None:
        """Enable notifications; `on_value` runs in the loop's thread, briefly. Raises DeviceUnreachableError."""
        with translated(f"{self._name}: subscribe to {uuid}"):
            async with asyncio.timeout(OP_TIMEOUT_S):
                await self._client.start_notify(self._characteristic(uuid), lambda _sender, value: on_value(value))

    async def unsubscribe(self, uuid: str) -> None:
        """Disable notifications. Raises DeviceUnreachableError."""
        with translated(f"{self._name}: unsubscribe from {uuid}"):
            async with asyncio.timeout(OP_TIMEOUT_S):
                await self._client.stop_notify(self._characteristic(uuid))

    async def close(self) -> None:
        """Disconnect; never raises a RadioError."""
        try:
            with translated(f"{self._name}: disconnect"):
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await self._client.disconnect()
        except RadioError as error:
            LOG.debug("%s", error)
        self.lost.set()

    @property
    def _name(self) -> str:
        return self.sighting.name or self.sighting.address

    def _characteristic(self, uuid: str) -> BleakGATTCharacteristic:
        if self.lost.is_set():
            raise DeviceUnreachableError(f"{self._name}: the link has ended")
        if (characteristic := self._client.services.get_characteristic(uuid)) is None:
            raise DeviceUnreachableError(f"{self._name}: no characteristic {uuid}")
        return characteristic
