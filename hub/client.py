"""A typed client of the hub's MQTT topics, used by the dashboard and by integrations in Python.

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
    """The message was not sent: there is no connection to a broker."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message with its address; `retained`: the broker had stored it before this client subscribed."""

    address: Address
    message: Message
    retained: bool = False


@dataclass(frozen=True, slots=True)
class LinkChange:
    """The connection to the broker was established (`up`) or lost.

    reason   why it was lost
    retry_s  seconds until the next attempt
    """

    up: bool
    reason: str = ""
    retry_s: float = 0.0


Item: TypeAlias = Received | LinkChange


class HubClient:
    """Watches one runner (all with `runner=None`) and sends pain reports and commands; reconnects forever.

    topics  the topics to subscribe to, e.g. `[Topics("ann").cue]`; None: everything of the runner
    """

    def __init__(
        self,
        server: Server,
        runner: str | None = None,
        *,
        topics: Sequence[str] | None = None,
    ) -> None:
        self.server = server
        self.refused = 0  # payloads that could not be decoded
        self._topics = Topics(runner) if runner is not None else None
        self._watched = topics or [self._topics.everything if self._topics else Topics.EVERYONE]
        self._client: aiomqtt.Client | None = None

    @property
    def connected(self) -> bool:
        """Whether there is a connection to a broker."""
        return self._client is not None

    async def watch(self) -> AsyncGenerator[Item]:
        """Yield messages and link changes until the caller stops iterating; network errors never raise."""
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
        """Send a pain report or command to the hub; raises NotConnectedError, and WireError for an invalid runner."""
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
            if self.refused == 1:  # log only the topic: the payload may be about somebody's health
                _LOG.warning("%s: cannot decode a message; further ones are counted, not logged", topic)
            return None
