"""The listening socket of a page."""

from __future__ import annotations

import errno
import ipaddress
import socket

from hub.link.listening import exclusive
from hub.page.address import LOOPBACK, own_address
from hub.settings.config import ConfigError

WEB_PORT = 8765


def listen(host: str, port: int) -> socket.socket:
    """Open the door where a page will be served; raises ConfigError that says what can be used instead."""
    family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    try:
        exclusive(door).bind((host, port))
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
