"""The interface that the radio facade needs from a Bluetooth stack."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import BaseBleakScanner


class RadioProvider(Protocol):
    """One adapter, and bleak's backend classes for it; None means the platform's default.

    parallel_connects       number of connects that may run concurrently
    scans_while_connecting  whether the stack supports scanning during a connect
    quiet_s                 a scan that heard nothing new for this long has probably heard every device
    """

    name: str
    parallel_connects: int
    scans_while_connecting: bool
    quiet_s: float

    @property
    def scanner_backend(self) -> type[BaseBleakScanner] | None:
        """For `BleakScanner(backend=...)`."""
        ...

    @property
    def client_backend(self) -> type[BaseBleakClient] | None:
        """For `BleakClient(backend=...)`."""
        ...

    @property
    def is_up(self) -> bool:
        """False once the adapter is known to be gone; `start` may bring it back."""
        ...

    async def start(self) -> None:
        """Open the adapter. Raises AdapterDownError, or RadioError if a package is not installed."""
        ...

    async def stop(self) -> None:
        """Release the adapter; safe if it is already gone."""
        ...

    def watch(self, on_down: Callable[[str], None]) -> None:
        """Call `on_down` with the reason whenever the stack goes down by itself."""
        ...

    async def reset(self) -> None:
        """Reset the adapter, which ends every link. Raises AdapterDownError where that is not possible."""
        ...

    async def is_shared(self) -> bool:
        """Return whether a reset would cut other programs' links."""
        ...

    async def connected(self, services: Iterable[str]) -> list[BLEDevice]:
        """Return devices with any of `services` that are still connected, left so by a program that died."""
        ...

    async def forget(self, device: BLEDevice) -> bool:
        """Clear the stack's GATT cache for a device; False if there is none, or the device is paired."""
        ...
