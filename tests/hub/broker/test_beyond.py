"""Listening beyond loopback, with a real mosquitto on 127.0.0.2: passwords, rights, what stays on this machine."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
import sys
import tempfile
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiomqtt
import pytest

from drivers.recordings.recording import RecordingReader
from hub.broker import beyond
from hub.broker.beyond import USER, BeyondBroker, watchers_password
from hub.broker.serving import LOOPBACK, BrokerError
from hub.commands import doctor, live
from hub.link.connection import Server, open_client, settled
from hub.replay.replayed import ReplayedSource, opened
from hub.run.outlets import Beyond
from hub.settings.config import Config, ConfigError, MqttSection
from tests.hub.programs import a_port, mosquitto, mosquitto_program, until
from tests.hub.run.recorded_run import Run, a_run

pytestmark = pytest.mark.real_time

BEYOND = "127.0.0.2"
"""Also loopback, but not the address of the hub's own broker; macOS does not have it."""


@asynccontextmanager
async def listening(tmp_path: Path) -> AsyncIterator[tuple[BeyondBroker, Server]]:
    mosquitto_program()
    if sys.platform == "darwin":
        pytest.skip("no 127.0.0.2 on macOS: listening beyond loopback is NOT tested")
    broker = BeyondBroker(BEYOND, a_port(), "ann", watchers_password(tmp_path / "password"))
    try:
        yield broker, await broker.start()
    finally:
        await broker.stop()


def watcher(broker: BeyondBroker, password: str | None) -> Server:
    return Server(broker.host, broker.port, None if password is None else USER, password)


def password_file() -> Path:
    """The file of hashed passwords that the running broker reads."""
    (found,) = Path(tempfile.gettempdir()).glob(f"stridecue-broker-{os.getpid()}-*/passwords")
    return found


async def test_only_the_right_password_gets_in(tmp_path: Path) -> None:
    async with listening(tmp_path) as (broker, _hub):
        for wrong in ("wrong", None):
            with pytest.raises(aiomqtt.MqttCodeError, match=r"(?i)not authori|user name"):
                await settled(watcher(broker, wrong))
        await settled(watcher(broker, broker.password.text))


async def test_watchers_read_a_run_and_may_write_orders_only(tmp_path: Path) -> None:
    async with asyncio.timeout(15), listening(tmp_path) as (broker, hub):
        right = await settled(watcher(broker, broker.password.text))
        async with open_client(hub) as own, open_client(right) as client:
            await client.subscribe("#", qos=1)
            await own.subscribe("stridecue/ann/+", qos=1)
            for kind in ("pain", "command", "step", "status"):
                await client.publish(f"stridecue/ann/{kind}", kind, qos=1)
            await client.publish("stridecue/bob/command", "x", qos=1)
            await own.publish("stridecue/ann/attitude", "x", qos=1)
            await own.publish("stridecue/bob/step", "x", qos=1)
            await own.publish("stridecue/ann/step", "seen", qos=1)
            await own.publish("stridecue/ann/sensor/AA:BB", "seen", qos=1)
            seen = [str((await anext(client.messages)).topic) for _ in range(2)]
            heard = [bytes((await anext(own.messages)).payload).decode() for _ in range(4)]
            assert len(client.messages) == 0
    assert seen == ["stridecue/ann/step", "stridecue/ann/sensor/AA:BB"]
    assert heard == ["pain", "command", "x", "seen"], "what it wrote elsewhere reached nobody"


async def test_loopback_stays_open_beside_it_and_passwords_are_never_readable(tmp_path: Path) -> None:
    own, port = mosquitto(), a_port()
    await own.start(port)
    try:
        async with listening(tmp_path) as (broker, _hub):
            await settled(Server(LOOPBACK, port))
            passwords = password_file()
            assert broker.password.text not in passwords.read_text()
            assert stat.S_IMODE(passwords.stat().st_mode) == 0o600
    finally:
        await own.stop()
    assert stat.S_IMODE(broker.password.file.stat().st_mode) == 0o600


async def test_a_run_is_watched_from_beyond_and_takes_commands(small_recording: Path, tmp_path: Path) -> None:
    async with asyncio.timeout(30), listening(tmp_path) as (broker, _hub):
        watched: list[str] = []

        async def watch(run: Run) -> None:
            await until(lambda: any("MQTT for others" in line for line in run.said))
            async with open_client(await settled(watcher(broker, broker.password.text))) as client:
                await client.subscribe("stridecue/#", qos=1)
                async for message in client.messages:
                    kind = str(message.topic).split("/")[2]
                    first = kind not in watched
                    watched.append(kind)
                    if kind == "step" and first:
                        await client.publish("stridecue/ann/command", b'{"action": "stop"}', qos=1)
                    if b"offline" in bytes(message.payload):
                        return

        run = a_run(
            small_recording,
            tmp_path,
            beyond=Beyond(listen=broker),
            source=opened(ReplayedSource(RecordingReader(small_recording), 3.0)),
        )
        await broker.stop()
        async with asyncio.TaskGroup() as group:
            group.create_task(watch(run), name="watcher")
            await run.play()
    assert {"session", "metrics", "step", "sensor", "reply"} <= set(watched)
    assert "attitude" not in watched
    assert all(lost == 0 for lost in run.outcome.losses.values())


async def test_a_killed_broker_is_restarted(tmp_path: Path) -> None:
    async with listening(tmp_path) as (broker, hub):
        keeper = asyncio.create_task(broker.watch(), name="watch")
        try:
            assert broker.pid is not None
            os.kill(broker.pid, signal.SIGKILL)
            await until(lambda: broker.restarts == 1)
            await settled(watcher(broker, broker.password.text))
            async with open_client(hub):
                pass
        finally:
            keeper.cancel()
            await asyncio.wait([keeper])


def test_the_password_is_generated_once(tmp_path: Path) -> None:
    file = tmp_path / "config" / "listen-password"
    made = watchers_password(file)
    again = watchers_password(file)
    assert (made.fresh, again.fresh) == (True, False)
    assert made.text == again.text
    assert len(made.text) >= 16


async def test_errors_name_the_cause_and_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = mosquitto_program()
    password = watchers_password(tmp_path / "password")
    broker = BeyondBroker("192.0.2.1", a_port(), "ann", password)
    with pytest.raises(BrokerError, match=r"192\.0\.2\.1 is not an address of this machine"):
        await broker.start()
    monkeypatch.setattr(beyond, "find_mosquitto", lambda: program)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    broker = BeyondBroker(LOOPBACK, a_port(), "ann", password)
    with pytest.raises(BrokerError, match="mosquitto_passwd cannot be found: sudo apt"):
        await broker.start()
    await broker.stop()
    monkeypatch.setattr(beyond, "find_mosquitto", lambda: None)
    with pytest.raises(BrokerError, match="only mosquitto may listen"):
        await BeyondBroker(LOOPBACK, a_port(), "ann", password).start()


def test_listening_without_mosquitto_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = Config(mqtt=MqttSection(listen="192.168.1.20"))
    monkeypatch.setattr(beyond, "find_mosquitto", lambda: None)
    with pytest.raises(ConfigError, match=r"only mosquitto may listen .* mosquitto .*cannot be found"):
        live.brokers_for_others(config, "config.toml", tmp_path / "password")
    monkeypatch.setattr(live, "lacking", lambda: None)
    made, again = (live.brokers_for_others(config, "", tmp_path / "password") for _ in range(2))
    assert made.listen is not None
    assert again.listen is not None
    assert (made.listen.host, made.listen.port) == ("192.168.1.20", 1884)
    said = capsys.readouterr().out
    assert said.count("For watchers") == 1
    assert made.listen.password.text not in said, "not on a terminal: it would end in a log"


@pytest.mark.parametrize(
    ("listen", "missing", "expected"),
    [
        ('[mqtt]\nlisten = "192.168.1.20"\n', None, "ok    watchers   can log in at 192.168.1.20:1884"),
        ('[mqtt]\nlisten = "192.168.1.20"\n', "no mosquitto_passwd", "FAIL  watchers   no mosquitto_passwd"),
        ("", None, None),
    ],
)
def test_the_doctor_reports_whether_others_can_watch(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    listen: str,
    missing: str | None,
    expected: str | None,
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[radio]\nprovider = "virtual"\n{listen}')
    monkeypatch.setattr(doctor, "lacking", lambda: missing)
    doctor.run(Namespace(config=str(config)))
    found = [line for line in capsys.readouterr().out.splitlines() if " watchers " in line]
    assert found == ([] if expected is None else [expected])
