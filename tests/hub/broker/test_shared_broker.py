"""The files under docs/mosquitto on a real mosquitto: a coach reads all, a runner writes only their own."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiomqtt
import pytest

from hub.broker.serving import LOOPBACK
from hub.homeassistant.discovery import topic as discovery_topic
from hub.link.connection import MQTT_5, Server, open_client
from tests.hub.programs import a_port, mosquitto_program

pytestmark = pytest.mark.real_time

FOLDER = Path(__file__).parents[3] / "docs" / "mosquitto"
USERS = ("ann", "bob", "coach", "homeassistant")


@asynccontextmanager
async def shared_broker(tmp_path: Path) -> AsyncIterator[int]:
    """Serve with the files as they are, but on loopback, without TLS, and with paths of this test."""
    program, port = mosquitto_program(), a_port()
    shutil.copy(FOLDER / "shared.acl", tmp_path)
    (tmp_path / "passwords").write_text("".join(f"{user}:of-{user}\n" for user in USERS))
    hashing = await asyncio.create_subprocess_exec("mosquitto_passwd", "-U", str(tmp_path / "passwords"))
    assert await hashing.wait() == 0
    text = re.sub(r"(?m)^(certfile|keyfile) .*\n", "", (FOLDER / "shared.conf").read_text())
    text = text.replace("/etc/mosquitto", str(tmp_path)).replace("listener 8883 0.0.0.0", f"listener {port} {LOOPBACK}")
    (tmp_path / "mosquitto.conf").write_text(text + ("user root\n" if os.geteuid() == 0 else ""))
    process = await asyncio.create_subprocess_exec(
        program, "-c", str(tmp_path / "mosquitto.conf"), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield port
    finally:
        process.terminate()
        await process.wait()


async def as_user(stack: AsyncExitStack, port: int, user: str) -> aiomqtt.Client:
    server = Server(LOOPBACK, port, user, f"of-{user}", protocol=MQTT_5)
    for _ in range(100):
        try:
            return await stack.enter_async_context(open_client(server))
        except aiomqtt.MqttCodeError:
            raise
        except aiomqtt.MqttError:
            await asyncio.sleep(0.05)
    raise AssertionError


async def test_each_user_has_exactly_the_intended_rights(tmp_path: Path) -> None:
    async with asyncio.timeout(20), shared_broker(tmp_path) as port, AsyncExitStack() as stack:
        clients = {user: await as_user(stack, port, user) for user in USERS}
        for client in clients.values():
            await client.subscribe("#", qos=1)
        written = [
            f"stridecue/{runner}/{kind}"
            for runner in ("ann", "bob")
            for kind in ("status", "step", "trend", "sensor/AA:BB", "pain", "command")
        ]
        written += [discovery_topic("ann"), discovery_topic("bob"), "homeassistant/status", "other"]
        for user, client in clients.items():
            for topic in written:
                await client.publish(topic, user, qos=1)
        for client in clients.values():  # what came before it is there once this is answered
            await client.subscribe("end", qos=1)
        heard = {user: set[tuple[str, str]]() for user in USERS}
        for user, client in clients.items():
            for _ in range(len(client.messages)):
                message = await anext(client.messages)
                heard[user].add((bytes(message.payload).decode(), str(message.topic)))
    ann_own = {("ann", topic) for topic in written if topic.startswith("stridecue/ann/")}
    bob_own = {("bob", topic) for topic in written if topic.startswith("stridecue/bob/")}
    commands = {("coach", "command"), ("homeassistant", "command"), ("homeassistant", "pain")}
    assert heard["ann"] == {
        *ann_own,
        *((who, f"stridecue/ann/{kind}") for who, kind in commands),
        ("homeassistant", "homeassistant/status"),
    }
    assert heard["bob"] == {
        *bob_own,
        *((who, f"stridecue/bob/{kind}") for who, kind in commands),
        ("homeassistant", "homeassistant/status"),
    }
    seen = {each for each in ann_own | bob_own if each[1].rsplit("/", 1)[1] not in {"pain", "command"}}
    assert heard["coach"] == {*seen, ("homeassistant", "homeassistant/status")}
    assert ("ann", discovery_topic("ann")) in heard["homeassistant"]
    assert ("bob", discovery_topic("ann")) not in heard["homeassistant"]
    assert not any(topic.endswith(("/pain", "/command")) for _, topic in heard["homeassistant"])


async def test_a_login_without_password_is_refused(tmp_path: Path) -> None:
    async with asyncio.timeout(20), shared_broker(tmp_path) as port, AsyncExitStack() as stack:
        await as_user(stack, port, "ann")
        for user, password in ((None, None), ("ann", "wrong"), ("eve", "of-eve")):
            with pytest.raises(aiomqtt.MqttCodeError, match=r"(?i)not authori"):
                await stack.enter_async_context(open_client(Server(LOOPBACK, port, user, password, protocol=MQTT_5)))
