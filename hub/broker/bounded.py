"""Bounded connections for `amqtt`: limits on the data waiting for a client and on the packet size.

amqtt 0.12 itself has no limits: what a client does not read piles up in waiting tasks, unbounded and uncounted. It
serves any connection passed to it (listener type `external`), so it is given these.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

from hub.broker.serving import MAX_PACKET_BYTES

MAX_WAITING = 1000
"""Packets in addition to the system's own buffers; mosquitto has the same limit (`max_queued_messages`)."""
MAX_WAITING_BYTES = 1_000_000
CLOSING_S = 1.0
"""Time for what still waits when a connection is closed in an orderly way."""
SILENT_KEEP_ALIVES = 1.5
"""A client silent for this many keep-alives is gone (MQTT 3.1.1, 3.1.2.10); amqtt does not check."""

_PUBLISH = 3  # MQTT 3.1.1, 2.2.1: the upper four bits of a packet's first byte


class Writing:
    """The writing side of a connection: never blocks, and disconnects the client when too much waits for it.

    dropped  called with the number of lost messages
    """

    def __init__(self, writer: asyncio.StreamWriter, dropped: Callable[[int], None]) -> None:
        self.began_s = asyncio.get_running_loop().time()
        self._writer = writer
        self._dropped = dropped
        self._waiting: deque[tuple[int, bool]] = deque()  # size in bytes, whether it is a PUBLISH
        self._bytes = 0
        self._is_cut = False
        self._closing: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Number of packets not yet passed to the operating system."""
        return len(self._waiting)

    def write(self, data: bytes) -> None:
        """Send a packet, or drop it when this client has been disconnected."""
        is_message = data[0] >> 4 == _PUBLISH
        if self._is_cut:
            self._dropped(int(is_message))
            return
        if self._writer.is_closing():
            return
        self._writer.write(data)
        self._waiting.append((len(data), is_message))
        self._bytes += len(data)
        unsent = self._writer.transport.get_write_buffer_size()
        while self._waiting and self._bytes - self._waiting[0][0] >= unsent:
            self._bytes -= self._waiting.popleft()[0]
        if len(self._waiting) > MAX_WAITING or unsent > MAX_WAITING_BYTES:
            self.cut()

    def cut(self) -> None:
        """Abort the connection; what waits is lost and counted."""
        if self._is_cut:
            return
        self._is_cut = True
        self._writer.transport.abort()
        self._dropped(sum(is_message for _size, is_message in self._waiting))
        self._waiting.clear()

    async def drain(self) -> None:
        """Return at once: waiting here would let messages pile up without bound."""

    async def close(self) -> None:
        """Close the connection, with CLOSING_S for what waits; may be called by several tasks at a time."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(), name="amqtt connection")
        await asyncio.wait([self._closing])

    async def _close(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError):  # includes TimeoutError
            async with asyncio.timeout(CLOSING_S):
                await self._writer.wait_closed()
        self._writer.transport.abort()

    def get_peer_info(self) -> tuple[str, int] | None:
        """Return address and port of the client; None if it is gone already."""
        name = self._writer.get_extra_info("peername")
        return None if name is None else (name[0], name[1])

    def get_ssl_info(self) -> None:
        """Return None, as there is no TLS on loopback."""


class Reading:
    """The reading side of a connection: tracks silence, and rejects packets larger than mosquitto would accept."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._heard_s = asyncio.get_running_loop().time()

    async def read(self, n: int = -1) -> bytes:
        """Read exactly `n` bytes; raises IncompleteReadError at the end, ValueError above MAX_PACKET_BYTES."""
        if n > MAX_PACKET_BYTES:
            raise ValueError(f"a packet of {n} bytes; at most {MAX_PACKET_BYTES} are accepted")
        data = await (self._reader.read(MAX_PACKET_BYTES) if n < 0 else self._reader.readexactly(n))
        self._heard_s = asyncio.get_running_loop().time()
        return data

    def feed_eof(self) -> None:
        """Mark the end of the input."""
        self._reader.feed_eof()

    def is_silent(self, keep_alive_s: float) -> bool:
        """Whether this client has exceeded its keep-alive; never with a keep-alive of 0, which means none."""
        return 0 < SILENT_KEEP_ALIVES * keep_alive_s < asyncio.get_running_loop().time() - self._heard_s
