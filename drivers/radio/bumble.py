"""A Bumble host as the adapter, with a virtual controller or a real one over USB, serial or TCP."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import BaseBleakScanner

from drivers.errors import AdapterDownError, RadioError
from drivers.radio.failure import translated

if TYPE_CHECKING:
    from bumble.transport.common import Transport

    from drivers.radio.bumble_host import BumbleHost

OpenTransport = Callable[[], Awaitable["Transport"]]
PARALLEL_CONNECTS = 8
"""Service discoveries overlap; the central passes one connection request at a time to the controller."""

QUIET_S = 0.3
"""Three advertising intervals of the virtual sensors."""


class BumbleProvider:
    """A RadioProvider that opens its transport at start, and again after it was lost.

    open_transport  opens a new HCI transport
    address         random static address of the hub; generated at start if None
    """

    parallel_connects = PARALLEL_CONNECTS
    scans_while_connecting = True
    quiet_s = QUIET_S

    def __init__(self, name: str, open_transport: OpenTransport, address: str | None = None) -> None:
        self.name = name
        self._open_transport = open_transport
        self._address = address
        self._transport: Transport | None = None
        self._host: BumbleHost | None = None
        self._on_down: Callable[[str], None] = lambda _why: None

    @classmethod
    def from_spec(cls, spec: str) -> BumbleProvider:
        """Use a transport in Bumble's notation, e.g. `tcp-client:127.0.0.1:9000`, `usb:0`, `serial:/dev/ttyACM0`."""

        async def open_transport() -> Transport:
            from bumble.core import BaseBumbleError
            from bumble.transport import open_transport
            from bumble.transport.common import TransportSpecError

            try:
                return await open_transport(spec)
            except (TransportSpecError, ValueError) as error:
                raise RadioError(f"radio bumble:{spec}: not one of Bumble's transports ({error})") from error
            except BaseBumbleError as error:
                raise AdapterDownError(f"radio bumble:{spec}: {error}") from error

        return cls(f"bumble:{spec}", open_transport)

    @property
    def scanner_backend(self) -> type[BaseBleakScanner]:
        """Scanner class of this host. Raises AdapterDownError before `start`."""
        return self.host.scanner_backend

    @property
    def client_backend(self) -> type[BaseBleakClient]:
        """Client class of this host. Raises AdapterDownError before `start`."""
        return self.host.client_backend

    @property
    def host(self) -> BumbleHost:
        """The open host. Raises AdapterDownError before `start`."""
        if self._host is None:
            raise AdapterDownError(f"radio {self.name} is not open")
        return self._host

    @property
    def is_up(self) -> bool:
        """Whether the transport is open."""
        return self._host is not None and not self._host.central.gone.done()

    async def start(self) -> None:
        """Open the transport and reset the controller behind it."""
        if self.is_up:
            return
        await self.stop()
        try:
            from drivers.radio.bumble_host import BumbleHost
        except ImportError as error:
            raise RadioError(
                f"radio {self.name}: Bumble is not installed ({error}): `stridecue doctor` says how to add it"
            ) from error
        try:
            with translated(f"radio {self.name}", adapter=True):
                transport = self._transport = await self._open_transport()
                host = self._host = BumbleHost(transport.source, transport.sink, self._address)
                central = host.central
                terminated: asyncio.Future[None] = transport.source.terminated
                terminated.add_done_callback(lambda _: self._lose(host, f"radio {self.name}: the transport is gone"))
                await central.power_on()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Power off and close; also safe after the transport was lost."""
        host, self._host = self._host, None
        transport, self._transport = self._transport, None
        if host is not None:
            await host.central.power_off()
        if transport is not None:
            await transport.close()

    def watch(self, on_down: Callable[[str], None]) -> None:
        """Call `on_down` with the reason if the transport is lost."""
        self._on_down = on_down

    async def reset(self) -> None:
        """Reopen the transport and reset the controller. Raises AdapterDownError."""
        await self.stop()
        await self.start()

    async def is_shared(self) -> bool:
        """Return False: this process owns the controller."""
        return False

    async def connected(self, services: Iterable[str]) -> list[BLEDevice]:
        """Return nothing: the reset at start ended every link of a previous program."""
        del services
        return []

    async def forget(self, device: BLEDevice) -> bool:
        """Return False: nothing is cached, services are discovered at every connect."""
        del device
        return False

    def _lose(self, host: BumbleHost, why: str) -> None:
        host.central.lose(why)
        if host is self._host:
            self._on_down(why)
