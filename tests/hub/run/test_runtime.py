"""A complete run on virtual time: recordings replay to the same records, stop drains, failures are reported."""

from __future__ import annotations

import asyncio
import errno
import gc
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from drivers.errors import AdapterDownError
from drivers.packets import Packet
from drivers.recordings.recording import RecordingReader
from dsp.records import PainReport, Record, Step
from dsp.signals import NS_PER_S
from firmware_profiles.catalog import load_catalog
from hub.broker.loopback import LoopbackBroker, available
from hub.broker.serving import LOOPBACK
from hub.flow.bus import Subscription
from hub.flow.engine import Engine
from hub.flow.source import Source
from hub.link.connection import Server, open_client
from hub.messages.wire import MetricsMessage, Post, SensorMessage, SessionMessage, encode
from hub.replay.replayed import ReplayedSource, opened
from hub.run.runtime import Plan, Runtime
from hub.settings.run_settings import RunSettings
from hub.telemetry.run_info import RunInfo
from hub.terminal.dashboard import Dashboard
from tests.hub.programs import a_port, mosquitto, until
from tests.hub.run.recorded_run import Run, a_run, kept


def recordings(folder: Path) -> list[Path]:
    return sorted(folder.glob("run*"))


def packets(recording: Path) -> list[Packet]:
    """Return all packets of a recording, which was closed properly."""
    reader = RecordingReader(recording)
    found = [item for item in reader if isinstance(item, Packet)]
    assert not reader.truncated
    return found


async def test_a_run_is_recorded_completely_and_published_once_a_second(small_recording: Path, tmp_path: Path) -> None:
    records: list[Record] = []
    posts: list[Post] = []
    run = a_run(small_recording, tmp_path, observe=records.append, console=kept(posts))
    outcome = await run.play()
    assert outcome.losses == {"radio": 0, "recorder": 0, "console": 0}
    assert packets(outcome.files[0]) == packets(small_recording)
    assert outcome.summary == records[-1]
    frames = [post.message for post in posts if isinstance(post.message, MetricsMessage)]
    assert len(frames) == pytest.approx(24, abs=2)
    assert [frame.seq for frame in frames] == list(range(1, len(frames) + 1))
    assert any(frame.cadence_spm for frame in frames)
    states = [post.message.state for post in posts if isinstance(post.message, SessionMessage)]
    assert list(dict.fromkeys(states)) == ["waiting", "running", "paused", "ended"]
    last = [post.message for post in posts if isinstance(post.message, SensorMessage)][-1]
    assert (last.device, last.samples) == ("sacrum", 24 * 104)
    assert last.rate_hz == pytest.approx(104, rel=0.1)


async def test_a_run_is_not_delayed_by_garbage_collection_of_all_that_is_loaded(
    small_recording: Path, tmp_path: Path
) -> None:
    frozen: dict[int, int] = {}

    def once_a_second(record: Record) -> None:  # counting objects takes long if much is loaded
        second = record.t_ns // NS_PER_S
        if second not in frozen:
            frozen[second] = gc.get_freeze_count()

    await a_run(small_recording, tmp_path, observe=once_a_second).play()
    assert len(frozen) > 20
    assert min(frozen.values()) > 10_000
    assert gc.get_freeze_count() == 0


async def test_stop_drains_what_has_arrived(small_recording: Path, tmp_path: Path) -> None:
    records: list[Record] = []
    run = a_run(small_recording, tmp_path, observe=records.append)
    loop = asyncio.get_running_loop()
    start_s = loop.time()
    loop.call_later(12.0, run.stop, "enough")
    outcome = await run.play()
    assert loop.time() - start_s == pytest.approx(12.0, abs=0.2)
    assert outcome.summary is not None
    assert outcome.summary.steps == sum(isinstance(record, Step) for record in records) > 10
    replayed = a_run(outcome.files[0], tmp_path / "again")
    assert await replayed.play() is not None
    assert replayed.outcome.summary == outcome.summary


async def test_a_failing_sink_is_reported_and_the_run_continues(small_recording: Path, tmp_path: Path) -> None:
    async def broken(_subscription: Subscription[Post]) -> None:
        raise OSError("the terminal is gone")

    run = a_run(small_recording, tmp_path, console=broken, strict=False)
    outcome = await run.play()
    assert outcome.summary is not None
    assert outcome.summary.steps > 35
    assert any("console failed" in line and "the terminal is gone" in line for line in run.said)


async def test_a_terminal_that_is_gone_does_not_end_a_run(small_recording: Path, tmp_path: Path) -> None:
    def gone(*_words: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    async def console(subscription: Subscription[Post]) -> None:
        async for _batch in subscription.batches():
            gone()

    run = a_run(small_recording, tmp_path, console=console, strict=False)
    outcome = await Runtime(run.plan, run.stop, gone).run()
    assert outcome.summary is not None
    assert outcome.summary.steps > 35
    assert not RecordingReader(outcome.files[0]).truncated


async def test_a_slow_sink_loses_nothing_at_the_end(small_recording: Path, tmp_path: Path) -> None:
    async def slow(subscription: Subscription[Post]) -> None:
        async for _batch in subscription.batches():
            pass
        await asyncio.sleep(3)

    run = a_run(small_recording, tmp_path, console=slow)
    asyncio.get_running_loop().call_later(10.0, run.stop, "enough")
    outcome = await run.play()
    assert outcome.losses == {"radio": 0, "recorder": 0, "console": 0}
    assert outcome.unrecorded == 0
    assert run.said == []


async def test_the_session_says_whether_the_run_is_being_recorded(small_recording: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    posts: list[Post] = []
    blocked = [True]
    run = a_run(
        small_recording,
        tmp_path,
        console=kept(posts),
        name_file=lambda number: tmp_path / "file" / "run.mcap" if number == 0 and blocked else tmp_path / "run.mcap",
    )
    asyncio.get_running_loop().call_later(8.0, blocked.clear)
    await run.play()
    told = [
        (post.message.recording_ok, post.message.recording)
        for post in posts
        if isinstance(post.message, SessionMessage)
    ]
    assert list(dict.fromkeys(told)) == [(False, None), (True, "run.mcap")]


async def test_the_last_pain_report_is_published_nowhere(small_recording: Path, tmp_path: Path) -> None:
    posts: list[Post] = []
    await a_run(small_recording, tmp_path, reported="Reported last time: 4 of 10.", console=kept(posts)).play()
    assert len(posts) > 100
    assert not any(b"eported last" in encode(post.message) for post in posts)


@pytest.mark.real_time
async def test_a_dashboard_that_cannot_be_started_is_reported_and_the_run_continues(
    small_recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_dashboard: Dashboard, _port: int, _runner: str) -> None:
        raise ValueError("embedded null byte")

    monkeypatch.setattr(Dashboard, "start", never)
    run = a_run(
        small_recording,
        tmp_path,
        broker=LoopbackBroker(mosquitto()),
        first_port=a_port(),
        dashboard=True,
        source=opened(ReplayedSource(RecordingReader(small_recording), 100.0)),
    )
    outcome = await run.play()
    assert outcome.summary is not None
    assert outcome.summary.steps == 44
    assert "the dashboard could not be started: embedded null byte" in run.said


@pytest.mark.real_time
async def test_on_another_port_than_wished_it_says_how_to_watch(small_recording: Path, tmp_path: Path) -> None:
    port = a_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        run = a_run(
            small_recording,
            tmp_path,
            broker=LoopbackBroker(available()),
            first_port=port,
            source=opened(ReplayedSource(RecordingReader(small_recording), 100.0)),
        )
        await run.play()
    (said,) = [line for line in run.said if line.startswith("MQTT on")]
    assert f"(port {port} is busy; to watch it: " in said
    at = re.search(r":(\d+), topics", said)
    assert at is not None
    assert said.endswith(f" watch --port {at[1]})")


async def test_a_second_request_cancels_and_still_closes_the_recording(small_recording: Path, tmp_path: Path) -> None:
    run = a_run(small_recording, tmp_path)
    task = asyncio.create_task(run.play(), name="run")
    await asyncio.sleep(10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(packets(tmp_path / "run0.mcap")) > 100


async def test_without_a_radio_the_run_ends_with_the_reason(small_recording: Path, tmp_path: Path) -> None:
    def no_adapter() -> Source:
        raise AdapterDownError("no adapter: plug one in")

    @asynccontextmanager
    async def no_radio() -> AsyncIterator[Source]:
        yield no_adapter()

    run = a_run(small_recording, tmp_path, source=no_radio())
    with pytest.raises(AdapterDownError, match="plug one in"):
        await run.play()
    assert recordings(tmp_path) == []


@pytest.mark.real_time
async def test_pain_does_not_stay_on_the_broker_and_is_not_reported_twice(
    small_recording: Path, tmp_path: Path
) -> None:
    broker = LoopbackBroker(mosquitto())
    server = Server(LOOPBACK, a_port())
    records: list[Record] = []
    run = a_run(
        small_recording,
        tmp_path,
        broker=broker,
        first_port=server.port,
        observe=records.append,
        source=opened(ReplayedSource(RecordingReader(small_recording), 3.0)),
    )
    pain = "stridecue/ann/pain"

    def reports() -> list[PainReport]:
        return [record for record in records if isinstance(record, PainReport)]

    def has_come(number: int) -> bool:
        return len(reports()) == number

    async def keeps() -> list[bytes]:
        found = []
        async with open_client(server) as client:
            await client.subscribe(pain, qos=1)
            await client.subscribe(pain, qos=1)  # acknowledged after retained messages have arrived
            while len(client.messages):
                found.append(bytes((await anext(client.messages)).payload))
        return found

    async with asyncio.TaskGroup() as group:
        group.create_task(run.play(), name="run")
        await until(lambda: bool(records))  # by then the hub has subscribed
        for payload, reported in ((b'{"level": 3}', 1), (b'{"level": 11}', 1), (b'{"level": 4}', 2)):
            async with open_client(server) as client:
                await client.publish(pain, payload, qos=1, retain=True)
            await until(partial(has_come, reported))
            await asyncio.sleep(0.2)
            assert await keeps() == []
        run.stop("enough")
    assert [each.level for each in reports()] == [3, 4]


async def test_a_live_demo_recorded_and_replayed_gives_the_same_records(tmp_path: Path) -> None:
    lab = pytest.importorskip("drivers.virtual.lab", reason="Bumble is not installed: the demo is NOT tested here")
    from drivers.clock import now_ns
    from drivers.recordings.recording import SessionInfo
    from drivers.virtual.runner import RunnerParams, VirtualRunner
    from hub.flow.live import LiveSource
    from hub.text.truth import compare

    params = RunnerParams(seed=1, standing_s=4.0)
    epochs_s: list[float] = []

    @asynccontextmanager
    async def open_lab() -> AsyncIterator[Source]:
        async with lab.VirtualLab(VirtualRunner(params)) as opened:
            epochs_s.append(opened.epoch_s)
            yield LiveSource(opened.radio, load_catalog(), {})

    records: list[Record] = []
    posts: list[Post] = []
    session = SessionInfo(now_ns(), None, "demo", RunSettings().stored())
    live = Run(
        Plan(
            run_info=RunInfo("demo", "one", "demo", 0, session.t0_ns),
            session_info=session,
            engine=Engine(load_catalog(), RunSettings().pipeline(signals=False), strict=True),
            source=open_lab(),
            broker=None,
            name_file=lambda number: tmp_path / f"live{number}.mcap",
            console=kept(posts),
            observe=records.append,
            strict=True,
        )
    )
    asyncio.get_running_loop().call_later(22.0, live.stop, "enough")
    outcome = await live.play()
    assert outcome.losses == {"radio": 0, "recorder": 0, "console": 0}

    again = Engine(load_catalog(), RunSettings().pipeline(signals=False), strict=True)
    replayed = [record for item in RecordingReader(outcome.files[0]) for record in again.feed(item)] + again.finish()
    assert replayed == records

    sensors = [post.message for post in posts if isinstance(post.message, SensorMessage)]
    assert len({sensor.device for sensor in sensors if sensor.state == "streaming"}) == 5
    steps = [record for record in records if isinstance(record, Step)]
    comparison = compare(steps, VirtualRunner(params), round(epochs_s[0] * 1e9))
    assert comparison.found == comparison.true > 30
    assert comparison.wrong_side == 0
    apart = (comparison.cadence_spm, comparison.drop_left_deg, comparison.drop_right_deg)
    for error, most in zip(apart, (2.0, 0.5, 0.5), strict=True):
        assert error is not None
        assert abs(error) < most
