"""`amqtt` inside the hub's own event loop, for machines without mosquitto.

On loopback only: it speaks MQTT 3.1.1 and retains whatever it is asked to, which strangers must not be able to exploit.
A client that hangs costs no more than `bounded` allows, and its losses are counted.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import logging
from typing import Any

from hub.broker.bounded import CLOSING_S, Reading, Writing
from hub.broker.serving import DROPPED_TOPIC, LOOPBACK, BrokerError, PortBusyError, port_is_free
from hub.link.connection import MQTT_3

CHECK_S = 1.0
"""How often silent clients are checked for and the drop count is published."""
CONNECT_S = 10.0
"""A connection without CONNECT after this time is closed (MQTT 3.1.1, 3.1.4, leaves the limit to the server)."""
SHUTDOWN_S = 2.0
"""Clients still connected this long after the broker began to stop are cut off."""
MAX_CONNECTIONS = 64
"""A hub has five and a dashboard one; clients without a keep-alive that hang can take up the others only."""

_LISTENER = "default"  # amqtt requires this one
_LOG = logging.getLogger("stridecue.broker")


def amqtt_is_installed() -> bool:
    """Whether the extra `[broker]` is installed."""
    return importlib.util.find_spec("amqtt") is not None


class Embedded:
    """amqtt as a broker; see `serving.Serving`.

    dropped      messages that clients did not read, since the hub started
    turned_away  connections beyond `MAX_CONNECTIONS`
    """

    kind = "amqtt"
    is_own = True
    protocol = MQTT_3

    def __init__(self) -> None:
        self.dropped = 0
        self.turned_away = 0
        self._broker: Any = None
        self._server: asyncio.Server | None = None
        self._checking: asyncio.Task[None] | None = None
        self._connections: dict[asyncio.Task[Any], Writing] = {}

    async def start(self, port: int) -> None:
        """Listen on loopback; raises PortBusyError or BrokerError."""
        await self.stop()
        if not port_is_free(port):
            raise PortBusyError(f"port {port} is busy")
        module = importlib.import_module("amqtt.broker")
        for name in ("amqtt", "transitions"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # it reports every lost client as an error
        configuration = {
            "listeners": {_LISTENER: {"type": "external"}},
            # Explicit: the default set logs every packet, at up to twice the CPU.
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
        try:
            broker = module.Broker(configuration)
            await broker.start()
        except Exception as error:  # of any type: the run continues without a broker, and the start is tried again
            raise BrokerError(f"amqtt did not start: {type(error).__name__}: {error}") from error
        self._broker = broker
        try:
            self._server = await asyncio.start_server(self._connected, LOOPBACK, port)
        except OSError as error:
            await self.stop()
            raise PortBusyError(f"port {port} is busy ({error.strerror})") from error
        self._checking = asyncio.create_task(self._check(), name="amqtt clients")

    @property
    def clients(self) -> list[Writing]:
        """The writing side of each connection."""
        return [*self._connections.values()]

    async def ended(self) -> str:
        """Wait until the task that checks the clients fails, for example inside amqtt; returns the reason."""
        checking = self._checking
        if checking is None:
            return "it is not running"
        await asyncio.wait([checking])
        if checking.cancelled():
            return "it was stopped"
        error = checking.exception()
        return f"{type(error).__name__}: {error}"

    async def stop(self) -> None:
        """Stop the broker."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        checking, self._checking = self._checking, None
        if checking is not None:
            checking.cancel()
        broker, self._broker = self._broker, None
        if broker is not None:
            # amqtt waits for each client's reader to be cancelled. Up to Python 3.11, `asyncio.wait_for` loses that
            # cancellation when a packet arrives at that moment, and the reader would go on until the client leaves.
            hurry = asyncio.get_running_loop().call_later(SHUTDOWN_S, self._cut_all)
            # What made it fail may fail here again; clean up all the same, so that it can be restarted.
            ends: list[BaseException | None] = await asyncio.gather(broker.shutdown(), return_exceptions=True)
            hurry.cancel()
            if ends[0] is not None:
                _LOG.error("amqtt did not shut down cleanly; its clients are disconnected", exc_info=ends[0])
        if checking is not None:
            self._cut_all()  # including those that never sent a CONNECT
            await asyncio.wait([checking, *self._connections], timeout=CLOSING_S)

    def _cut_all(self) -> None:
        for writing in self.clients:
            writing.cut()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._connections) >= MAX_CONNECTIONS:
            if not self.turned_away:
                _LOG.warning("more than %d connections to the broker: no further one is accepted", MAX_CONNECTIONS)
            self.turned_away += 1
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None
        writing = self._connections[task] = Writing(writer, self._count)
        try:
            await self._broker.external_connected(Reading(reader), writing, _LISTENER)
        finally:
            await writing.close()
            del self._connections[task]

    def _count(self, messages: int) -> None:
        self.dropped += messages

    async def _check(self) -> None:
        """Without end, disconnect silent clients and publish the drop count on the topic that mosquitto uses.

        Not retained: amqtt sends every new client all retained messages that match any client's subscription.
        """
        loop = asyncio.get_running_loop()
        while True:
            identified: list[Writing] = []
            for session, handler in [*self._broker.sessions.values()]:
                identified.append(handler.writer)
                if isinstance(handler.reader, Reading) and handler.reader.is_silent(session.keep_alive):
                    handler.writer.cut()
            for writing in self.clients:
                if writing not in identified and loop.time() - writing.began_s > CONNECT_S:
                    writing.cut()
            await self._broker.internal_message_broadcast(DROPPED_TOPIC, b"%d" % self.dropped, 0)
            await asyncio.sleep(CHECK_S)
