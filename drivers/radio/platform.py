"""The platform's own Bluetooth stack as bleak finds it: BlueZ, CoreBluetooth or WinRT."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import BaseBleakScanner

from drivers.errors import AdapterDownError
from drivers.radio.failure import translated

if TYPE_CHECKING:
    from drivers.radio.bluez import BluezWatch


class PlatformProvider:
    """A RadioProvider that does not scan while connecting (BlueZ: InProgress); on Linux, it monitors the daemon."""

    name = "platform"
    parallel_connects = 1
    scans_while_connecting = False
    quiet_s = 1.5  # sensors advertise every 0.1 to 1 s

    def __init__(self) -> None:
        self._watch: BluezWatch | None = None
        self._on_down: Callable[[str], None] = lambda _why: None

    @property
    def scanner_backend(self) -> type[BaseBleakScanner] | None:
        """None: bleak's default for the platform."""
        return None

    @property
    def client_backend(self) -> type[BaseBleakClient] | None:
        """None: bleak's default for the platform."""
        return None

    @property
    def is_up(self) -> bool:
        """False while BlueZ's daemon or adapter is known to be gone; elsewhere only an attempt can show it."""
        return self._watch is None or not self._watch.why_down

    def watch(self, on_down: Callable[[str], None]) -> None:
        """Call `on_down` with the reason when the stack goes down."""
        self._on_down = on_down

    async def start(self) -> None:
        """Check daemon and adapter. Raises AdapterDownError."""
        if sys.platform != "linux":
            return
        from drivers.radio.bluez import BluezWatch

        with translated("radio platform"):
            if self._watch is None:
                self._watch = BluezWatch(lambda why: self._on_down(why))
            if self._watch.is_open:
                await self._watch.look()
            else:
                await self._watch.open()
        if why := self._watch.why_down:
            raise AdapterDownError(f"radio platform: {why}")

    async def stop(self) -> None:
        """Stop monitoring the daemon."""
        watch, self._watch = self._watch, None
        if watch is not None:
            await watch.close()

    async def reset(self) -> None:
        """Power the adapter off and on. Raises AdapterDownError where the platform does not permit it."""
        if self._watch is None:
            raise AdapterDownError("switch Bluetooth off and on in the system's settings")
        with translated("reset of the adapter", adapter=True):
            await self._watch.power_cycle()

    async def is_shared(self) -> bool:
        """Return whether a reset would cut other programs' links; True where that is unknown."""
        if self._watch is None:
            return True
        with translated("radio platform", adapter=True):
            return await self._watch.others_connected()

    async def connected(self, services: Iterable[str]) -> list[BLEDevice]:
        """Return devices whose links outlived the program that opened them; only BlueZ keeps such links."""
        if self._watch is None:
            return []
        with translated("radio platform", adapter=True):
            return await self._watch.connected(services)

    async def forget(self, device: BLEDevice) -> bool:
        """Clear BlueZ's GATT cache for a device that is not paired; return whether that was done."""
        if self._watch is None or not isinstance(device.details, dict) or "path" not in device.details:
            return False
        with translated("radio platform", adapter=True):
            return await self._watch.forget(str(device.details["path"]))
