"""A pain report over a broker that others read is answered to its sender only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiomqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from hub.broker.serving import LOOPBACK
from hub.flow.session import Session
from hub.link.connection import MQTT_5, Server, open_client
from hub.orders.order_desk import OrderDesk
from hub.orders.repeats import Order, Repeats
from hub.telemetry.posts import Telemetry
from hub.telemetry.run_info import RunInfo
from tests.hub.broker.test_beyond import listening, watcher
from tests.hub.broker.test_shared_broker import as_user, shared_broker

pytestmark = pytest.mark.real_time

NOTED = "noted: 3 of 10"


@asynccontextmanager
async def anns_hub(server: Server) -> AsyncIterator[None]:
    """The order desk of a hub on that broker."""
    telemetry = Telemetry(RunInfo("ann", "one", "live", 0, 0), Session())

    async def carry_out(_order: Order) -> str:
        return NOTED

    desk = OrderDesk(
        server,
        "ann",
        carry_out=carry_out,
        answer=lambda said: telemetry.reply(said, 0, 1),
        private=lambda said: telemetry.reply(said, 0, 0),
        repeats=Repeats(),
    )
    task = asyncio.create_task(desk.run(), name="desk")
    try:
        await desk.up.wait()
        yield
    finally:
        desk.close()
        task.cancel()
        await asyncio.wait([task])


async def report(client: aiomqtt.Client, wanted: str) -> None:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho has no types here
    properties.ResponseTopic = wanted
    await client.publish("stridecue/ann/pain", b'{"level": 3}', qos=1, properties=properties)


async def heard(client: aiomqtt.Client) -> tuple[str, str]:
    message = await anext(client.messages)
    return str(message.topic), json.loads(bytes(message.payload))["text"]


async def nothing_but_the_end(reader: aiomqtt.Client, writer: aiomqtt.Client, topic: str) -> None:
    """Send a last message and assert that the reader gets nothing before it."""
    await writer.publish(topic, b"end", qos=1)
    assert [(str(each.topic), each.payload) for each in [await anext(reader.messages)]] == [(topic, b"end")]


async def test_on_a_shared_broker_the_answer_goes_to_the_runners_own_response_topics(tmp_path: Path) -> None:
    async with asyncio.timeout(20), shared_broker(tmp_path) as port, AsyncExitStack() as stack:
        phone, coach = [await as_user(stack, port, user) for user in ("ann", "coach")]
        bob = await as_user(stack, port, "bob")
        for client in (coach, bob):
            await client.subscribe("#", qos=1)
        await phone.subscribe("stridecue-answers/ann/phone", qos=1)
        async with anns_hub(Server(LOOPBACK, port, "ann", "of-ann", protocol=MQTT_5)):
            for wanted in ("stridecue-answers/coach/x", "stridecue-answers/bob", "stridecue-answers/ann/phone"):
                await report(phone, wanted)
            assert await heard(phone) == ("stridecue-answers/ann/phone", NOTED)
        await nothing_but_the_end(coach, phone, "stridecue/ann/step")
        await nothing_but_the_end(bob, bob, "stridecue/bob/step")


async def test_where_watchers_share_a_user_the_answer_goes_by_client_id(tmp_path: Path) -> None:
    async with asyncio.timeout(20), listening(tmp_path) as (broker, hub), AsyncExitStack() as stack:
        server = replace(watcher(broker, broker.password.text), protocol=MQTT_5)
        coach = await stack.enter_async_context(open_client(server))
        phone = await stack.enter_async_context(
            aiomqtt.Client(
                server.host,
                server.port,
                username=server.user,
                password=server.password,
                protocol=MQTT_5,
                identifier="phone-8f3a",
            )
        )
        own = await stack.enter_async_context(open_client(hub))
        await coach.subscribe("#", qos=1)
        await coach.subscribe("stridecue-answers/phone-8f3a", qos=1)
        await phone.subscribe("stridecue-answers/phone-8f3a", qos=1)
        async with anns_hub(hub):
            await report(phone, "stridecue-answers/phone-8f3a")
            assert await heard(phone) == ("stridecue-answers/phone-8f3a", NOTED)
        await nothing_but_the_end(coach, own, "stridecue/ann/step")
