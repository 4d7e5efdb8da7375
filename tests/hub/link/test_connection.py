"""Detecting a broker's protocol, with real brokers: TCP, WebSockets and TLS, MQTT 5 and 3.1.1."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiomqtt
import pytest

from hub.broker.embedded import Embedded
from hub.broker.serving import LOOPBACK
from hub.link.connection import MQTT_3, MQTT_5, Server, open_client, plain_reason, publish_properties, settled
from tests.hub.programs import a_port, mosquitto, mosquitto_program

pytestmark = pytest.mark.real_time


def configuration(folder: Path, *lines: str) -> str:
    """A mosquitto configuration of the test's own; `user root` so that it may read the test's folder."""
    path = folder / "mosquitto.conf"
    path.write_text("\n".join(["user root", "log_dest none", *lines]) + "\n", encoding="utf-8")
    return str(path)


def certificate(folder: Path) -> Path:
    """A certificate for this machine, valid for two days, next to its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is missing: TLS is NOT tested")
    make = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([*make, *names], cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem"


@asynccontextmanager
async def a_mosquitto(path: str) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(mosquitto_program(), "-c", path)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def settled_soon(server: Server) -> Server:
    """`settled` as soon as the broker is up."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await settled(server)
            except aiomqtt.MqttError:
                await asyncio.sleep(0.05)


async def test_mosquitto_speaks_5_and_forgets_what_has_expired() -> None:
    broker, port = mosquitto(), a_port()
    await broker.start(port)
    try:
        server = await settled(Server(LOOPBACK, port))
        assert server.protocol is MQTT_5
        async with open_client(server) as client:
            for topic, expiry_s in (("stridecue/ann/metrics", 1), ("stridecue/ann/status", None)):
                await client.publish(topic, b"{}", qos=1, retain=True, properties=publish_properties(expiry_s))
            await asyncio.sleep(2.2)
            await client.subscribe("stridecue/#", qos=1)
            await client.subscribe("stridecue/#", qos=1)
            assert {str((await anext(client.messages)).topic) for _ in range(len(client.messages))} == {
                "stridecue/ann/status"
            }
    finally:
        await broker.stop()


async def test_amqtt_speaks_mqtt_3_only() -> None:
    pytest.importorskip("amqtt", reason="amqtt is not installed: the fall-back to MQTT 3.1.1 is NOT tested")
    broker, port = Embedded(), a_port()
    await broker.start(port)
    try:
        server = await settled(Server(LOOPBACK, port))
        assert server.protocol is MQTT_3
        assert await settled(server) is server
    finally:
        await broker.stop()


async def test_websockets_connect() -> None:
    """On amqtt: mosquitto's WebSockets need IPv6, which containers often lack."""
    amqtt = pytest.importorskip("amqtt.broker", reason="amqtt is not installed: websockets are NOT tested")
    port = a_port()
    listener = {"type": "ws", "bind": f"{LOOPBACK}:{port}"}
    allow = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    broker = amqtt.Broker({"listeners": {"default": listener}, "plugins": allow})
    await broker.start()
    try:
        server = await settled(Server(LOOPBACK, port, path="/mqtt"))
        assert server.protocol is MQTT_3
        async with open_client(server) as client:
            await client.subscribe("stridecue/#")
            await client.publish("stridecue/ann/step", b"{}")
            assert (await anext(client.messages)).payload == b"{}"
    finally:
        await broker.shutdown()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # paho leaves a refused socket open
async def test_tls_with_a_self_signed_certificate(tmp_path: Path) -> None:
    trusted = certificate(tmp_path)
    port = a_port()
    lines = [
        f"listener {port} {LOOPBACK}",
        f"certfile {trusted}",
        f"keyfile {tmp_path}/key.pem",
        "allow_anonymous true",
    ]
    async with a_mosquitto(configuration(tmp_path, *lines)):
        trusting = Server(LOOPBACK, port, tls=True, ca_file=str(trusted))
        assert (await settled_soon(trusting)).protocol is MQTT_5
        with pytest.raises(aiomqtt.MqttError, match="certificate"):
            await settled(replace(trusting, ca_file=None))


async def test_an_unreachable_host_and_a_wrong_password_are_final(tmp_path: Path) -> None:
    with pytest.raises(aiomqtt.MqttError, match="refused"):
        await settled(Server(LOOPBACK, a_port()))
    port = a_port()
    (tmp_path / "passwords").write_text("")
    lines = [f"listener {port} {LOOPBACK}", f"password_file {tmp_path}/passwords", "allow_anonymous false"]
    async with a_mosquitto(configuration(tmp_path, *lines)):
        await asyncio.sleep(0.3)
        with pytest.raises(aiomqtt.MqttCodeError, match=r"(?i)not authori|user name"):
            await settled(Server(LOOPBACK, port, "ann", "wrong"))


async def why_not(server: Server) -> str:
    with pytest.raises(aiomqtt.MqttError) as failed:
        async with open_client(server):
            pass
    return plain_reason(failed.value)


async def test_the_reason_of_a_failed_connection_is_in_plain_words() -> None:
    assert await why_not(Server(port=a_port())) == "nothing answers there"


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (socket.gaierror(-2, "Name or service not known"), "no machine of that name is known"),
        (TimeoutError(), "no answer in time"),
        (OSError(101, "Network is unreachable"), "network is unreachable"),
    ],
)
def test_a_reason_contains_no_error_numbers(cause: OSError, words: str) -> None:
    error = aiomqtt.MqttError(str(cause))
    error.__cause__ = cause
    assert plain_reason(error) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[code:135] Not authorized", "user or password is missing or wrong"),
        ("[code:5] Connection Refused: not authorised.", "user or password is missing or wrong"),
        ("[code:134] Bad user name or password", "user or password is missing or wrong"),
        ("[code:136] Server unavailable", "server unavailable"),
        ("Operation timed out", "no answer in time"),
        ("Disconnected during message iteration", "the broker closed the connection"),
        ("[code:4] The client is not currently connected.", "there is no connection now"),
        ("[code:7] The connection was lost.", "the broker closed the connection"),
    ],
)
def test_a_brokers_own_text_is_kept(text: str, words: str) -> None:
    assert plain_reason(aiomqtt.MqttError(text)) == words
