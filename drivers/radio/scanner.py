"""The only scanner of an adapter: runs while there are listeners, and pauses during a connect if the stack needs it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import MappingProxyType

from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from drivers.clock import now_ns
from drivers.errors import AdapterBusyError, RadioError
from drivers.radio.failure import translated
from drivers.radio.provider import RadioProvider
from drivers.radio.sighting import Sighting
from dsp.signals import NS_PER_S

LOG = logging.getLogger("stridecue.radio")
OP_TIMEOUT_S = 5.0
BUSY_WAITS_S = (0.25, 0.5, 1.0)
"""Waits before retrying while the stack is busy with another program's scan or the end of our own."""

DEAF_NS = 20 * NS_PER_S
"""A scanner that heard nothing for this long may have outlived its daemon (`systemctl restart bluetooth`)."""

OnSighting = Callable[[Sighting], None]


class SharedScanner:
    """Counts listeners and pauses; every start uses a new bleak scanner, as one that outlived its daemon is deaf."""

    def __init__(self, provider: RadioProvider) -> None:
        self._provider = provider
        self._listeners: list[OnSighting] = []
        self._pauses = 0
        self._scanner: BleakScanner | None = None
        self._turn = asyncio.Lock()
        self._heard_ns = 0

    @asynccontextmanager
    async def listening(self, on_sighting: OnSighting) -> AsyncIterator[None]:
        """Call `on_sighting` for every advertisement inside the context.

        Raises AdapterDownError or DeviceUnreachableError if the scan cannot start.
        """
        self._listeners.append(on_sighting)
        try:
            await self._update()
            yield
        finally:
            self._listeners.remove(on_sighting)
            await self._update()

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Keep the scanner off inside the context, unless the stack can scan while connecting."""
        if self._provider.scans_while_connecting:
            yield
            return
        self._pauses += 1
        try:
            await self._update()
            yield
        finally:
            self._pauses -= 1
            await self._update()

    def forget(self) -> None:
        """Discard the scanner of an adapter that is gone."""
        self._scanner = None

    async def _update(self) -> None:
        async with self._turn:
            wanted = bool(self._listeners) and not self._pauses
            if self._scanner is not None and (not wanted or now_ns() - self._heard_ns > DEAF_NS):
                await self._stop()
            if wanted and self._scanner is None:
                self._scanner = await self._started()
                self._heard_ns = now_ns()

    async def _started(self) -> BleakScanner:
        for wait_s in (*BUSY_WAITS_S, None):
            try:
                with translated("scan", adapter=True):
                    scanner = BleakScanner(self._on_advertisement, backend=self._provider.scanner_backend)
                    async with asyncio.timeout(OP_TIMEOUT_S):
                        await scanner.start()
            except AdapterBusyError:
                if wait_s is None:
                    raise
                await asyncio.sleep(wait_s)
            else:
                break
        return scanner

    async def _stop(self) -> None:
        scanner, self._scanner = self._scanner, None
        if scanner is None:
            return
        try:
            with translated("stopping the scan"):
                async with asyncio.timeout(OP_TIMEOUT_S):
                    await scanner.stop()
        except RadioError as error:
            LOG.debug("%s", error)  # the scanner is discarded either way

    def _on_advertisement(self, device: BLEDevice, seen: AdvertisementData) -> None:
        sighting = Sighting(
            address=device.address,
            name=seen.local_name or device.name,
            service_uuids=tuple(seen.service_uuids),
            manufacturer_data=MappingProxyType(dict(seen.manufacturer_data)),
            rssi_dbm=seen.rssi,
            seen_ns=now_ns(),
            device=device,
        )
        self._heard_ns = sighting.seen_ns
        for listener in list(self._listeners):
            listener(sighting)
