"""`amqtt` inside the hub's own loop, for machines without mosquitto.

Loopback only, and nothing else is offered on it: it speaks MQTT 3.1.1 only, keeps silent clients for ever and grows
with a slow subscriber (measured for 0.12.1), which strangers must not be able to use.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import logging
from typing import Any

from hub.broker.serving import LOOPBACK, BrokerError, PortBusyError, port_is_free
from hub.link.connection import MQTT_3


def amqtt_is_installed() -> bool:
    """Whether the extra `[broker]` is there."""
    return importlib.util.find_spec("amqtt") is not None


class Embedded:
    """See `serving.Serving`."""

    kind = "amqtt"
    protocol = MQTT_3

    def __init__(self) -> None:
        self._broker: Any = None

    async def start(self, port: int) -> None:
        """Listen on loopback; raises PortBusyError or BrokerError."""
        await self.stop()
        if not port_is_free(port):
            raise PortBusyError(f"port {port} is busy")
        module = importlib.import_module("amqtt.broker")
        for name in ("amqtt", "transitions"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # it reports every lost client as an error
        configuration = {
            "listeners": {"default": {"type": "tcp", "bind": f"{LOOPBACK}:{port}"}},
            # Explicit: the default set logs every packet, at up to twice the CPU.
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
        broker = module.Broker(configuration)
        try:
            await broker.start()
        except module.BrokerError as error:
            raise BrokerError(f"amqtt did not start: {error}") from error
        self._broker = broker

    async def ended(self) -> str:
        """Wait for ever: it ends with the hub."""
        await asyncio.get_running_loop().create_future()
        return "never"

    async def stop(self) -> None:
        """End it."""
        broker, self._broker = self._broker, None
        if broker is not None:
            await broker.shutdown()
