"""The virtual air as a server: every TCP client on loopback gets its own virtual controller (H4 HCI), all on one link.

Hub and sensors can then be separate processes; closing a client's connection powers its device off.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bumble import hci
from bumble.device import Device
from bumble.transport.common import StreamPacketSource

from drivers.virtual.connection import Conditions
from drivers.virtual.controller import SimController
from drivers.virtual.link import SimLink
from drivers.virtual.virtual_radio import EPOCH_NAME

HOST = "127.0.0.1"
WRITE_BUFFER_BYTES = 1 << 20
INTERVAL_MS = 15.0
TIMEOUT_MS = 1000.0


class _Client(asyncio.Protocol):
    """One host, at the other end of the socket, and its controller."""

    def __init__(self, link: SimLink, number: int, epoch_s: float, connected: set[asyncio.Transport]) -> None:
        self._link = link
        self._epoch_s = epoch_s
        self._number = number
        self._connected = connected

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Create the controller."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._connected.add(transport)
        transport.set_write_buffer_limits(WRITE_BUFFER_BYTES)
        self._from_host = StreamPacketSource()
        self._controller = SimController(f"air {self._number}", self._link, self._from_host, self)
        self._controller.local_name = f"{EPOCH_NAME}{self._epoch_s:.6f}"

    def on_packet(self, packet: bytes) -> None:
        """Pass a packet from the controller to its host."""
        if not self._transport.is_closing():
            self._transport.write(packet)

    def data_received(self, data: bytes) -> None:
        """Pass data from the host to its controller."""
        self._from_host.data_received(data)

    def connection_lost(self, _error: Exception | None) -> None:
        """Power the controller off."""
        self._connected.discard(self._transport)
        self._link.remove_controller(self._controller)


async def epoch_from(device: Device) -> float | None:
    """Read from a powered-on device's controller when its air was started; None for any other controller."""
    answer = await device.send_sync_command(hci.HCI_Read_Local_Name_Command())
    name = bytes(answer.local_name).partition(b"\0")[0].decode("utf-8", "replace")
    return float(name.removeprefix(EPOCH_NAME)) if name.startswith(EPOCH_NAME) else None


@asynccontextmanager
async def serve_air(port: int, *, conditions: Conditions | None = None, seed: int = 1) -> AsyncIterator[int]:
    """Serve on loopback inside the context; yield the port (a free one for `port` 0). Raises OSError if it is in use.

    Clients connect with `bumble:tcp-client:127.0.0.1:PORT`. Its start is the runner's time 0 for sensors without an
    explicit one, which read it from their controller (`epoch_from`).
    """
    link = SimLink(conditions or Conditions(interval_ms=INTERVAL_MS, timeout_ms=TIMEOUT_MS), seed)
    epoch_s = asyncio.get_running_loop().time()
    numbers = itertools.count(1)
    connected: set[asyncio.Transport] = set()

    def client() -> _Client:
        return _Client(link, next(numbers), epoch_s, connected)

    server = await asyncio.get_running_loop().create_server(client, HOST, port)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        link.close()
        for transport in list(connected):
            transport.close()
        await server.wait_closed()
