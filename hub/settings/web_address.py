"""Where the coach's page is reached: addresses that work, what to type for a phone, and a code for its camera."""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import io
import ipaddress
import shlex
import socket

from hub.settings.config import ConfigError
from hub.settings.folders import program

LOOPBACK = "127.0.0.1"
_ANYWHERE = ("192.0.2.1", 9)
"""An address of nobody (RFC 5737): asked for a way there, the system says which address it would use; sends nothing."""


WEB_PORT = 8765
IN_ENVIRONMENT = "STRIDECUE_WATCH_TOKEN"
"""How the token reaches the server, which takes it out of its environment."""


def listen(host: str, port: int) -> socket.socket:
    """Open the door where a page will be served; raises ConfigError that says what can be used instead."""
    family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((host, port))
        door.listen()
    except OSError as error:
        door.close()
        raise ConfigError(f"--serve {host}: {_remedy(error, host, port)}") from error
    return door


def check_free(host: str, port: int) -> None:
    """See whether a page can be served there; raises ConfigError that says what can."""
    listen(host, port).close()


def free_port() -> int:
    """Give the port for a page of this machine only: the usual one, or any where that is taken; raises ConfigError."""
    try:
        check_free(LOOPBACK, WEB_PORT)
    except ConfigError:
        with listen(LOOPBACK, 0) as door:
            return int(door.getsockname()[1])
    return WEB_PORT


def _remedy(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken on this machine: choose another, --serve {host}:{port + 1}"
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"port {port} is not for everybody: choose one above 1023"
    own = own_address()
    there = f"; in this network it has {own}" if own is not None else ""
    return f"this machine has no such address{there}, and 0.0.0.0 means all it has"


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


def page(address: str, port: int, token: str) -> str:
    """Write the whole address of a page."""
    return f"http://{address}:{port}/?token={token}"


def for_a_phone(*which: str) -> str | None:
    """Write the command that serves `which` broker's runners to this wifi; None: this machine is in no network."""
    own = own_address()
    return None if own is None else f"{program()} {shlex.join(['watch', '--serve', own, *which])}"


def advice(host: str, *which: str) -> str:
    """Say who can open the page of `which` broker, and what to type where a phone is to."""
    if not ipaddress.ip_address(host).is_loopback:
        return "Whoever has this address can look, and can say things to runners. It is new at every start."
    command = for_a_phone(*which)
    phone = "" if command is None else f" For a phone or tablet in this wifi: {command}"
    return f"Only this machine can open it.{phone}"


def camera_code(address: str) -> str:
    """Draw an address for a phone's camera, lines of text; empty where segno is not installed."""
    if importlib.util.find_spec("segno") is None:
        return ""
    import segno

    drawn = io.StringIO()
    segno.make(address, error="l", micro=False).terminal(out=drawn, border=2, compact=True)
    return drawn.getvalue()
