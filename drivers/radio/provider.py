"""What the facade needs of a Bluetooth stack."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import BaseBleakScanner


class RadioProvider(Protocol):
    """One adapter and bleak's backend classes for it; None means the platform's own.

    parallel_connects       connects that may run at once
    scans_while_connecting  False: the stack trips over a scan during a connect
    quiet_s                 a scan that heard nothing new for this long has probably heard all that is there
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
        """Take the adapter. Raises AdapterDownError, or RadioError when something is not installed."""
        ...

    async def stop(self) -> None:
        """Let go of the adapter; harmless when it is gone."""
        ...

    def watch(self, on_down: Callable[[str], None]) -> None:
        """Call `on_down` with the reason when the stack goes down by itself."""
        ...

    async def reset(self) -> None:
        """Bring the adapter to a fresh state: every link ends. Raises AdapterDownError where that cannot be done."""
        ...

    async def is_shared(self) -> bool:
        """Tell whether a reset would cut links that are not ours."""
        ...

    async def connected(self, services: Iterable[str]) -> list[BLEDevice]:
        """Find devices with any of `services` that are linked already, left so by a program that died."""
        ...

    async def forget(self, device: BLEDevice) -> bool:
        """Drop what the stack remembers of a device's services; False: nothing to drop, or it is paired."""
        ...
