"""A second demo on the broker of the first: found, joined, named, and taken over when the first one ends."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiomqtt
import pytest

from hub.broker.joined import Joined, demos_at, find_demos
from hub.broker.loopback import LoopbackBroker
from hub.broker.serving import LOOPBACK
from hub.command_line.arguments import parse
from hub.commands.demo import chosen_name
from hub.flow.session import Session
from hub.link.connection import Server, open_client
from hub.messages.wire import Presence, encode
from hub.settings.config import ConfigError
from hub.telemetry.posts import Telemetry
from hub.telemetry.run_info import RunInfo
from tests.hub.programs import a_port, mosquitto, until
from tests.tui.scene_fields import Source

pytestmark = pytest.mark.real_time


async def put_online(server: Server, runner: str, source: Source = "demo", state: Presence = "online") -> None:
    telemetry = Telemetry(RunInfo(runner, "one", source, 0, 0), Session())
    async with open_client(server) as client:
        for post in (telemetry.status(state, 0, 1), telemetry.session(0)):
            await client.publish(post.topic, encode(post.message), qos=1, retain=True)


@asynccontextmanager
async def a_demo(runner: str) -> AsyncIterator[tuple[LoopbackBroker, Server]]:
    broker = LoopbackBroker(mosquitto())
    server = await broker.start(a_port())
    try:
        await put_online(server, runner)
        yield broker, server
    finally:
        await broker.stop()


async def test_a_second_demo_joins_the_first_and_takes_over_when_it_ends() -> None:
    async with a_demo("demo") as (first, server):
        assert await find_demos(server.port) == (server.port, frozenset({"demo"}))
        second = LoopbackBroker(Joined(mosquitto()))
        assert await second.start(server.port) == server
        assert second.kind == "the demo already running there"
        keeper = asyncio.create_task(second.watch(), name="broker")
        try:
            await asyncio.sleep(0.2)
            await first.stop()
            await until(lambda: second.restarts == 1)
            await put_online(server, "demo-2")
            assert await demos_at(server.port) == {"demo-2"}
        finally:
            keeper.cancel()
            await asyncio.wait([keeper])
            await second.stop()


@pytest.mark.parametrize(("source", "state"), [("live", "online"), ("demo", "offline")])
async def test_a_runners_own_broker_and_one_where_no_demo_is_left_are_not_joined(
    source: Source, state: Presence
) -> None:
    broker = LoopbackBroker(mosquitto())
    server = await broker.start(a_port())
    second = LoopbackBroker(Joined(mosquitto()))
    try:
        await put_online(server, "ann", source, state)
        assert not await demos_at(server.port)
        assert (await second.start(server.port)).port > server.port
    finally:
        await second.stop()
        await broker.stop()


async def test_a_program_that_is_no_broker_is_skipped() -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, a_port()))
        other.listen()
        busy = other.getsockname()[1]
        port, there = await find_demos(busy)
    assert port > busy
    assert not there


async def test_foreign_messages_do_not_hide_a_demo() -> None:
    async with a_demo("ann") as (_broker, server):
        async with aiomqtt.Client(LOOPBACK, server.port) as client:
            await client.publish("stridecue/eve/status", b"\xff{", qos=1, retain=True)
        assert await demos_at(server.port) == {"ann"}


def test_each_demo_has_a_name_of_its_own() -> None:
    assert chosen_name(None, frozenset(), 1883) == "demo"
    assert chosen_name(None, frozenset({"demo"}), 1883) == "demo-2"
    assert chosen_name(None, frozenset({"demo", "demo-2"}), 1883) == "demo-3"
    assert chosen_name(None, frozenset({"ann"}), 1883) == "demo"
    assert chosen_name("ann", frozenset({"demo"}), 1883) == "ann"
    with pytest.raises(ConfigError, match="choose another"):
        chosen_name("demo", frozenset({"demo"}), 1883)


def test_a_wrong_option_prints_the_usage_of_that_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert parse(["demo", "--runner", "anna"]).runner == "anna"
    with pytest.raises(SystemExit) as ended:
        parse(["demo", "--runers", "anna"])
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert said.startswith("usage: stridecue demo ")
    assert "unrecognized arguments: --runers anna" in said
    assert "stridecue demo --help` explains every option" in said
