"""The interface of a broker program, its errors, and restarting it when it ends."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Protocol

from aiomqtt import ProtocolVersion

from hub.link.connection import backoff_s
from hub.link.listening import exclusive

LOOPBACK = "127.0.0.1"
MAX_PACKET_BYTES = 262_144
DROPPED_TOPIC = "$SYS/broker/publish/messages/dropped"
"""Where mosquitto publishes how many messages it dropped because a client did not read them; our amqtt too."""

_LOG = logging.getLogger("stridecue.broker")


class BrokerError(Exception):
    """No broker is available; the text states what was tried and what to do."""


class PortBusyError(BrokerError):
    """Another program listens on that port."""


class Serving(Protocol):
    """A broker program that can be started, stopped and restarted."""

    kind: str
    protocol: ProtocolVersion

    @property
    def is_own(self) -> bool:
        """Whether this process started it, so that all its drops are this run's."""
        ...

    async def start(self, port: int) -> None:
        """Start listening; raises PortBusyError or BrokerError, within 5 s."""

    async def ended(self) -> str:
        """Wait until it ends by itself; returns the reason."""

    async def stop(self) -> None:
        """Stop it; does nothing when it is not running."""


async def keep_serving(serving: Serving, port: int, restarted: Callable[[], None]) -> None:
    """Restart a broker on its port whenever it ends by itself; runs without end."""
    waits = backoff_s()
    while True:
        reason = await serving.ended()
        _LOG.warning("the broker on port %d has ended (%s): restarting it", port, reason)
        while True:
            try:
                await serving.start(port)
            except BrokerError as error:
                _LOG.warning("the broker could not be restarted: %s", error)
                await asyncio.sleep(next(waits))
            else:
                restarted()
                waits = backoff_s()
                break


def a_free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether the port was free a moment ago; raises OSError when `host` is not an address of this machine."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        try:
            exclusive(probe).bind((host, port))
        except OSError:
            if host == LOOPBACK:
                return False
            probe.bind((host, 0))  # raises if the address itself is the problem
            return False
    return True
