"""Discovery for Home Assistant: complete, small, with existing topics and commands only, repeated on its start."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from dsp.signals import Placement
from hub.broker.serving import LOOPBACK
from hub.contract.examples import EXAMPLES
from hub.homeassistant.announcer import Announcer
from hub.homeassistant.discovery import BIRTH_TOPIC, payload, topic
from hub.link.connection import MQTT_5, Server, open_client
from hub.messages.delivery import DELIVERY
from hub.messages.topics import parse_topic
from hub.messages.wire import MESSAGES, decode, encode
from tests.hub.programs import a_port, mosquitto

SENSORS = {"C4:2B:11:07:AA:01": Placement.SACRUM, "no place": None}


def components() -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads(payload("ann", SENSORS))["components"]
    return found


def test_every_entity_is_complete_and_unique() -> None:
    made = components()
    assert {each["platform"] for each in made.values()} == {"sensor", "number", "button"}
    assert len({each["unique_id"] for each in made.values()}) == len(made)
    assert all(re.fullmatch(r"stridecue_ann_[a-z0-9_]+", str(each["unique_id"])) for each in made.values())
    for each in made.values():  # the name an automation uses, for Home Assistant before 2025.10 and since
        assert each["default_entity_id"] == f"{each['platform']}.{each['object_id']}"
    assert len(payload("ann", SENSORS)) < 20_000  # brokers for small machines stop at 20 kB
    assert re.fullmatch(r"homeassistant/device/[A-Za-z0-9_-]+/config", topic("ann"))


def test_entities_refer_to_existing_topics_fields_and_commands_only() -> None:
    for each in components().values():
        if "state_topic" in each:
            kind = parse_topic(str(each["state_topic"])).kind
            fields = json.loads(encode(EXAMPLES[kind]))
            named = re.findall(r"value_json\.(\w+)", str(each["value_template"]))
            assert named
            assert set(named) <= set(fields), each
        if "payload_press" in each:
            decode(str(each["command_topic"]), str(each["payload_press"]).encode())
        if "command_template" in each:
            filled = str(each["command_template"]).replace("{{ value | int }}", "4")
            decode(str(each["command_topic"]), filled.encode())
        if each["platform"] in {"number", "button"}:
            assert each["retain"] is False
            kind = parse_topic(str(each["command_topic"])).kind
            assert each["qos"] == DELIVERY[MESSAGES[kind]].qos, each


@pytest.mark.real_time
async def test_it_is_published_on_connect_on_birth_and_when_a_sensor_joins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.homeassistant.announcer.CHECK_S", 0.2)
    broker, port = mosquitto(), a_port()
    await broker.start(port)
    server = Server(LOOPBACK, port, protocol=MQTT_5)
    sensors: dict[str, Placement | None] = {}
    announcer = Announcer(server, "ann", lambda: dict(sensors))
    try:
        async with asyncio.timeout(20), open_client(server) as client, asyncio.TaskGroup() as group:
            await client.subscribe(topic("ann"), qos=1)
            task = group.create_task(announcer.run(), name="announcer")
            first = json.loads((await anext(client.messages)).payload)
            await client.publish(BIRTH_TOPIC, b"online", qos=1)
            assert json.loads((await anext(client.messages)).payload) == first
            sensors["x"] = Placement.SACRUM
            assert "battery_sacrum" in json.loads((await anext(client.messages)).payload)["components"]
            await client.publish(BIRTH_TOPIC, b"online", qos=1)
            await anext(client.messages)
            announcer.close()
            task.cancel()
    finally:
        await broker.stop()
    assert announcer.announced in {3, 4}  # the last one counts when the broker has confirmed it: we may be sooner
