"""A Bumble host for bleak: the central and the two backend classes (`backend=`) bound to it."""

from __future__ import annotations

from bumble.transport.common import TransportSink, TransportSource

from drivers.radio.bumble_central import BumbleCentral
from drivers.radio.bumble_client import BumbleClient
from drivers.radio.bumble_scanner import BumbleScanner


class BumbleHost:
    """bleak instantiates the backend classes itself, so each host has subclasses of its own."""

    def __init__(self, source: TransportSource, sink: TransportSink, address: str | None = None) -> None:
        """`address`: random static address to use; generated if None."""
        self.central = BumbleCentral(source, sink, address)
        self.scanner_backend: type[BumbleScanner] = type("BumbleScanner", (BumbleScanner,), {"central": self.central})
        self.client_backend: type[BumbleClient] = type("BumbleClient", (BumbleClient,), {"central": self.central})
