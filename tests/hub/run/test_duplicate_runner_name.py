"""Two hubs with the same name on a shared broker: one owns the name, the other neither publishes nor obeys."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiomqtt
import pytest

from drivers.recordings.recording import RecordingReader
from dsp.records import Cue, Record
from hub.broker.serving import LOOPBACK
from hub.homeassistant.discovery import topic as discovery_topic
from hub.link.connection import MQTT_5, Server, open_client
from hub.replay.replayed import ReplayedSource, opened
from hub.run.outlets import Beyond
from hub.telemetry.run_info import RunInfo
from tests.hub.programs import a_port, mosquitto, until
from tests.hub.run.recorded_run import Run, a_run

pytestmark = pytest.mark.real_time


def a_hub(recording: Path, folder: Path, server: Server, records: list[Record]) -> Run:
    folder.mkdir()
    return a_run(
        recording,
        folder,
        run_info=RunInfo("ann", folder.name, "replay", 0, RecordingReader(recording).session.t0_ns),
        beyond=Beyond(external=server, homeassistant=True),
        observe=records.append,
        source=opened(ReplayedSource(RecordingReader(recording), 1.0)),
        name_file=None,
    )


async def test_only_the_hub_that_owns_the_name_obeys_and_answers(small_recording: Path, tmp_path: Path) -> None:
    broker, server = mosquitto(), Server(LOOPBACK, a_port(), protocol=MQTT_5)
    await broker.start(server.port)
    told: list[list[Record]] = [[], []]
    first, second = (
        a_hub(small_recording, tmp_path / str(number), server, records) for number, records in enumerate(told)
    )
    heard: list[str] = []

    async def listen(client: aiomqtt.Client) -> None:
        while True:
            heard.append(str((await anext(client.messages)).topic))

    try:
        async with open_client(server) as client, asyncio.TaskGroup() as group:
            listening = group.create_task(listen(client), name="foreign client")
            await client.subscribe("stridecue/ann/reply", qos=1)
            await client.subscribe(discovery_topic("ann"), qos=1)
            group.create_task(first.play(), name="first")
            await until(lambda: discovery_topic("ann") in heard)
            group.create_task(second.play(), name="second")
            await until(lambda: any("another hub is already online" in line for line in second.said))
            await client.publish("stridecue/ann/command", b'{"action": "nudge", "text": "hello"}', qos=1)
            await until(lambda: "stridecue/ann/reply" in heard)
            await client.publish("stridecue/ann/command", b'{"action": "stop"}', qos=1)
            await until(lambda: heard.count("stridecue/ann/reply") == 2)
            assert first.stop.asked
            assert not second.stop.asked
            second.stop("enough")
            await until(lambda: second.outcome.summary is not None)
            listening.cancel()
    finally:
        await broker.stop()
    assert [sum(isinstance(record, Cue) and record.rule == "nudge" for record in each) for each in told] == [1, 0]
    assert heard.count("stridecue/ann/reply") == 2
    assert heard.count(discovery_topic("ann")) == 1
