"""A broker that is away for a day is a few lines in the log, not all of it."""

from __future__ import annotations

import asyncio
import logging

import aiomqtt
import pytest

from hub.link.connection import MQTT_5, Server
from hub.link.outage import Outage
from hub.link.standing import Standing

A_DAY_S = 24 * 3600.0


def test_each_reason_is_said_once_until_there_is_a_connection_again():
    said: list[str] = []
    outage = Outage(said.append)
    for reason in ("nothing answers there", "no answer in time", "nothing answers there", "no answer in time"):
        outage.because(reason)
    outage.over()
    outage.over()
    outage.because("no answer in time")
    assert said == ["nothing answers there", "no answer in time", "connected again", "no answer in time"]


async def test_a_connection_that_cannot_be_had_all_day_is_one_line_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    async def nobody(_server: Server) -> Server:
        raise aiomqtt.MqttError("refused") from ConnectionRefusedError()

    async def never(_client: aiomqtt.Client) -> None:
        pytest.fail("there is no connection")

    monkeypatch.setattr("hub.link.standing.settled", nobody)
    standing = Standing(Server("away", protocol=MQTT_5), begin=never, serve=never, without="no orders")
    with caplog.at_level(logging.INFO, "stridecue.standing"):
        task = asyncio.create_task(standing.run(), name="standing")
        await asyncio.sleep(A_DAY_S)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert [each.getMessage() for each in caplog.records] == ["no orders at away:1883: nothing answers there"]
