"""A typed client of the hub's MQTT topics: what the dashboard is built on, and integrators' Python.

client = HubClient(Server(port=1883), runner="ann")
async for item in client.watch():
    match item:
        case Received(message=StepMessage(contact_ms=contact_ms)): ...
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import aiomqtt

from hub.link.connection import Server, backoff_s, open_client, plain_reason
from hub.messages.delivery import DELIVERY
from hub.messages.incoming import CommandMessage, PainMessage
from hub.messages.topics import Address, Topics, WireError, parse_topic
from hub.messages.wire import Message, decode, encode

_LOG = logging.getLogger("stridecue.client")


class NotConnectedError(ConnectionError):
    """Nothing was sent: there is no broker on the other end just now."""


@dataclass(frozen=True, slots=True)
class Received:
    """One message, and where it came in; `retained`: the broker kept it from before we subscribed."""

    address: Address
    message: Message
    retained: bool = False


@dataclass(frozen=True, slots=True)
class LinkChange:
    """The connection to the broker came up or went; `retry_s` until the next attempt, `reason` why it went."""

    up: bool
    reason: str = ""
    retry_s: float = 0.0


Item: TypeAlias = Received | LinkChange


class HubClient:
    """Watches one runner (or all, `runner=None`) and sends pain reports and commands; reconnects for ever.

    topics  only these, e.g. `[Topics("ann").cue]`; else everything of the runner
    """

    def __init__(
        self,
        server: Server,
        runner: str | None = None,
        *,
        topics: Sequence[str] | None = None,
    ) -> None:
        self.server = server
        self.refused = 0  # payloads that were not ours
        self._topics = Topics(runner) if runner is not None else None
        self._watched = topics or [self._topics.everything if self._topics else Topics.EVERYONE]
        self._client: aiomqtt.Client | None = None

    @property
    def connected(self) -> bool:
        """Whether a broker is on the other end."""
        return self._client is not None

    async def watch(self) -> AsyncGenerator[Item]:
        """Yield messages and link changes until the caller stops; never raises for the network's sake."""
        waits = backoff_s()
        while True:
            reason = "the broker closed the connection"
            try:
                async with open_client(self.server) as client:
                    await client.subscribe([(topic, 1) for topic in self._watched])
                    self._client = client
                    waits = backoff_s()
                    yield LinkChange(up=True)
                    async for raw in client.messages:
                        item = self._read(raw)
                        if item is not None:
                            yield item
            except aiomqtt.MqttError as error:
                reason = plain_reason(error)
            finally:
                self._client = None
            retry_s = next(waits)
            yield LinkChange(up=False, reason=reason, retry_s=retry_s)
            await asyncio.sleep(retry_s)

    async def send(self, message: PainMessage | CommandMessage, runner: str | None = None) -> None:
        """Deliver a pain report or command to the hub; raises NotConnectedError, and WireError for a bad runner."""
        topics = self._topics if runner is None else Topics(runner)
        if topics is None:
            raise WireError("say which runner the message is for")
        topic = topics.pain if isinstance(message, PainMessage) else topics.command
        if self._client is None:
            raise NotConnectedError(f"not sent: no broker at {self.server}")
        try:
            await self._client.publish(topic, encode(message), qos=DELIVERY[type(message)].qos)
        except aiomqtt.MqttError as error:
            raise NotConnectedError(f"not sent: {plain_reason(error)}") from error

    def _read(self, raw: aiomqtt.Message) -> Received | None:
        topic = str(raw.topic)
        try:
            payload = bytes(raw.payload)
            if not payload:  # a retained message was cleared
                return None
            return Received(parse_topic(topic), decode(topic, payload), raw.retain)
        except (WireError, TypeError):
            self.refused += 1
            if self.refused == 1:  # the topic only: what somebody wrote there may be about their health
                _LOG.warning("%s: a message that cannot be read; further ones are counted, not said", topic)
            return None
