"""A connection to `amqtt` with bounds: on what waits for a client, and on how large a packet may be.

Of its own amqtt 0.12 has none: what a client does not read waits in tasks behind the one that writes, without end and
without a count. It serves any connection that is handed to it (listener type `external`), so it is handed these.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

from hub.broker.serving import MAX_PACKET_BYTES

MAX_WAITING = 1000
"""Packets beside what the system's own buffers hold; mosquitto is told the same (`max_queued_messages`)."""
MAX_WAITING_BYTES = 1_000_000
CLOSING_S = 1.0
"""For what still waits at an orderly end."""
PATIENCE = 1.5
"""Who says nothing for so many keep-alives is gone (MQTT 3.1.1, 3.1.2.10); amqtt does not look."""

_PUBLISH = 3  # MQTT 3.1.1, 2.2.1: the upper four bits of a packet's first byte


class Writing:
    """What the broker writes to a client: never waited for, and when too much waits, the client is cut off.

    let_go  is told how many messages of those that waited are lost
    """

    def __init__(self, writer: asyncio.StreamWriter, let_go: Callable[[int], None]) -> None:
        self.began_s = asyncio.get_running_loop().time()
        self._writer = writer
        self._let_go = let_go
        self._waiting: deque[tuple[int, bool]] = deque()  # bytes, and whether it is a message
        self._bytes = 0
        self._is_cut = False
        self._closing: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Packets that the system has not taken yet."""
        return len(self._waiting)

    def write(self, data: bytes) -> None:
        """Send a packet, or let it go when this client has been cut off."""
        is_message = data[0] >> 4 == _PUBLISH
        if self._is_cut:
            self._let_go(int(is_message))
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
        """End the connection at once; what waits is lost, and counted."""
        if self._is_cut:
            return
        self._is_cut = True
        self._writer.transport.abort()
        self._let_go(sum(is_message for _size, is_message in self._waiting))
        self._waiting.clear()

    async def drain(self) -> None:
        """Do not wait: whoever waited here would hold up all that comes after, without bound."""

    async def close(self) -> None:
        """End the connection; what waits is given CLOSING_S. May be called by several tasks at a time."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(), name="amqtt connection")
        await asyncio.wait([self._closing])

    async def _close(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError):  # a TimeoutError too
            async with asyncio.timeout(CLOSING_S):
                await self._writer.wait_closed()
        self._writer.transport.abort()

    def get_peer_info(self) -> tuple[str, int] | None:
        """Address and port of the client; None: it is gone already."""
        name = self._writer.get_extra_info("peername")
        return None if name is None else (name[0], name[1])

    def get_ssl_info(self) -> None:
        """There is no TLS on loopback."""


class Reading:
    """What the broker reads from a client: how long ago, and no packet larger than mosquitto would take."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._heard_s = asyncio.get_running_loop().time()

    async def read(self, n: int = -1) -> bytes:
        """Read exactly `n` bytes; raises IncompleteReadError at the end, and ValueError for more than is taken."""
        if n > MAX_PACKET_BYTES:
            raise ValueError(f"a packet of {n} bytes; at most {MAX_PACKET_BYTES} are taken")
        data = await (self._reader.read(MAX_PACKET_BYTES) if n < 0 else self._reader.readexactly(n))
        self._heard_s = asyncio.get_running_loop().time()
        return data

    def feed_eof(self) -> None:
        """Take it that nothing more comes."""
        self._reader.feed_eof()

    def is_silent(self, keep_alive_s: float) -> bool:
        """Whether this client should have been heard of; never with a keep-alive of 0, which means none."""
        return 0 < PATIENCE * keep_alive_s < asyncio.get_running_loop().time() - self._heard_s
