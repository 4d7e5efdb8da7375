"""Orders over a real mosquitto, from another program's point of view."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Literal

import aiomqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from hub.broker.serving import LOOPBACK
from hub.flow.session import Session
from hub.link.connection import MQTT_3, MQTT_5, Server, open_client
from hub.messages.incoming import CommandMessage, PainMessage
from hub.messages.topics import WireError
from hub.messages.wire import decode
from hub.orders.order_desk import MAX_ORDER_BYTES, ORDERS_A_SECOND, OrderDesk, OrderError, _explained
from hub.orders.repeats import Order, Repeats
from hub.telemetry.posts import Telemetry
from hub.telemetry.run_info import RunInfo
from tests.hub.programs import a_port, mosquitto

pytestmark = pytest.mark.real_time

VERSIONS = pytest.mark.parametrize("protocol", [MQTT_3, MQTT_5], ids=["3.1.1", "5"])


@dataclass
class Desk:
    """A hub's order desk, and a client that sends orders."""

    server: Server
    client: aiomqtt.Client
    obeyed: list[Order] = field(default_factory=list)

    async def carry_out(self, order: Order) -> str:
        if isinstance(order, CommandMessage) and order.action == "target":
            raise OrderError("no target without a hip sensor")
        self.obeyed.append(order)
        return "done"

    async def order(
        self, kind: str, payload: bytes, *, retain: bool = False, properties: Properties | None = None
    ) -> None:
        await self.client.publish(f"stridecue/ann/{kind}", payload, qos=1, retain=retain, properties=properties)

    async def heard(self) -> tuple[str, dict[str, object]]:
        async with asyncio.timeout(5):
            raw = await anext(self.client.messages)
        assert isinstance(raw.payload, bytes)
        return str(raw.topic), json.loads(raw.payload)


@asynccontextmanager
async def a_desk(
    protocol: aiomqtt.ProtocolVersion, *, kept: bytes | None = None, others_read: bool = False
) -> AsyncIterator[Desk]:
    broker, port, numbers = mosquitto(), a_port(), count(1)
    await broker.start(port)
    server = Server(LOOPBACK, port, protocol=protocol)
    telemetry = Telemetry(RunInfo("ann", "one", "live", 0, 0), Session())
    try:
        async with (
            asyncio.timeout(15),
            open_client(replace(server, protocol=MQTT_5)) as client,
            asyncio.TaskGroup() as group,
        ):
            if kept is not None:
                await client.publish("stridecue/ann/pain", kept, qos=1, retain=True)
            await client.subscribe("stridecue/ann/reply", qos=1)
            await client.subscribe("gym/answers", qos=1)
            desk = Desk(server, client)
            work = OrderDesk(
                server,
                "ann",
                carry_out=desk.carry_out,
                answer=lambda answer: telemetry.reply(answer, 0, next(numbers)),
                private=(lambda answer: telemetry.reply(answer, 0, 0)) if others_read else None,
                repeats=Repeats(),
            )
            task = group.create_task(work.run(), name="desk")
            await work.up.wait()
            yield desk
            work.close()
            task.cancel()
    finally:
        await broker.stop()


@VERSIONS
async def test_an_order_is_carried_out_once_and_answered(protocol: aiomqtt.ProtocolVersion) -> None:
    async with a_desk(protocol) as desk:
        for _ in range(2):
            await desk.order("command", b'{"action": "nudge", "text": "quick steps", "id": "c1"}')
            topic, answer = await desk.heard()
            assert topic == "stridecue/ann/reply"
            assert (answer["to"], answer["id"], answer["ok"], answer["text"]) == ("command", "c1", True, "done")
        await desk.order("pain", b'{"level": 3}')
        assert (await desk.heard())[1]["ok"] is True
    assert desk.obeyed == [CommandMessage(action="nudge", text="quick steps", id="c1"), PainMessage(level=3)]


@VERSIONS
@pytest.mark.parametrize(
    ("kind", "payload", "said"),
    [
        ("pain", b'{"level": 11, "id": "p1"}', "$.level"),
        ("pain", b'{"level": 3, "schema": 2}', "$.schema"),
        ("command", b'{"action": "mute", "schema": 2}', "$.schema"),
        ("command", b'{"action": "speed", "factor": 200}', '{"action": "speed", "factor": 4}'),
        ("command", b'{"action": "nudge"}', "nudge needs text"),
        ("command", b'{"action": "mute", "text": "x"}', "mute takes no text"),
        ("command", b'{"action": "target"}', "no target without"),
        ("command", b"\x00\xff garbage", "malformed"),
        ("pain", b"{" * 3000, "malformed"),
        ("pain", b" " * (MAX_ORDER_BYTES + 1), "bytes, at most"),
    ],
)
async def test_an_invalid_order_is_answered_and_has_no_effect(
    protocol: aiomqtt.ProtocolVersion, kind: str, payload: bytes, said: str
) -> None:
    async with a_desk(protocol) as desk:
        await desk.order(kind, payload)
        _, answer = await desk.heard()
        assert answer["ok"] is False
        assert said in str(answer["text"])
        assert answer["id"] == ("p1" if b"p1" in payload else None)
    assert desk.obeyed == []


def to_be_answered(wanted: str | None) -> Properties:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho has no types here
    properties.CorrelationData = b"7"
    if wanted is not None:
        properties.ResponseTopic = wanted
    return properties


@VERSIONS
async def test_where_others_read_nothing_reveals_a_pain_report(protocol: aiomqtt.ProtocolVersion) -> None:
    async with a_desk(protocol, others_read=True) as desk:
        for payload in (b'{"level": 3}', b'{"level": 4, "side": "Left"}', b" " * (MAX_ORDER_BYTES + 1)):
            await desk.order("pain", payload)
        await desk.order("pain", b'{"level": 0}', properties=to_be_answered("stridecue/ann/reply"))
        await desk.order("command", b'{"action": "mark"}')
        topic, answer = await desk.heard()
        assert (topic, answer["to"], answer["seq"]) == ("stridecue/ann/reply", "command", 1), "no answer, and no gap"
    assert desk.obeyed == [PainMessage(level=3), PainMessage(level=0), CommandMessage(action="mark")]


async def test_where_others_read_a_pain_report_is_answered_on_the_response_topic() -> None:
    async with a_desk(MQTT_5, others_read=True) as desk:
        await desk.order("pain", b'{"level": 3, "id": "p1"}', properties=to_be_answered("gym/answers"))
        topic, answer = await desk.heard()
        assert (topic, answer["id"], answer["ok"], answer["seq"]) == ("gym/answers", "p1", True, 0)
        await desk.order("command", b'{"action": "mark"}')
        assert (await desk.heard())[1]["to"] == "command"


async def test_an_answer_goes_to_the_response_topic_but_never_to_our_own_topics() -> None:
    async with a_desk(MQTT_5) as desk:
        for wanted, topics in (("gym/answers", 2), ("stridecue/bob/command", 1), ("gym/#", 1)):
            # paho itself refuses a pattern
            properties = to_be_answered(None if "#" in wanted else wanted)
            await desk.order("command", b'{"action": "mark"}', properties=properties)
            heard = {(await desk.heard())[0] for _ in range(topics)}
            assert heard == ({"stridecue/ann/reply", "gym/answers"} if topics == 2 else {"stridecue/ann/reply"})


@VERSIONS
async def test_a_retained_order_is_cleared_and_not_carried_out(protocol: aiomqtt.ProtocolVersion) -> None:
    async with a_desk(protocol, kept=b'{"level": 7}') as desk:
        async with open_client(desk.server) as other:
            await other.subscribe("stridecue/ann/pain", qos=1)
            await other.subscribe("stridecue/ann/pain", qos=1)
            assert len(other.messages) == 0
        assert desk.obeyed == []
        await desk.order("pain", b'{"level": 2}', retain=True)
        assert (await desk.heard())[1]["ok"] is True
        async with open_client(desk.server) as other:
            await other.subscribe("stridecue/ann/pain", qos=1)
            await other.subscribe("stridecue/ann/pain", qos=1)
            assert len(other.messages) == 0
    assert desk.obeyed == [PainMessage(level=2)]


async def test_a_flood_is_counted_and_answered_once_a_second() -> None:
    async with a_desk(MQTT_5) as desk:
        for number in range(200):
            await desk.order("command", b'{"action": "mark", "id": "%d"}' % number)
        await asyncio.sleep(0.3)
        answers = [
            json.loads(bytes((await anext(desk.client.messages)).payload)) for _ in range(len(desk.client.messages))
        ]
    assert len(desk.obeyed) <= 2 * ORDERS_A_SECOND  # the flood may cross a second's edge
    assert 1 <= sum("messages a second" in answer["text"] for answer in answers) <= 2
    assert len(answers) <= 2 * ORDERS_A_SECOND + 2


async def test_an_unknown_action_is_answered_with_the_valid_ones() -> None:
    async with a_desk(MQTT_5) as desk:
        await desk.order("command", b'{"action": "explode"}')
        _topic, answer = await desk.heard()
        assert "'explode'" in str(answer["text"])
        assert "valid: stop, mark, mute, unmute" in str(answer["text"])


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [("command", b"mute"), ("command", b'{"action": "sing"}'), ("pain", b"4"), ("pain", b'{"level": 11}')],
)
def test_an_invalid_order_is_answered_with_an_example(kind: Literal["pain", "command"], wrong: bytes) -> None:
    topic = f"stridecue/ann/{kind}"
    with pytest.raises(WireError) as refused:
        decode(topic, wrong)
    said = _explained(kind, str(refused.value))
    good = said.partition("write it like this: ")[2]
    assert isinstance(decode(topic, good.encode()), PainMessage if kind == "pain" else CommandMessage)


@pytest.mark.parametrize("action", ["mark", "nudge", "target", "speed", "skip", "seek", "mute"])
def test_the_example_is_of_the_same_action_if_that_has_further_fields(action: str) -> None:
    good = _explained("command", "wrong", action).partition("write it like this: ")[2]
    order = decode("stridecue/ann/command", good.encode())
    assert isinstance(order, CommandMessage)
    assert order.action == action
