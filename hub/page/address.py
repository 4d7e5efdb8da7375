"""The addresses at which a page can be opened, on this machine and on its network."""

from __future__ import annotations

import contextlib
import ipaddress
import socket

LOOPBACK = "127.0.0.1"
IN_ENVIRONMENT = "STRIDECUE_WATCH_TOKEN"
"""Environment variable that passes the token to the server, which removes it from its environment."""
_ANYWHERE = ("192.0.2.1", 9)
"""A reserved address (RFC 5737): connecting a UDP socket to it selects our own address without sending anything."""


def own_address() -> str | None:
    """Return the address of this machine on its network; None if it is on none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(_ANYWHERE)
        address = str(probe.getsockname()[0])
        return None if ipaddress.ip_address(address).is_loopback else address
    return None


def reachable(host: str) -> list[str]:
    """Return the addresses to print for listening on `host`; if others can connect, the last one is for them."""
    address = ipaddress.ip_address(host)
    if not address.is_unspecified:
        return [f"[{host}]" if address.version == 6 else host]
    own = own_address()
    return [LOOPBACK] if own is None else [LOOPBACK, own]


def whole(address: str, port: int, token: str) -> str:
    """Return the whole URL of a page, including the access token."""
    return f"http://{address}:{port}/?token={token}"
