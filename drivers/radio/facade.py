"""The sole owner of the adapter: all scanning and connecting goes through `Radio`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from bleak import BleakClient

from drivers.clock import now_ns
from drivers.errors import AdapterBusyError, AdapterDownError, DeviceUnreachableError, NoSlotError, RadioError
from drivers.radio.failure import translated
from drivers.radio.last_resort import LastResort
from drivers.radio.link import Link
from drivers.radio.provider import RadioProvider
from drivers.radio.scanner import SharedScanner
from drivers.radio.sighting import Sighting, sighting_of_linked
from dsp.signals import NS_PER_S

LOG = logging.getLogger("stridecue.radio")

MAX_CONNECTIONS = 7
"""As many as common adapters support (Broadcom about 7, CSR about 5): one adapter serves one runner."""

FEW_CONNECTIONS = 4
"""From this many links on, a failed connect may mean that the adapter supports no more (CSR: 5)."""

CONNECT_TIMEOUT_S = 10.0
FRESH_NS = 30 * NS_PER_S
"""BlueZ removes a device that is not connected 30 s after the scan."""

MIN_SILENT_SCAN_S = 3.0
"""A silent scan counts as evidence of an unresponsive adapter only if it was at least this long."""

Seen = dict[str, Sighting]


class Radio:
    """Scans, connects, counts connection slots, and restarts the adapter after a failure.

    max_connections  simultaneous links; further ones raise NoSlotError
    """

    def __init__(self, provider: RadioProvider, *, max_connections: int = MAX_CONNECTIONS) -> None:
        self._provider = provider
        self.max_connections = max_connections
        self._scanner = SharedScanner(provider)
        self._connecting = asyncio.Semaphore(provider.parallel_connects)
        self._reviving = asyncio.Lock()
        self._links: list[Link] = []
        self._pending = 0  # slots reserved by connects in progress
        self._downs = 0
        self._last_resort = LastResort()
        provider.watch(self.lose_links)

    @property
    def name(self) -> str:
        """The radio's name as given by the user: platform, virtual or bumble:TRANSPORT."""
        return self._provider.name

    @property
    def free_slots(self) -> int:
        """Number of links that can still be opened."""
        return self.max_connections - self._links_up() - self._pending

    @property
    def resets(self) -> int:
        """Number of times the adapter was reset as a last resort."""
        return self._last_resort.resets

    async def start(self) -> None:
        """Open the adapter. Raises AdapterDownError or RadioError."""
        await self._provider.start()

    async def stop(self) -> None:
        """End all links concurrently, then release the adapter."""
        await asyncio.gather(*(link.close() for link in self._links))
        self._links.clear()
        await self._provider.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def scan(
        self,
        for_s: float,
        *,
        wanted: Callable[[Sighting], bool] | None = None,
        enough: Callable[[Seen], bool] | None = None,
    ) -> Seen:
        """Scan for `for_s` seconds; return the `wanted` sightings by address. Raises AdapterDownError.

        Ends early when `enough` returns True for the sightings so far, or, if `wanted` is given, when something was
        found and nothing new was heard for the provider's `quiet_s`.
        """
        seen: Seen = {}
        heard = 0
        news = asyncio.Event()

        def on_sighting(sighting: Sighting) -> None:
            nonlocal heard
            heard += 1
            if wanted is None or wanted(sighting):
                known = seen.get(sighting.address)
                seen[sighting.address] = sighting
                if known is None or known.name != sighting.name:
                    news.set()

        await self._revive()
        loop = asyncio.get_running_loop()
        try:
            async with self._scanner.listening(on_sighting):
                until_s = loop.time() + for_s
                while (left_s := until_s - loop.time()) > 0 and not (enough is not None and enough(seen)):
                    quiet_s = self._provider.quiet_s if wanted is not None and seen else left_s
                    news.clear()
                    try:
                        async with asyncio.timeout(min(left_s, quiet_s)):
                            await news.wait()
                    except TimeoutError:
                        break
        except AdapterBusyError:
            self._last_resort.note_busy()
            raise
        if heard or for_s >= MIN_SILENT_SCAN_S:
            self._last_resort.note_scan(heard=heard > 0)
        return seen

    async def linked(self, services: Iterable[str]) -> Seen:
        """Return devices with any of `services` that are already connected, for example by a hub that crashed.

        They do not advertise, so a scan cannot find them. Connecting to one takes over its link.
        """
        try:
            found = await self._provider.connected(services)
        except RadioError as error:
            LOG.info("cannot look for links left open: %s", error)
            return {}
        ours = {link.sighting.address for link in self._links if not link.lost.is_set()}
        return {device.address: sighting_of_linked(device, now_ns()) for device in found if device.address not in ours}

    async def find(self, address: str, within_s: float, services: Iterable[str] = ()) -> Sighting:
        """Wait for a device to advertise, or return it at once if it is still connected with any of `services`.

        Raises DeviceUnreachableError or AdapterDownError.
        """
        wanted = address.upper()

        def is_wanted(seen: Seen) -> bool:
            return any(key.upper() == wanted for key in seen)

        linked = await self.linked(services)
        seen = linked if is_wanted(linked) else await self.scan(within_s, enough=is_wanted)
        for key, sighting in seen.items():
            if key.upper() == wanted:
                return sighting
        raise DeviceUnreachableError(f"{address} was not heard within {within_s:.0f} s: is it on and near?")

    async def connect(self, sighting: Sighting, services: Iterable[str] = ()) -> Link:
        """Connect and discover `services` (all if empty).

        Raises DeviceUnreachableError, AdapterDownError, PairingNeededError, or NoSlotError if every connection slot is
        in use. If cancelled, it leaves neither a link nor a pending connect behind.
        """
        await self._revive()
        name = sighting.name or sighting.address
        if self.free_slots <= 0:
            raise NoSlotError(
                f"{name}: all {self.max_connections} connections of radio {self.name} are in use: one adapter serves "
                "one runner; a second runner needs a second adapter and hub"
            )
        lost = asyncio.Event()
        client = BleakClient(
            sighting.device,
            disconnected_callback=lambda _client: lost.set(),
            services=list(services) or None,
            timeout=CONNECT_TIMEOUT_S,
            backend=self._provider.client_backend,
        )
        link = Link(client, sighting, lost)
        self._pending += 1
        try:
            async with self._connecting, self._scanner.paused():
                await self._connect(client, sighting, name)
        except BaseException as error:
            await link.close()
            if isinstance(error, AdapterBusyError):
                self._last_resort.note_busy()
            raise
        finally:
            self._pending -= 1
        self._last_resort.note_link()
        self._links.append(link)
        return link

    async def forget(self, sighting: Sighting) -> bool:
        """Clear the system's GATT cache for a device; return whether that was possible."""
        try:
            return await self._provider.forget(sighting.device)
        except RadioError as error:
            LOG.info("%s: cannot clear its GATT cache: %s", sighting.name or sighting.address, error)
            return False

    async def _connect(self, client: BleakClient, sighting: Sighting, name: str) -> None:
        if now_ns() - sighting.seen_ns > FRESH_NS:
            raise DeviceUnreachableError(f"{name}: waited too long to connect: searching for it again")
        downs = self._downs
        try:
            with translated(f"connect to {name}"):
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    await client.connect()
        except DeviceUnreachableError as error:
            if (links := self._links_up()) < FEW_CONNECTIONS:
                raise
            raise DeviceUnreachableError(
                f"{error} ({links} links are up, and some adapters support no more: set radio.max_connections to what "
                "yours supports, or use another adapter)"
            ) from error
        if self._downs != downs:  # a connect that "succeeds" while the daemon dies is not usable
            raise AdapterDownError(f"connect to {name}: the adapter went away")

    def _links_up(self) -> int:
        self._links = [link for link in self._links if not link.lost.is_set()]
        return len(self._links)

    def lose_links(self, why: str) -> None:
        """Mark every link as lost; called when the stack goes down: if the daemon died, nothing else reports it."""
        self._downs += 1
        self._scanner.forget()
        LOG.warning("radio %s: %s", self.name, why)
        for link in self._links:
            link.lost.set()

    async def _revive(self) -> None:
        async with self._reviving:
            if not self._provider.is_up:
                self._scanner.forget()
                await self._provider.start()
                if not self._provider.is_up:
                    raise AdapterDownError(f"radio {self.name} is down")
            await self._reset_if_stuck()

    async def _reset_if_stuck(self) -> None:
        now_s, links = asyncio.get_running_loop().time(), self._links_up()
        if not self._last_resort.is_due(now_s, links=links, shared=False):
            return
        if not self._last_resort.is_due(now_s, links=links, shared=await self._provider.is_shared()):
            return
        self._last_resort.begin(now_s)
        LOG.warning("radio %s: stuck: resetting the adapter", self.name)
        self.lose_links("reset")
        await self._provider.reset()
