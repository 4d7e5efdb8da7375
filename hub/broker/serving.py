"""What any broker program has to offer the hub, and how it says that it cannot."""

from __future__ import annotations

import socket
from typing import Protocol

from aiomqtt import ProtocolVersion

LOOPBACK = "127.0.0.1"
MAX_PACKET_BYTES = 262_144


class BrokerError(Exception):
    """No broker serves: what was tried, and what to do."""


class PortBusyError(BrokerError):
    """Somebody else listens on that port."""


class Serving(Protocol):
    """One broker program, started and stopped; can be started again after it ended."""

    kind: str
    protocol: ProtocolVersion

    async def start(self, port: int) -> None:
        """Listen on loopback; raises PortBusyError or BrokerError, never later than 5 s."""

    async def ended(self) -> str:
        """Wait until it ends by itself; says why."""

    async def stop(self) -> None:
        """End it; does nothing when it is not running."""


def port_is_free(port: int) -> bool:
    """Whether nobody listens on this loopback port (a moment ago)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
