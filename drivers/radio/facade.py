"""The adapter's one owner: everything that scans or connects goes through here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from bleak import BleakClient

from drivers.errors import AdapterDownError, DeviceUnreachableError, RadioError
from drivers.radio.failure import translated
from drivers.radio.link import Link
from drivers.radio.provider import RadioProvider
from drivers.radio.scanner import SharedScanner
from drivers.radio.sighting import Sighting

MAX_CONNECTIONS = 7
"""What common adapters hold (Broadcom about 7, CSR about 5): one adapter serves one runner."""

CONNECT_TIMEOUT_S = 10.0

Seen = dict[str, Sighting]


class Radio:
    """Scans, connects, counts connection slots, and brings the adapter back when it was gone.

    max_connections  links at a time; more are refused with the reason
    """

    def __init__(self, provider: RadioProvider, *, max_connections: int = MAX_CONNECTIONS) -> None:
        self._provider = provider
        self.max_connections = max_connections
        self._scanner = SharedScanner(provider)
        self._connecting = asyncio.Semaphore(provider.parallel_connects)
        self._reviving = asyncio.Lock()
        self._links: list[Link] = []
        self._promised = 0  # slots taken by connects under way

    @property
    def name(self) -> str:
        """What the user called the radio: platform, virtual or bumble:TRANSPORT."""
        return self._provider.name

    @property
    def free_slots(self) -> int:
        """Links that can still be opened."""
        self._links = [link for link in self._links if not link.lost.is_set()]
        return self.max_connections - len(self._links) - self._promised

    async def start(self) -> None:
        """Take the adapter. Raises AdapterDownError or RadioError."""
        await self._provider.start()

    async def stop(self) -> None:
        """End every link at once, then let go of the adapter."""
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
        """Listen for `for_s`; by address, only what is `wanted`. Raises AdapterDownError.

        Ends early when `enough` says so of what was seen, or, if `wanted` was given, when something was found and
        nothing new came for the provider's `quiet_s`.
        """
        seen: Seen = {}
        news = asyncio.Event()

        def on_sighting(sighting: Sighting) -> None:
            if wanted is None or wanted(sighting):
                known = seen.get(sighting.address)
                seen[sighting.address] = sighting
                if known is None or known.name != sighting.name:
                    news.set()

        await self._revive()
        loop = asyncio.get_running_loop()
        until_s = loop.time() + for_s
        async with self._scanner.listening(on_sighting):
            while (left_s := until_s - loop.time()) > 0 and not (enough is not None and enough(seen)):
                quiet_s = self._provider.quiet_s if wanted is not None and seen else left_s
                news.clear()
                try:
                    async with asyncio.timeout(min(left_s, quiet_s)):
                        await news.wait()
                except TimeoutError:
                    break
        return seen

    async def find(self, address: str, within_s: float) -> Sighting:
        """Wait for a device to advertise. Raises DeviceUnreachableError or AdapterDownError."""
        wanted = address.upper()

        def is_wanted(seen: Seen) -> bool:
            return any(key.upper() == wanted for key in seen)

        seen = await self.scan(within_s, enough=is_wanted)
        for key, sighting in seen.items():
            if key.upper() == wanted:
                return sighting
        raise DeviceUnreachableError(f"{address} was not heard within {within_s:.0f} s: is it on and near?")

    async def connect(self, sighting: Sighting, services: Iterable[str] = ()) -> Link:
        """Connect and discover `services` (all when empty).

        Raises DeviceUnreachableError, AdapterDownError, or RadioError when every connection slot is taken. Cancelled,
        it leaves neither a link nor a pending connect behind.
        """
        await self._revive()
        name = sighting.name or sighting.address
        if self.free_slots <= 0:
            raise RadioError(
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
        self._promised += 1
        try:
            async with self._connecting, self._scanner.paused():
                with translated(f"connect to {name}"):
                    async with asyncio.timeout(CONNECT_TIMEOUT_S):
                        await client.connect()
        except BaseException:
            await link.close()
            raise
        finally:
            self._promised -= 1
        self._links.append(link)
        return link

    async def _revive(self) -> None:
        async with self._reviving:
            if not self._provider.is_up:
                self._scanner.forget()
                await self._provider.start()
                if not self._provider.is_up:
                    raise AdapterDownError(f"radio {self.name} is down")
