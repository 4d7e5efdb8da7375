"""Joining the broker of a demo that is already running, so that one `watch` shows all demos.

Only demos do so. A demo never publishes beyond this machine, so a broker where one is online belongs to a demo; a
runner's own hub never shares its loopback broker.
"""

from __future__ import annotations

import asyncio
import logging

import aiomqtt

from hub.broker.serving import LOOPBACK, PortBusyError, Serving, port_is_free
from hub.link.connection import Server, open_client, plain_reason, settled
from hub.messages.topics import ROOT, WireError, parse_topic
from hub.messages.wire import SessionMessage, StatusMessage, decode

PROBE_S = 3.0
"""A program on the port that has not answered by then is not one of our brokers."""
RETAINED_S = 0.5
PORTS_PROBED = 8

_LOG = logging.getLogger("stridecue.broker")


async def demos_at(port: int) -> frozenset[str]:
    """Return the runners of the demos online at this loopback port; none if something else serves there."""
    try:
        async with asyncio.timeout(PROBE_S):
            return await _demos(await settled(Server(LOOPBACK, port)))
    except (aiomqtt.MqttError, TimeoutError, OSError) as error:
        _LOG.info("no demo on port %d: %s", port, error)
        return frozenset()


async def find_demos(first_port: int) -> tuple[int, frozenset[str]]:
    """Return the port, from `first_port` on, where a demo will serve or join others, and the demos online there."""
    for port in range(first_port, min(first_port + PORTS_PROBED, 65_536)):
        if port_is_free(port):
            return port, frozenset()
        if online := await demos_at(port):
            return port, online
    return first_port, frozenset()


class Joined:
    """A broker of our own, or that of a demo already on the port; see `serving.Serving`.

    When the demo that owns the broker ends, one of those that joined it takes over the port.
    """

    def __init__(self, own: Serving) -> None:
        self.kind = own.kind
        self.protocol = own.protocol
        self._own = own
        self._theirs: Server | None = None

    @property
    def is_own(self) -> bool:
        """Whether the broker is currently our own."""
        return self._theirs is None

    async def start(self, port: int) -> None:
        """Serve, or join a demo; raises PortBusyError when neither is possible, BrokerError."""
        self._theirs = None
        try:
            await self._own.start(port)
        except PortBusyError:
            if not await demos_at(port):
                raise
            self._theirs = await settled(Server(LOOPBACK, port))
            self.kind = "the demo already running there"
            self.protocol = self._theirs.protocol or self._own.protocol
        else:
            self.kind, self.protocol = self._own.kind, self._own.protocol

    async def ended(self) -> str:
        """Wait until the broker ends, ours or theirs; returns the reason."""
        if self._theirs is None:
            return await self._own.ended()
        try:
            async with open_client(self._theirs) as client:
                async for _message in client.messages:
                    pass
        except aiomqtt.MqttError as error:
            return f"the demo that served here is gone ({plain_reason(error)})"
        return "the demo that served here is gone"

    async def stop(self) -> None:
        """Stop the broker if it is ours."""
        await self._own.stop()


async def _demos(server: Server) -> frozenset[str]:
    online: set[str] = set()
    demos: set[str] = set()
    topics = [(f"{ROOT}/+/status", 1), (f"{ROOT}/+/session", 1)]
    async with open_client(server) as client:
        await client.subscribe(topics)
        await asyncio.sleep(RETAINED_S)
        await client.subscribe(topics)  # its acknowledgement follows all retained messages for the first
        while len(client.messages):
            raw = await anext(client.messages)
            try:
                message = decode(str(raw.topic), bytes(raw.payload))
                runner = parse_topic(str(raw.topic)).runner
            except (WireError, TypeError):
                continue
            if isinstance(message, StatusMessage) and message.state == "online":
                online.add(runner)
            elif isinstance(message, SessionMessage) and message.source == "demo":
                demos.add(runner)
    return frozenset(online & demos)
