"""A broker that is away for a day is a few lines in the log, not all of it."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import aiomqtt
import pytest

from hub.link.connection import MQTT_5, Server
from hub.link.outage import Outage
from hub.link.persistent import PersistentConnection

A_DAY_S = 24 * 3600.0


def test_each_reason_is_reported_once_per_outage() -> None:
    said: list[str] = []
    outage = Outage(said.append, lambda: said.append("connected again"))
    for reason in ("nothing answers there", "no answer in time", "nothing answers there", "no answer in time"):
        outage.because(reason)
    outage.over()
    outage.over()
    outage.because("no answer in time")
    assert said == ["nothing answers there", "no answer in time", "connected again", "no answer in time"]


async def test_an_outage_of_a_day_is_one_line_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def nobody(_server: Server) -> Server:
        raise aiomqtt.MqttError("refused") from ConnectionRefusedError()

    async def never(_client: aiomqtt.Client) -> None:
        pytest.fail("there is no connection")

    monkeypatch.setattr("hub.link.persistent.settled", nobody)
    connection = PersistentConnection(Server("away", protocol=MQTT_5), begin=never, serve=never, without="no orders")
    with caplog.at_level(logging.INFO, "stridecue.link"):
        task = asyncio.create_task(connection.run(), name="connection")
        await asyncio.sleep(A_DAY_S)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert [each.getMessage() for each in caplog.records] == ["no orders at away:1883: nothing answers there"]


async def test_a_reconnect_is_logged_and_ends_the_outage(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[Server] = []

    async def second_time(server: Server) -> Server:
        tries.append(server)
        if len(tries) == 1:
            raise aiomqtt.MqttError("refused") from ConnectionRefusedError()
        return server

    async def nothing(_client: object) -> None:
        pass

    async def for_ever(_client: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("hub.link.persistent.settled", second_time)
    monkeypatch.setattr("hub.link.persistent.open_client", lambda _server: contextlib.nullcontext())
    connection = PersistentConnection(
        Server("away", protocol=MQTT_5), begin=nothing, serve=for_ever, without="no orders"
    )
    with caplog.at_level(logging.INFO, "stridecue.link"):
        task = asyncio.create_task(connection.run(), name="connection")
        await asyncio.sleep(60)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert [each.getMessage() for each in caplog.records] == [
        "no orders at away:1883: nothing answers there",
        "connected again to away:1883 (was: no orders)",
    ]
