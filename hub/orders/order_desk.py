"""Receives pain reports and commands from one broker, has them carried out, and answers every one.

Answers go to the runner's `reply` topic and, if the sender named a response topic (MQTT 5), there too. On a broker that
others read, answers to pain reports go to the response topic only, as `reply` would reveal that something was reported.
An invalid message is answered with what is wrong and has no other effect. Retained messages were meant for an earlier
hub: they are cleared, not carried out; pain must not stay on a broker at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal, get_args

import aiomqtt
import msgspec
from paho.mqtt.subscribeoptions import SubscribeOptions

from hub.link.connection import MQTT_5, Server, publish_properties
from hub.link.persistent import PersistentConnection
from hub.messages.delivery import DELIVERY
from hub.messages.incoming import Action, Answer, CommandMessage, PainMessage
from hub.messages.topics import ROOT, Topics, WireError, parse_topic
from hub.messages.wire import Post, ReplyMessage, decode, encode
from hub.orders.repeats import Order, Repeats

MAX_ORDER_BYTES = 4096
"""Four times the longest pain note in UTF-8."""
ORDERS_A_SECOND = 5
"""Faster than anyone presses keys; messages beyond it are counted and answered at most once a second."""

_EXAMPLE = {"command": '{"action": "mute"}', "pain": '{"level": 3, "site": "outer knee", "side": "left"}'}
_EXAMPLE_OF_ACTION = {
    "mark": '{"action": "mark", "text": "bridge"}',
    "nudge": '{"action": "nudge", "text": "Shorter steps"}',
    "target": '{"action": "target", "cadence_spm": 172}',
    "speed": '{"action": "speed", "factor": 4}',
    "skip": '{"action": "skip", "seconds": -60}',
    "seek": '{"action": "seek", "seconds": 0}',
}
"""For actions with further fields."""

_ONLY_NEW = SubscribeOptions(qos=1, retainAsPublished=True, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)
"""MQTT 5: no retained messages on subscribing, and the sender's retain flag kept on new ones."""


class OrderError(ValueError):
    """A valid order that cannot be carried out; the text states why and what to do."""


class OrderDesk:
    """Listens on `server` for the orders to one runner.

    carry_out  carries out an order and returns what was done; raises OrderError
    answer     creates the post of an answer
    repeats    remembers which orders were carried out; shared between desks
    private    for a broker that others read: creates the post of an answer to pain, which leaves no gap in `seq`
    """

    def __init__(
        self,
        server: Server,
        runner: str,
        *,
        carry_out: Callable[[Order], Awaitable[str]],
        answer: Callable[[Answer], Post],
        repeats: Repeats,
        private: Callable[[Answer], Post] | None = None,
    ) -> None:
        self.refused = 0  # messages that were invalid or came too fast
        self.up = asyncio.Event()  # set while subscribed
        self._connection = PersistentConnection(
            server, begin=self._subscribe, serve=self._listen, without="no commands are received"
        )
        self._topics = Topics(runner)
        self._carry_out = carry_out
        self._answer = answer
        self._repeats = repeats
        self._private = private
        self._second = -1
        self._this_second = 0

    def close(self) -> None:
        """Announce the end before `run` is cancelled."""
        self._connection.close()

    async def run(self) -> None:
        """Listen until closed and cancelled; never raises network errors."""
        await self._connection.run()

    async def _listen(self, client: aiomqtt.Client) -> None:
        self.up.set()
        try:
            async for raw in client.messages:
                await self._take(client, raw)
                if self._connection.closing.is_set():
                    return
        finally:
            self.up.clear()

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        for topic in (self._topics.pain, self._topics.command):
            if self._connection.server.protocol is MQTT_5:
                await client.publish(topic, b"", qos=1, retain=True)
                await client.subscribe(topic, options=_ONLY_NEW)
            else:
                await client.subscribe(topic, qos=1)

    async def _take(self, client: aiomqtt.Client, raw: aiomqtt.Message) -> None:
        topic, payload, newer = str(raw.topic), raw.payload, self._connection.server.protocol is MQTT_5
        if not payload:  # a retained message was cleared
            return
        if raw.retain or not newer:  # 3.1.1 does not show whether the sender set the retain flag
            await client.publish(topic, b"", qos=1, retain=True)
        if raw.retain and not newer:
            return  # it was meant for an earlier hub
        answer = await self._obey("pain" if topic == self._topics.pain else "command", topic, payload)
        if answer.text:
            await self._reply(client, raw, answer)

    async def _obey(self, kind: Literal["pain", "command"], topic: str, payload: bytes) -> Answer:
        """Carry out one order; an answer without text is not sent."""
        if (complaint := self._too_fast()) is not None:
            return Answer(kind, None, ok=False, text=complaint)
        if len(payload) > MAX_ORDER_BYTES:
            self.refused += 1
            return Answer(kind, None, ok=False, text=f"{len(payload)} bytes, at most {MAX_ORDER_BYTES} are accepted")
        try:
            order = decode(topic, payload)
        except WireError as error:
            self.refused += 1
            found = _readable(payload)
            return Answer(kind, found.id and found.id[:64], ok=False, text=_explained(kind, str(error), found.action))
        assert isinstance(order, PainMessage | CommandMessage)
        now_s = asyncio.get_running_loop().time()
        if (answered := self._repeats.answer(order, now_s)) is not None:
            return Answer(kind, order.id, ok=True, text=answered)
        try:
            text = await self._carry_out(order)
        except OrderError as error:
            return Answer(kind, order.id, ok=False, text=str(error))
        self._repeats.carried_out(order, text, now_s)
        return Answer(kind, order.id, ok=True, text=text)

    def _too_fast(self) -> str | None:
        """Return None to accept the message, else the answer: empty after the first rejected one of each second."""
        second = int(asyncio.get_running_loop().time())
        if second != self._second:
            self._second, self._this_second = second, 0
        self._this_second += 1
        if self._this_second <= ORDERS_A_SECOND:
            return None
        self.refused += 1
        first = self._this_second == ORDERS_A_SECOND + 1
        return (
            f"more than {ORDERS_A_SECOND} messages a second: this one and others were not carried out" if first else ""
        )

    async def _reply(self, client: aiomqtt.Client, raw: aiomqtt.Message, answer: Answer) -> None:
        """Answer on `reply` and on the sender's response topic; a private answer on the latter only."""
        make = None if answer.to == "command" else self._private
        wanted = getattr(raw.properties, "ResponseTopic", None)
        if not isinstance(wanted, str) or not _may_answer(wanted, private=make is not None):
            wanted = None
        if make is not None and wanted is None:
            return
        post, qos = (make or self._answer)(answer), DELIVERY[ReplyMessage].qos
        payload = encode(post.message)
        if make is None:
            await client.publish(post.topic, payload, qos=qos)
        if wanted is None:
            return
        properties = publish_properties(None)
        if isinstance(correlation := getattr(raw.properties, "CorrelationData", None), bytes):
            properties.CorrelationData = correlation
        await client.publish(wanted, payload, qos=qos, properties=properties)


def _may_answer(topic: str, *, private: bool) -> bool:
    """Whether to answer on a response topic: no wildcards, none of the broker's, and of ours only a public `reply`."""
    if not topic or topic[0] == "$" or {"+", "#"} & set(topic):
        return False
    try:
        return parse_topic(topic).kind == "reply" and not private
    except WireError:
        return topic.partition("/")[0] != ROOT


def _explained(kind: Literal["pain", "command"], wrong: str, action: str | None = None) -> str:
    """Add the valid actions and an example to an error text, of the same action where it is known."""
    if wrong.endswith("`$.action`"):
        wrong = f"{wrong}; valid: {', '.join(get_args(Action))}"
    example = _EXAMPLE_OF_ACTION.get(action or "", _EXAMPLE[kind]) if kind == "command" else _EXAMPLE[kind]
    return wrong if "e.g." in wrong else f"{wrong}; write it like this: {example}"


class _Readable(msgspec.Struct):
    id: str | None = None
    action: str | None = None


def _readable(payload: bytes) -> _Readable:
    """Extract id and action from an invalid order, so that its sender can identify it."""
    try:
        return msgspec.json.decode(payload, type=_Readable)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Readable()
