"""The platform's own Bluetooth: BlueZ, CoreBluetooth or WinRT, whichever bleak finds."""

from __future__ import annotations

from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner


class PlatformProvider:
    """Nothing to open: bleak talks to the system's daemon. Scans and connects take turns (BlueZ: InProgress)."""

    name = "platform"
    parallel_connects = 1
    scans_while_connecting = False
    quiet_s = 1.5  # sensors advertise every 0.1 to 1 s
    is_up = True

    @property
    def scanner_backend(self) -> type[BaseBleakScanner] | None:
        """None: the platform's."""
        return None

    @property
    def client_backend(self) -> type[BaseBleakClient] | None:
        """None: the platform's."""
        return None

    async def start(self) -> None:
        """Nothing to take; the first scan says whether there is an adapter."""

    async def stop(self) -> None:
        """Nothing to let go of."""
