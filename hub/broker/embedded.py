"""`amqtt` inside the hub's own loop, for machines without mosquitto.

Loopback only, and nothing else is offered on it: it speaks MQTT 3.1.1 only and keeps whatever it is asked to retain,
which strangers must not be able to use. That a client hangs costs it no more than `bounded` allows, and is counted.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import logging
from typing import Any

from hub.broker.bounded import CLOSING_S, Reading, Writing
from hub.broker.serving import LET_GO_TOPIC, LOOPBACK, BrokerError, PortBusyError, port_is_free
from hub.link.connection import MQTT_3

LOOK_S = 1.0
"""How often clients that say nothing are looked for, and the count is told."""
CONNECT_S = 10.0
"""Who has not said by then who it is goes (MQTT 3.1.1, 3.1.4, asks for such a bound, and leaves it open)."""
MOST_CONNECTIONS = 64
"""Of which a hub has five, and a dashboard one: what asks for no keep-alive and hangs costs no more than these."""

_LISTENER = "default"  # the one that its configuration must have
_LOG = logging.getLogger("stridecue.broker")


def amqtt_is_installed() -> bool:
    """Whether the extra `[broker]` is there."""
    return importlib.util.find_spec("amqtt") is not None


class Embedded:
    """See `serving.Serving`.

    let_go       messages that clients did not take, since the hub started
    turned_away  connections beyond `MOST_CONNECTIONS`
    """

    kind = "amqtt"
    is_own = True
    protocol = MQTT_3

    def __init__(self) -> None:
        self.let_go = 0
        self.turned_away = 0
        self._broker: Any = None
        self._server: asyncio.Server | None = None
        self._looking: asyncio.Task[None] | None = None
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
        except Exception as error:  # whatever it is: without a broker the run goes on, and it is tried again
            raise BrokerError(f"amqtt did not start: {type(error).__name__}: {error}") from error
        self._broker = broker
        try:
            self._server = await asyncio.start_server(self._connected, LOOPBACK, port)
        except OSError as error:
            await self.stop()
            raise PortBusyError(f"port {port} is busy ({error.strerror})") from error
        self._looking = asyncio.create_task(self._look(), name="amqtt clients")

    @property
    def clients(self) -> list[Writing]:
        """What is written to each client that is connected."""
        return [*self._connections.values()]

    async def ended(self) -> str:
        """Wait until nobody looks after its clients any more, because something in it failed; says what."""
        looking = self._looking
        if looking is None:
            return "it is not running"
        await asyncio.wait([looking])
        if looking.cancelled():
            return "it was stopped"
        error = looking.exception()
        return f"{type(error).__name__}: {error}"

    async def stop(self) -> None:
        """End it."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        looking, self._looking = self._looking, None
        if looking is not None:
            looking.cancel()
        broker, self._broker = self._broker, None
        if broker is not None:
            # What made it fail may fail here again: the rest is done all the same, and a next one can begin.
            ends: list[BaseException | None] = await asyncio.gather(broker.shutdown(), return_exceptions=True)
            if ends[0] is not None:
                _LOG.error("amqtt did not end in good order, its clients are cut off", exc_info=ends[0])
        if looking is not None:
            for writing in self.clients:  # also those that never said who they are
                writing.cut()
            await asyncio.wait([looking, *self._connections], timeout=CLOSING_S)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._connections) >= MOST_CONNECTIONS:
            if not self.turned_away:
                _LOG.warning("more than %d connections to the broker: no further one is let in", MOST_CONNECTIONS)
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
        self.let_go += messages

    async def _look(self) -> None:
        """For ever: cut off who says nothing, or not who it is, and tell the count where mosquitto tells its own.

        Not retained: amqtt gives every new client what it keeps for whatever anybody has subscribed to.
        """
        loop = asyncio.get_running_loop()
        while True:
            known: list[Writing] = []
            for session, handler in [*self._broker.sessions.values()]:
                known.append(handler.writer)
                if isinstance(handler.reader, Reading) and handler.reader.is_silent(session.keep_alive):
                    handler.writer.cut()
            for writing in self.clients:
                if writing not in known and loop.time() - writing.began_s > CONNECT_S:
                    writing.cut()
            await self._broker.internal_message_broadcast(LET_GO_TOPIC, b"%d" % self.let_go, 0)
            await asyncio.sleep(LOOK_S)
