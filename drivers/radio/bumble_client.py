"""bleak's client backend on a Bumble host."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import ClassVar

from bleak.args import SizedBuffer
from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError
from bumble.device import Connection, Peer

from drivers.radio.bumble_central import BumbleCentral
from drivers.radio.bumble_op import settled, until_gone
from drivers.radio.bumble_scanner import uuid_text

LOG = logging.getLogger("stridecue.radio")
CLEANUP_S = 1.0
MTU = 517
"""As BlueZ requests: the longest attribute value (512) plus the longest header."""

DEFAULT_MTU = 23
"""ATT_MTU before any exchange, Core 5.4, Vol 3, Part G, 5.2.1."""


class BumbleClient(BaseBleakClient):
    """Instantiated by bleak; `BumbleHost` binds `central`. Connects only to a BLEDevice of `BumbleScanner`."""

    central: ClassVar[BumbleCentral]

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        disconnected_callback: Callable[[], None] | None,
        timeout: float,
        services: set[str] | None = None,
        **_kwargs: object,
    ) -> None:
        super().__init__(address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout)
        self._device = address_or_ble_device if isinstance(address_or_ble_device, BLEDevice) else None
        self._only = services
        self._connection: Connection | None = None
        self._peer: Peer | None = None
        self._gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._listeners: dict[int, Callable[[bytes], None]] = {}

    @property
    def name(self) -> str:
        """The advertised name, else the address."""
        return (self._device and self._device.name) or self.address.replace(":", "-")

    @property
    def mtu_size(self) -> int:
        """ATT MTU of the link."""
        return self._connection.att_mtu if self._connection else DEFAULT_MTU

    @property
    def is_connected(self) -> bool:
        """Whether the link is up."""
        return self._connection is not None

    async def connect(self, pair: bool, **_kwargs: object) -> None:  # noqa: FBT001 (bleak's)
        """Connect, exchange MTUs, discover services. Raises BleakError or TimeoutError, leaving no half-open link."""
        if self._connection is not None:
            return
        self.central.check()
        if self._device is None:
            raise BleakDeviceNotFoundError(self.address, f"{self.address}: connect to a scan result, not to an address")
        async with asyncio.timeout(self._timeout):
            connection = await self.central.connect(self._device.details["address"], self._timeout)
            try:
                await self._set_up(connection, pair=pair)
            except BaseException:
                self._disconnected_callback = None  # bleak calls it only for links that were up
                await settled(connection.disconnect(), CLEANUP_S, _log)
                raise

    async def _set_up(self, connection: Connection, *, pair: bool) -> None:
        self._gone = asyncio.get_running_loop().create_future()
        self._connection, self._peer = connection, Peer(connection)
        connection.on(Connection.EVENT_DISCONNECTION, self._on_disconnection)
        if pair:
            await until_gone(connection.pair(), self._gone)
        await until_gone(self._peer.request_mtu(MTU), self._gone)
        self.services = await self._discover(self._peer)

    async def _discover(self, peer: Peer) -> BleakGATTServiceCollection:
        found = BleakGATTServiceCollection()
        for service in await until_gone(peer.discover_services(), self._gone):
            service_uuid = uuid_text(service.uuid)
            if self._only is not None and service_uuid not in self._only:
                continue
            entry = BleakGATTService(service, service.handle, service_uuid)
            found.add_service(entry)
            for remote in await until_gone(service.discover_characteristics(), self._gone):
                characteristic = BleakGATTCharacteristic(
                    remote,
                    remote.handle - 1,
                    uuid_text(remote.uuid),
                    sorted(gatt_char_props_to_strs(int(remote.properties))),
                    lambda: self.mtu_size - 3,
                    entry,
                )
                found.add_characteristic(characteristic)
                for descriptor in await until_gone(remote.discover_descriptors(), self._gone):
                    found.add_descriptor(
                        BleakGATTDescriptor(descriptor, descriptor.handle, uuid_text(descriptor.type), characteristic)
                    )
        return found

    def _on_disconnection(self, reason: int) -> None:
        self._connection = self._peer = None
        self.services = None
        self._listeners.clear()
        if not self._gone.done():
            self._gone.set_result(f"the link ended (reason 0x{reason:02x})")
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    def _up(self) -> Peer:
        if self._peer is None:
            raise BleakError("not connected")
        return self._peer

    async def disconnect(self) -> None:
        """End the link and wait until it has ended."""
        if self._connection is not None:
            gone = self._gone
            await settled(self._connection.disconnect(), CLEANUP_S, _log)
            await asyncio.wait({gone}, timeout=CLEANUP_S)

    async def pair(self, *_args: object, **_kwargs: object) -> None:
        """Pair without user interaction."""
        await until_gone(self._up().connection.pair(), self._gone)

    async def unpair(self) -> None:
        """Do nothing: keys live as long as the host."""

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_kwargs: object) -> bytearray:
        """Read without a cache."""
        self._up()
        return bytearray(await until_gone(characteristic.obj.read_value(), self._gone))

    async def read_gatt_descriptor(self, descriptor: BleakGATTDescriptor, **_kwargs: object) -> bytearray:
        """Read without a cache."""
        self._up()
        return bytearray(await until_gone(descriptor.obj.read_value(), self._gone))

    async def write_gatt_char(
        self,
        characteristic: BleakGATTCharacteristic,
        data: SizedBuffer,
        response: bool,  # noqa: FBT001 (bleak's)
    ) -> None:
        """Write with or without response."""
        self._up()
        await until_gone(characteristic.obj.write_value(bytes(data), with_response=response), self._gone)

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Write with response."""
        self._up()
        await until_gone(descriptor.obj.write_value(bytes(data), with_response=True), self._gone)

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_kwargs: object
    ) -> None:
        """Subscribe; `callback` receives each value in the loop's thread."""
        self._up()
        if characteristic.handle in self._listeners:
            raise BleakError("characteristic notifications already started")

        def on_value(value: bytes) -> None:
            callback(bytearray(value))

        self._listeners[characteristic.handle] = on_value
        try:
            await until_gone(characteristic.obj.subscribe(on_value), self._gone)
        except BaseException:
            self._listeners.pop(characteristic.handle, None)
            raise

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Unsubscribe."""
        self._up()
        listener = self._listeners.pop(characteristic.handle, None)
        await until_gone(characteristic.obj.unsubscribe(listener), self._gone)


def _log(error: Exception) -> None:
    LOG.debug("during cleanup: %r", error)
