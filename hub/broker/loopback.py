"""The loopback broker: chooses a program and a free port, and restarts the broker when it dies."""

from __future__ import annotations

from collections.abc import Collection

from hub.broker.embedded import Embedded, amqtt_is_installed
from hub.broker.mosquitto import Mosquitto, find_mosquitto
from hub.broker.serving import LOOPBACK, BrokerError, PortBusyError, Serving, keep_serving
from hub.link.connection import Server
from hub.settings.folders import adding_extra

DEFAULT_PORT = 1883
PORTS_TRIED = 50


def available() -> Serving:
    """Return the best broker program of this machine; raises BrokerError that states what to install."""
    if (program := find_mosquitto()) is not None:
        return Mosquitto(program)
    if amqtt_is_installed():
        return Embedded()
    raise BrokerError(
        "no MQTT broker on this machine: install mosquitto (sudo apt install mosquitto, brew install mosquitto) "
        f"or add amqtt: {adding_extra('broker')}"
    )


class LoopbackBroker:
    """Serves from `start` to `stop`; `watch` is the task that restarts it when needed."""

    def __init__(self, serving: Serving) -> None:
        self.server = Server(LOOPBACK, DEFAULT_PORT)
        self.restarts = 0
        self._serving = serving

    @property
    def kind(self) -> str:
        """The program that serves, such as `mosquitto` or `amqtt`."""
        return self._serving.kind

    @property
    def is_own(self) -> bool:
        """Whether this process started the broker."""
        return self._serving.is_own

    async def start(self, first_port: int = DEFAULT_PORT, *, leave: Collection[int] = ()) -> Server:
        """Serve on `first_port` or the next free one that is not in `leave`; raises BrokerError."""
        for port in range(first_port, min(first_port + PORTS_TRIED, 65_536)):
            if port in leave:
                continue
            try:
                await self._serving.start(port)
            except PortBusyError:
                continue
            self.server = Server(LOOPBACK, port, protocol=self._serving.protocol)
            return self.server
        raise BrokerError(f"no free port for the broker from {first_port} on: free one or choose with --mqtt-port")

    async def watch(self) -> None:
        """Restart the broker on its port whenever it ends by itself; runs without end."""
        await keep_serving(self._serving, self.server.port, self._restarted)

    async def stop(self) -> None:
        """Stop the broker."""
        await self._serving.stop()

    def _restarted(self) -> None:
        self.restarts += 1
