"""Common part of every virtual sensor: a GATT server with battery and device information that advertises."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass

from bumble import hci
from bumble.att import ATT_Error, Attribute, ErrorCode
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.transport.common import TransportSink, TransportSource

from drivers.virtual.runner import VirtualRunner

Properties = Characteristic.Properties

BATTERY_SERVICE, BATTERY_LEVEL = "180F", "2A19"
INFORMATION_SERVICE, MANUFACTURER, MODEL, SERIAL = "180A", "2A29", "2A24", "2A25"
ADVERTISING_MS = 100.0
MTU = 247
"""Usual for nRF52 firmware: one full LE data packet."""

FLAGS = b"\x06"
"""General discoverable, BR/EDR not supported."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Advertised identity of a sensor. `address` is a random static one (its first two bits are set)."""

    name: str
    address: str
    battery_pct: int = 87
    mtu: int = MTU


class VirtualSensor(ABC):
    """Measures `runner`, whose time 0 is `epoch_s` of the loop's time.

    A new instance behaves like a rebooted device: its counters start at 0, and the runner's motion continues.

    sent   number of notifications so far
    muted  True: simulates firmware that stays connected and subscribed, but sends nothing
    """

    service_uuid: str

    def __init__(
        self, identity: Identity, runner: VirtualRunner, epoch_s: float, source: TransportSource, sink: TransportSink
    ) -> None:
        self.identity = identity
        self.runner = runner
        self.epoch_s = epoch_s
        self.sent = 0
        self.muted = False
        self._loop = asyncio.get_running_loop()
        self.booted_s = self._loop.time()
        configuration = DeviceConfiguration(
            name=identity.name,
            address=hci.Address(identity.address),
            advertising_interval_min=ADVERTISING_MS,
            advertising_interval_max=ADVERTISING_MS,
        )
        self.device = Device.from_config_with_hci(configuration, source, sink)
        self.device.gatt_server.max_mtu = identity.mtu
        self.device.add_services([self._battery(), self._information(), self.service()])
        uuid = UUID(self.service_uuid)
        self.device.advertising_data = bytes(
            AdvertisingData([(AdvertisingData.FLAGS, FLAGS), (_list_kind(uuid), uuid.to_bytes())])
        )
        self.device.scan_response_data = bytes(
            AdvertisingData([(AdvertisingData.COMPLETE_LOCAL_NAME, identity.name.encode())])
        )

    @abstractmethod
    def service(self) -> Service:
        """Build the measurement service."""

    @abstractmethod
    async def run(self) -> None:
        """Measure and notify until cancelled."""

    async def power_on(self) -> None:
        """Reset the controller and advertise, also after every disconnection."""
        await self.device.power_on()
        await self.device.start_advertising(auto_restart=True)

    async def power_off(self) -> None:
        """Disconnect and power off."""
        await self.disconnect()
        await self.device.power_off()

    async def disconnect(self) -> None:
        """End every connection."""
        for connection in list(self.device.connections.values()):
            await connection.disconnect()

    def forget_subscriptions(self) -> None:
        """Fall silent while connected, like firmware that lost its client characteristic configuration."""
        self.device.gatt_server.subscribers.clear()

    def runner_time_s(self) -> float:
        """Return the runner's time in s."""
        return self._loop.time() - self.epoch_s

    def subscribers(self, characteristic: Attribute[bytes]) -> list[Connection]:
        """Return the connections subscribed to notifications of `characteristic`."""
        subscriptions = self.device.gatt_server.subscribers
        return [
            connection
            for connection in self.device.connections.values()
            if any(flags & 1 for flags in subscriptions.get(connection, {}).get(characteristic.handle, b"")[:1])
        ]

    async def notify(self, connection: Connection, characteristic: Attribute[bytes], value: bytes) -> None:
        """Send one notification, truncated to the MTU (Core 5.4, Vol 3, Part F, 3.4.7.1)."""
        if self.muted:
            return
        self.sent += 1
        await self.device.gatt_server.notify_subscriber(connection, characteristic, value)

    async def until(self, runner_time_s: float) -> None:
        """Sleep until this runner time; return at once if it has passed."""
        await asyncio.sleep(max(0.0, runner_time_s - self.runner_time_s()))

    def _battery(self) -> Service:
        level = Characteristic(
            BATTERY_LEVEL,
            Properties.READ | Properties.NOTIFY,
            Characteristic.READABLE,
            bytes([self.identity.battery_pct]),
        )
        return Service(BATTERY_SERVICE, [level])

    def _information(self) -> Service:
        facts = ((MANUFACTURER, "stridecue"), (MODEL, type(self).__name__), (SERIAL, self.identity.address))
        return Service(INFORMATION_SERVICE, [readable(uuid, text.encode()) for uuid, text in facts])


def readable(uuid: str, value: bytes) -> Characteristic[bytes]:
    """Build a characteristic with a fixed value."""
    return Characteristic(uuid, Properties.READ, Characteristic.READABLE, value)


def notifying(uuid: str) -> Characteristic[bytes]:
    """Build a characteristic that only notifies; reads are rejected, which Bumble does not do on its own."""

    def refuse(_connection: Connection) -> bytes:
        raise ATT_Error(ErrorCode.READ_NOT_PERMITTED)

    return Characteristic(uuid, Properties.NOTIFY, Characteristic.Permissions(0), CharacteristicValue(read=refuse))


def _list_kind(uuid: UUID) -> AdvertisingData.Type:
    if len(uuid.to_bytes()) == 2:
        return AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS
    return AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS
