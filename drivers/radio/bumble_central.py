"""The Bumble host shared by every scanner and client of the hub."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakError
from bumble import hci
from bumble.device import Advertisement, Connection, Device, DeviceConfiguration
from bumble.transport.common import TransportSink, TransportSource

from drivers.radio.bumble_op import settled, until_gone

LOG = logging.getLogger("stridecue.radio")
CLEANUP_S = 1.0
POWER_ON_S = 5.0


class Listener(Protocol):
    """A receiver of advertisements; `active` requests scan responses too."""

    active: bool

    def on_advertisement(self, advertisement: Advertisement) -> None:
        """Handle one advertisement."""


class BumbleCentral:
    """The host, and central role, on one HCI transport."""

    def __init__(self, source: TransportSource, sink: TransportSink, address: str | None = None) -> None:
        """`address`: random static address to use; generated if None."""
        random_address = hci.Address.generate_static_address() if address is None else hci.Address(address)
        self.device = Device.from_config_with_hci(
            DeviceConfiguration(name="stridecue", address=random_address), source, sink
        )
        self.scanners: list[Listener] = []
        self.gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._initiator = asyncio.Lock()  # a controller can connect to one device at a time
        self._scanning = asyncio.Lock()
        self.device.on(Device.EVENT_ADVERTISEMENT, self._on_advertisement)

    async def power_on(self) -> None:
        """Reset the controller. Raises BleakError or TimeoutError."""
        async with asyncio.timeout(POWER_ON_S):
            await until_gone(self.device.power_on(), self.gone)

    async def power_off(self) -> None:
        """End the remaining links and power the controller off."""
        for connection in list(self.device.connections.values()):
            await settled(connection.disconnect(), CLEANUP_S, _log)
        if not self.gone.done():
            await settled(self.device.power_off(), CLEANUP_S, _log)
            self.lose("the adapter was switched off")

    def lose(self, why: str) -> None:
        """Handle the loss of the transport (unplugged, killed): end every link at once."""
        if self.gone.done():
            return
        self.gone.set_result(why)
        for connection in list(self.device.connections.values()):
            self.device.connections.pop(connection.handle, None)
            connection.emit(Connection.EVENT_DISCONNECTION, hci.HCI_ErrorCode.HARDWARE_FAILURE_ERROR)

    def check(self) -> None:
        """Raise BleakBluetoothNotAvailableError if the adapter is gone."""
        if self.gone.done():
            raise BleakBluetoothNotAvailableError(self.gone.result(), BleakBluetoothNotAvailableReason.NO_BLUETOOTH)

    async def connect(self, address: hci.Address, timeout_s: float) -> Connection:
        """Connect without service discovery. Raises TimeoutError or BleakError; if cancelled, it leaves no link."""
        async with self._initiator:
            self.check()
            before = list(self.device.connections.values())
            try:
                async with asyncio.timeout(timeout_s):
                    return await until_gone(self.device.connect(address), self.gone)
            except BaseException:  # a pending request would still connect when the device returns
                await self._abandon(before)
                raise

    async def update_scan(self) -> None:
        """Start or stop scanning, so that the host scans while there are scanners."""
        async with self._scanning:
            if self.gone.done():
                return
            active = any(scanner.active for scanner in self.scanners)
            if self.scanners and not self.device.is_scanning:
                await until_gone(self.device.start_scanning(active=active, filter_duplicates=False), self.gone)
            elif not self.scanners and self.device.is_scanning:
                await until_gone(self.device.stop_scanning(), self.gone)

    async def _abandon(self, before: list[Connection]) -> None:
        """Cancel a pending LE Create Connection: Bumble does so only for its own timeout.

        Also ends a link that was established before the cancellation took effect.
        """
        if self.gone.done():
            return
        over = asyncio.Event()

        def on_over(_what: object) -> None:
            over.set()

        ends = (Device.EVENT_CONNECTION, Device.EVENT_CONNECTION_FAILURE)
        for event in ends:
            self.device.on(event, on_over)
        try:
            if await self._cancel_pending():
                await settled(over.wait(), CLEANUP_S, _log)
        except (BleakError, TimeoutError) as error:
            _log(error)
        finally:
            for event in ends:
                self.device.remove_listener(event, on_over)
        for connection in list(self.device.connections.values()):
            if not any(connection is known for known in before):
                await settled(connection.disconnect(), CLEANUP_S, _log)

    async def _cancel_pending(self) -> bool:
        command = hci.HCI_LE_Create_Connection_Cancel_Command()
        async with asyncio.timeout(CLEANUP_S):
            response = await until_gone(self.device.send_sync_command_raw(command), self.gone)
        return response.return_parameters.status == hci.HCI_SUCCESS

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        for scanner in list(self.scanners):
            scanner.on_advertisement(advertisement)


def _log(error: Exception) -> None:
    LOG.debug("during cleanup: %r", error)
