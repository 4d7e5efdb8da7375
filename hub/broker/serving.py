"""What any broker program has to offer the hub, and how it says that it cannot."""

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
LET_GO_TOPIC = "$SYS/broker/publish/messages/dropped"
"""Where mosquitto tells how many messages it let go because a client did not take them; amqtt here too."""

_LOG = logging.getLogger("stridecue.broker")


class BrokerError(Exception):
    """No broker serves: what was tried, and what to do."""


class PortBusyError(BrokerError):
    """Somebody else listens on that port."""


class Serving(Protocol):
    """One broker program, started and stopped; can be started again after it ended."""

    kind: str
    protocol: ProtocolVersion

    @property
    def is_own(self) -> bool:
        """Whether we started it: what it let go before we came is not ours otherwise."""
        ...

    async def start(self, port: int) -> None:
        """Listen; raises PortBusyError or BrokerError, never later than 5 s."""

    async def ended(self) -> str:
        """Wait until it ends by itself; says why."""

    async def stop(self) -> None:
        """End it; does nothing when it is not running."""


async def keep_serving(serving: Serving, port: int, restarted: Callable[[], None]) -> None:
    """Start a broker again, on its port, whenever it ends by itself; for ever."""
    waits = backoff_s()
    while True:
        reason = await serving.ended()
        _LOG.warning("the broker on port %d is gone (%s): starting it again", port, reason)
        while True:
            try:
                await serving.start(port)
            except BrokerError as error:
                _LOG.warning("the broker does not come back: %s", error)
                await asyncio.sleep(next(waits))
            else:
                restarted()
                waits = backoff_s()
                break


def a_free_port() -> int:
    """Give a loopback port that nobody listens on (a moment ago)."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether nobody listens on this port (a moment ago); raises OSError where `host` is not of this machine."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        try:
            exclusive(probe).bind((host, port))
        except OSError:
            if host == LOOPBACK:
                return False
            probe.bind((host, 0))  # the address itself is not the trouble
            return False
    return True
