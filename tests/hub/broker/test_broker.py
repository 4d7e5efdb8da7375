"""The loopback broker with real programs: it starts, finds a free port, is restarted when killed, leaves nothing."""

import asyncio
import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.broker import loopback
from hub.broker.embedded import Embedded, amqtt_is_installed
from hub.broker.loopback import LoopbackBroker
from hub.broker.mosquitto import Mosquitto, remove_left_folders
from hub.broker.serving import LOOPBACK, BrokerError, Serving, port_is_free
from hub.client import HubClient, Item, LinkChange, Received
from hub.messages.incoming import PainMessage
from tests.hub.programs import a_port, mosquitto, mosquitto_program

pytestmark = pytest.mark.real_time


def amqtt() -> Embedded:
    if not amqtt_is_installed():
        pytest.skip("amqtt is not installed: the embedded broker is NOT tested here")
    return Embedded()


@pytest.fixture(params=[mosquitto, amqtt])
def serving(request: pytest.FixtureRequest) -> Serving:
    found: Serving = request.param()
    return found


async def test_messages_pass_and_nothing_is_left_behind(serving: Serving) -> None:
    broker = LoopbackBroker(serving)
    server = await broker.start(a_port())
    client = HubClient(server, "ann")
    watch = client.watch()
    try:
        async with asyncio.timeout(10):
            assert await anext(watch) == LinkChange(up=True)
            await client.send(PainMessage(level=4))
            item = await anext(watch)
            assert isinstance(item, Received)
            assert item.message == PainMessage(level=4)
            assert item.address.runner == "ann"
    finally:
        await watch.aclose()
        await broker.stop()
    assert port_is_free(server.port)


async def test_with_a_busy_port_the_next_free_one_is_used(serving: Serving) -> None:
    broker = LoopbackBroker(serving)
    with socket.socket() as other:
        other.bind((LOOPBACK, a_port()))
        other.listen()
        busy = other.getsockname()[1]
        try:
            assert (await broker.start(busy)).port > busy
        finally:
            await broker.stop()


class TooLate(Mosquitto):
    """Another broker takes the port right after it was found free, once."""

    def __init__(self, other: socket.socket) -> None:
        super().__init__(mosquitto_program())
        self._other: socket.socket | None = other

    async def _configure(self, folder: Path, port: int) -> int:
        if self._other is not None:
            self._other.bind((LOOPBACK, port))
            self._other.listen()
            self._other = None
        return await super()._configure(folder, port)


async def test_another_broker_started_at_that_moment_is_not_mistaken_for_ours() -> None:
    with socket.socket() as other:
        broker, port = LoopbackBroker(TooLate(other)), a_port()
        try:
            server = await broker.start(port)
            assert other.getsockname()[1] == port
            assert server.port > port
        finally:
            await broker.stop()


async def test_reserved_ports_are_left_free(serving: Serving) -> None:
    broker, port = LoopbackBroker(serving), a_port()
    try:
        assert (await broker.start(port, leave={port, port + 1})).port > port + 1
    finally:
        await broker.stop()


async def is_up(watch: AsyncIterator[Item]) -> bool:
    """The link state of the next item."""
    change = await anext(watch)
    assert isinstance(change, LinkChange)
    return change.up


async def test_a_killed_mosquitto_is_restarted_on_its_port_and_the_client_reconnects() -> None:
    serving = mosquitto()
    broker = LoopbackBroker(serving)
    server = await broker.start(a_port())
    keeper = asyncio.create_task(broker.watch(), name="broker")
    watch = HubClient(server, "ann").watch()
    try:
        async with asyncio.timeout(10):
            assert await is_up(watch)
            assert serving.pid is not None
            os.kill(serving.pid, signal.SIGKILL)
            assert not await is_up(watch)
            while not await is_up(watch):
                pass
        assert broker.restarts == 1
        assert broker.server == server
    finally:
        await watch.aclose()
        keeper.cancel()
        await asyncio.wait([keeper])
        await broker.stop()


async def test_mosquitto_listens_on_loopback_only() -> None:
    serving = mosquitto()
    port = a_port()
    await serving.start(port)
    try:
        listening = await asyncio.create_subprocess_exec(
            "cat", "/proc/net/tcp", "/proc/net/tcp6", stdout=asyncio.subprocess.PIPE
        )
        table = (await listening.communicate())[0].decode()
    finally:
        await serving.stop()
    hosts = {line.split()[1].split(":")[0] for line in table.splitlines() if f":{port:04X} " in line.split()[1] + " "}
    assert hosts == {"0100007F"}


def test_folders_of_killed_hubs_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen(["true"])
    ended.wait()
    left = [f"stridecue-broker-{ended.pid}-abc", f"stridecue-broker-{os.getpid()}-abc", "stridecue-broker-other"]
    for name in left:
        (tmp_path / name).mkdir()
    remove_left_folders()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(left[1:])


async def test_without_any_broker_the_error_states_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback, "find_mosquitto", lambda: None)
    monkeypatch.setattr(loopback, "amqtt_is_installed", lambda: False)
    with pytest.raises(BrokerError, match="install mosquitto"):
        loopback.available()


async def test_a_mosquitto_that_cannot_start_raises_with_its_reason() -> None:
    with pytest.raises(BrokerError, match="did not start"):
        await Mosquitto("/bin/false").start(a_port())
