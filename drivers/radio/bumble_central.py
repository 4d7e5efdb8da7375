"""One Bumble host as the adapter: shared by every scanner and client of the hub."""

from __future__ import annotations

import asyncio
import logging

from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason
from bumble import hci
from bumble.device import Advertisement, Connection, Device, DeviceConfiguration
from bumble.transport.common import TransportSink, TransportSource

from drivers.radio.bumble_client import BumbleClient
from drivers.radio.bumble_op import settled, until_gone
from drivers.radio.bumble_scanner import BumbleScanner

LOG = logging.getLogger("stridecue.radio")
FAREWELL_S = 1.0
POWER_ON_S = 5.0


class BumbleCentral:
    """The host on one HCI transport. `scanner_backend` and `client_backend` are classes for bleak's `backend=`."""

    def __init__(self, source: TransportSource, sink: TransportSink, address: str | None = None) -> None:
        """`address`: random static address to use; made up when None."""
        random_address = hci.Address.generate_static_address() if address is None else hci.Address(address)
        self.device = Device.from_config_with_hci(
            DeviceConfiguration(name="stridecue", address=random_address), source, sink
        )
        self.scanners: list[BumbleScanner] = []
        self.gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._initiator = asyncio.Lock()  # a controller can look for one device at a time
        self._scanning = asyncio.Lock()
        self.device.on(Device.EVENT_ADVERTISEMENT, self._on_advertisement)
        self.scanner_backend: type[BumbleScanner] = type("BumbleScanner", (BumbleScanner,), {"central": self})
        self.client_backend: type[BumbleClient] = type("BumbleClient", (BumbleClient,), {"central": self})

    async def power_on(self) -> None:
        """Reset the controller. Raises BleakError or TimeoutError."""
        async with asyncio.timeout(POWER_ON_S):
            await until_gone(self.device.power_on(), self.gone)

    async def power_off(self) -> None:
        """End what is still connected and let go of the controller."""
        for connection in list(self.device.connections.values()):
            await settled(connection.disconnect(), FAREWELL_S, _log)
        if not self.gone.done():
            await settled(self.device.power_off(), FAREWELL_S, _log)
            self.lose("the adapter was switched off")

    def lose(self, why: str) -> None:
        """Note that the transport is gone (unplugged, killed): every link ends now."""
        if self.gone.done():
            return
        self.gone.set_result(why)
        for connection in list(self.device.connections.values()):
            self.device.connections.pop(connection.handle, None)
            connection.emit(Connection.EVENT_DISCONNECTION, hci.HCI_ErrorCode.HARDWARE_FAILURE_ERROR)

    def check(self) -> None:
        """Raise BleakBluetoothNotAvailableError when the adapter is gone."""
        if self.gone.done():
            raise BleakBluetoothNotAvailableError(self.gone.result(), BleakBluetoothNotAvailableReason.NO_BLUETOOTH)

    async def connect(self, address: hci.Address, timeout_s: float) -> Connection:
        """Connect without discovery. Raises TimeoutError or BleakError; cancelled, it leaves nothing behind."""
        async with self._initiator:
            self.check()
            try:
                async with asyncio.timeout(timeout_s):
                    return await until_gone(self.device.connect(address), self.gone)
            except BaseException:  # a cancelled or late connect would come true when the device returns
                await self._abandon()
                raise

    async def update_scan(self) -> None:
        """Scan exactly while someone listens."""
        async with self._scanning:
            if self.gone.done():
                return
            active = any(scanner.active for scanner in self.scanners)
            if self.scanners and not self.device.is_scanning:
                await until_gone(self.device.start_scanning(active=active, filter_duplicates=False), self.gone)
            elif not self.scanners and self.device.is_scanning:
                await until_gone(self.device.stop_scanning(), self.gone)

    async def _abandon(self) -> None:
        """Cancel a pending LE Create Connection: Bumble does so only for its own timeout."""
        if self.gone.done():
            return
        over = asyncio.Event()
        ghosts: list[Connection] = []

        def on_connection(connection: Connection) -> None:
            ghosts.append(connection)
            over.set()

        def on_failure(_error: object) -> None:
            over.set()

        self.device.on(Device.EVENT_CONNECTION, on_connection)
        self.device.on(Device.EVENT_CONNECTION_FAILURE, on_failure)
        try:
            await settled(
                self.device.send_sync_command(hci.HCI_LE_Create_Connection_Cancel_Command()), FAREWELL_S, _nothing
            )
            await settled(over.wait(), FAREWELL_S, _log)
        finally:
            self.device.remove_listener(Device.EVENT_CONNECTION, on_connection)
            self.device.remove_listener(Device.EVENT_CONNECTION_FAILURE, on_failure)
        for ghost in ghosts:
            await settled(ghost.disconnect(), FAREWELL_S, _log)

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        for scanner in list(self.scanners):
            scanner.on_advertisement(advertisement)


def _log(error: Exception) -> None:
    LOG.debug("while letting go: %r", error)


def _nothing(_error: Exception) -> None:
    """Ignore: there was nothing to cancel."""
