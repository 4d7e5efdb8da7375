"""The addresses at which a page can be opened, here and in the network."""

from __future__ import annotations

import contextlib
import ipaddress
import socket

LOOPBACK = "127.0.0.1"
IN_ENVIRONMENT = "STRIDECUE_WATCH_TOKEN"
"""How the token of the address reaches the server, which takes it out of its environment."""
_ANYWHERE = ("192.0.2.1", 9)
"""An address of nobody (RFC 5737): asked for a way there, the system says which address it would use; sends nothing."""


def own_address() -> str | None:
    """Find the address of this machine in its network; None without one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(_ANYWHERE)
        address = str(probe.getsockname()[0])
        return None if ipaddress.ip_address(address).is_loopback else address
    return None


def reachable(host: str) -> list[str]:
    """Give the addresses to print for where we listen; the last one is for others, if one is."""
    address = ipaddress.ip_address(host)
    if not address.is_unspecified:
        return [f"[{host}]" if address.version == 6 else host]
    own = own_address()
    return [LOOPBACK] if own is None else [LOOPBACK, own]


def whole(address: str, port: int, token: str) -> str:
    """Write the whole address of a page, with the token that lets one in."""
    return f"http://{address}:{port}/?token={token}"
