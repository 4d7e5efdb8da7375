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
    """Return a listening socket for a page; raises ConfigError that suggests what to use instead."""
    family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        exclusive(listener).bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise ConfigError(f"--serve {host}: {_remedy(error, host, port)}") from error
    return listener


def check_free(host: str, port: int) -> None:
    """Check that a page can be served there; raises ConfigError that suggests what to use instead."""
    listen(host, port).close()


def free_port() -> int:
    """Return a port for a page on loopback: WEB_PORT, or any free one if that is taken; raises ConfigError."""
    try:
        check_free(LOOPBACK, WEB_PORT)
    except ConfigError:
        with listen(LOOPBACK, 0) as listener:
            return int(listener.getsockname()[1])
    return WEB_PORT


def _remedy(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken on this machine: choose another, --serve {host}:{port + 1}"
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"port {port} needs administrator rights: choose one above 1023"
    own = own_address()
    there = f"; its address on this network is {own}" if own is not None else ""
    return f"this machine has no such address{there}; 0.0.0.0 means all its addresses"
