"""MQTT 3.1.1 over a bare socket: for loads beyond a client library, and for packets that none would send."""

from __future__ import annotations

import contextlib
import socket
import struct
from dataclasses import dataclass
from typing import Self

TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Place:
    """Address of a broker, and the credentials to use there."""

    host: str
    port: int
    user: str | None = None
    password: str | None = None


class RefusedError(ConnectionError):
    """The broker answered CONNECT with a return code other than 0."""


def text(value: str | bytes) -> bytes:
    """Return the length-prefixed bytes."""
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("!H", len(data)) + data


def packet(first: int, body: bytes) -> bytes:
    """Return a packet: fixed header and body."""
    length, rest = b"", len(body)
    while True:
        rest, low = divmod(rest, 128)
        length += bytes([low | (0x80 if rest else 0)])
        if not rest:
            return bytes([first]) + length + body


def connect(place: Place, name: str, *, keepalive_s: int = 60, will_topic: str | None = None) -> bytes:
    """Return a CONNECT packet with a clean session."""
    flags, payload = 0x02, text(name)
    if will_topic is not None:
        flags |= 0x04
        payload += text(will_topic) + text("gone")
    if place.user is not None:
        flags |= 0xC0
        payload += text(place.user) + text(place.password or "")
    return packet(0x10, text("MQTT") + bytes([4, flags]) + struct.pack("!H", keepalive_s) + payload)


def publish(topic: str | bytes, payload: bytes, *, qos: int = 0, retain: bool = False, number: int = 1) -> bytes:
    """Return a PUBLISH packet."""
    return packet(0x30 | (qos << 1) | retain, text(topic) + (struct.pack("!H", number) if qos else b"") + payload)


def subscribe(topic: str, *, qos: int = 0) -> bytes:
    """Return a SUBSCRIBE packet."""
    return packet(0x82, struct.pack("!H", 1) + text(topic) + bytes([qos]))


class Raw:
    """A connection; every wait raises TimeoutError after `timeout_s`."""

    def __init__(
        self,
        place: Place,
        name: str,
        *,
        keepalive_s: int = 60,
        will_topic: str | None = None,
        receive_bytes: int | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.socket = socket.socket()
        if receive_bytes is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(timeout_s)
        self.socket.connect((place.host, place.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = bytearray()
        self.send(connect(place, name, keepalive_s=keepalive_s, will_topic=will_topic))
        first, body = self.receive()
        if first >> 4 != 2 or body[1] != 0:
            self.socket.close()
            raise RefusedError(f"CONNACK {body[1]}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_why: object) -> None:
        self.close()

    def send(self, data: bytes) -> None:
        """Send all of `data`."""
        self.socket.sendall(data)

    def receive(self) -> tuple[int, bytes]:
        """Return first byte and body of the next packet; raise EOFError if the broker has closed the connection."""
        self._fill(2)
        place, length, shift = 1, 0, 0
        while True:
            self._fill(place + 1)
            length |= (self._read[place] & 127) << shift
            shift += 7
            place += 1
            if not self._read[place - 1] & 128:
                break
        self._fill(place + length)
        first, body = self._read[0], bytes(self._read[place : place + length])
        del self._read[: place + length]
        return first, body

    def subscribe(self, topic: str, *, qos: int = 0) -> None:
        """Subscribe and wait for the SUBACK."""
        self.send(subscribe(topic, qos=qos))
        while self.receive()[0] >> 4 != 9:
            pass

    def payload(self) -> bytes:
        """Return the payload of the next PUBLISH."""
        while True:
            first, body = self.receive()
            if first >> 4 == 3:
                (length,) = struct.unpack("!H", body[:2])
                return body[2 + length + (2 if first & 6 else 0) :]

    def close(self) -> None:
        """Send DISCONNECT and close."""
        with contextlib.suppress(OSError):
            self.socket.sendall(b"\xe0\x00")
        self.socket.close()

    def _fill(self, count: int) -> None:
        while len(self._read) < count:
            data = self.socket.recv(262_144)
            if not data:
                raise EOFError
            self._read += data
