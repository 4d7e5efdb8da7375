"""A run asked twice to stop ends at once, and what is known of it is still stored."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.packets import Packet
from drivers.recordings.recording import RecordingReader, SessionInfo
from dsp.records import Mark, PainReport, Record, Step, Summary
from dsp.runner.history import PastRun
from firmware_profiles.catalog import load_catalog
from hub.broker.loopback import LoopbackBroker
from hub.command_line.dispatch import carry_out
from hub.commands import keep_run, live
from hub.commands.keep_run import keep
from hub.flow.bus import Subscription
from hub.flow.engine import Engine, RadioItem
from hub.flow.facts import Fact
from hub.flow.source import Source
from hub.history import schema
from hub.history.runs import RunCount, StoredRun
from hub.history.store import History
from hub.messages.wire import Post
from hub.outcome import Outcome
from hub.replay.replayed import ReplayedSource, opened
from hub.run import launch
from hub.run.launch import AT_ONCE, Ended, Launch
from hub.run.runtime import Runtime
from hub.settings.folders import data_folder
from hub.settings.run_settings import RunSettings
from hub.sinks import jsonl
from hub.sinks.diary import Diary
from hub.sinks.jsonl import JsonlFile
from hub.stop import LateSignals, Stop
from tests.hub.programs import a_port, mosquitto, until
from tests.hub.replay.player import with_input
from tests.hub.run.plain_source import PlainSource
from tests.hub.run.recorded_run import a_run

KNEE = b'{"type":"pain","level":6,"site":"kneecap","side":"left"}'


class Impatient(PlainSource):
    """A recorded run, all at once; then Ctrl-C is pressed, with `twice` again while the links are still closing."""

    def __init__(self, recording: Path, *, twice: bool) -> None:
        self._items = list(RecordingReader(recording))
        self._twice = twice
        self._last_ns = 0

    def now_ns(self) -> int:
        return self._last_ns

    async def batches(self, stop: Stop) -> AsyncIterator[Sequence[RadioItem]]:
        for item in self._items:
            if isinstance(item, Packet):
                self._last_ns = item.t_recv_ns
            yield (item,)
        os.kill(os.getpid(), signal.SIGINT)
        await stop.wait()
        if self._twice:
            try:
                os.kill(os.getpid(), signal.SIGINT)
                await asyncio.sleep(60)
            finally:
                os.kill(os.getpid(), signal.SIGINT)
                await asyncio.sleep(0.1)


@pytest.mark.real_time
@pytest.mark.parametrize("when", ["while links end", "while it is kept", "held down"])
def test_the_run_is_in_the_history_with_its_pain_and_its_summary_is_printed(
    when: str,
    small_recording: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    twice, add, tell_summary = when != "while it is kept", History.add, keep_run.tell_summary
    times = 5 if when == "held down" else 1

    def interrupted(history: History, run: StoredRun) -> None:
        for _ in range(times):
            os.kill(os.getpid(), signal.SIGINT)
        add(history, run)

    def interrupted_too(ended: Ended, past: Sequence[PastRun], count: RunCount) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        tell_summary(ended, past, count)

    if when != "while links end":
        monkeypatch.setattr(History, "add", interrupted)
        monkeypatch.setattr(live, "tell_summary", interrupted_too)

    @asynccontextmanager
    async def impatient(*_wanted: object) -> AsyncIterator[Source]:
        yield Impatient(with_input(small_recording, tmp_path, KNEE), twice=twice)

    monkeypatch.setattr(live, "_open_sensors", impatient)
    monkeypatch.setattr("hub.run.launch._broker", lambda **_how: (None, ""))
    monkeypatch.setattr("hub.history.runs.SHORTEST_S", 5.0)
    monkeypatch.setattr("hub.history.runs.FEWEST_STEPS", 20)
    assert carry_out(["run", "--headless", "--sound", "off"]) == int(twice)
    history = History(data_folder() / "history.sqlite")
    (run,) = history.newest("runner")
    assert run.steps == 44
    assert run.drop_excursion_left_deg is not None
    assert run.recording is not None
    assert [each.level for each in history.pains("runner")] == [6]
    said = capsys.readouterr().out
    assert "44 in 0 min 16 s of running" in said
    assert (AT_ONCE in said) is twice
    assert "Recorded: " in said


@pytest.mark.parametrize("when", ["while it runs", "while a sink is slow"])
async def test_the_outcome_is_known_whenever_the_run_is_cancelled(
    small_recording: Path, tmp_path: Path, when: str
) -> None:
    records: list[Record] = []

    async def slow(subscription: Subscription[Post]) -> None:
        async for _batch in subscription.batches():
            pass
        await asyncio.sleep(60)

    is_slow = when == "while a sink is slow"
    run = a_run(small_recording, tmp_path, console=slow if is_slow else None, observe=records.append)
    runtime = Runtime(run.plan, run.stop, run.said.append)
    running = asyncio.create_task(runtime.run(), name="run")
    await asyncio.sleep(15)
    if is_slow:
        run.stop("enough")
        await asyncio.sleep(1)
    loop = asyncio.get_running_loop()
    asked_s = loop.time()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert loop.time() - asked_s < 0.5
    summary = runtime.outcome.summary
    assert summary is not None
    assert records.count(summary) == 1
    assert summary.steps == sum(isinstance(record, Step) for record in records) > 10
    assert 5.0 < runtime.outcome.running_s < 15.0


@pytest.mark.real_time
async def test_a_broker_that_ends_with_the_run_is_not_reported_as_lost(small_recording: Path, tmp_path: Path) -> None:
    async def slow(subscription: Subscription[Post]) -> None:
        async for _batch in subscription.batches():
            pass
        await asyncio.sleep(60)

    class Lingering(LoopbackBroker):
        """A broker that ends while publishers are still connected."""

        async def stop(self) -> None:
            await super().stop()
            await asyncio.sleep(0.5)

    source = opened(ReplayedSource(RecordingReader(small_recording), 100.0))
    broker = Lingering(mosquitto())
    run = a_run(small_recording, tmp_path, broker=broker, first_port=a_port(), source=source, console=slow)
    runtime = Runtime(run.plan, run.stop, run.said.append)
    running = asyncio.create_task(runtime.run(), name="run")
    await until(lambda: runtime.outcome.summary is not None)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [line for line in run.said if "reached" in line] == []


class LockedBook:
    """A history that another program locks until it is released."""

    def __init__(self) -> None:
        self.held = threading.Event()
        self.kept: list[int | None] = []

    def pain(self, report: PainReport) -> None:
        if not self.held.is_set():
            raise schema.HistoryBusyError("busy")
        self.kept.append(report.level)

    def mark(self, mark: object) -> None:
        pass

    def threshold(self, threshold: object) -> None:
        pass


async def test_a_report_waiting_for_the_history_is_tried_once_more(small_recording: Path, tmp_path: Path) -> None:
    book = LockedBook()
    diary: Diary = book
    run = a_run(with_input(small_recording, tmp_path, KNEE), tmp_path, diary=diary, name_file=None)
    runtime = Runtime(run.plan, run.stop, run.said.append)
    running = asyncio.create_task(runtime.run(), name="run")
    await asyncio.sleep(15)
    running.cancel()
    await asyncio.sleep(0)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert book.kept == []
    book.held.set()
    runtime.flush_diary()
    runtime.flush_diary()
    assert book.kept == [6]


class LastWords(Engine):
    """A core with records at the very end: three taps and a mark."""

    def finish(self) -> list[Record]:
        t_ns = self.t_ns or 0
        return [PainReport(t_ns, None), Mark(t_ns, "coach"), *super().finish()]


class HungSink:
    """A sink that reads nothing for as long as the run lasts."""

    def __init__(self, subscription: Subscription[Fact]) -> None:
        self.subscription = subscription

    async def run(self) -> None:
        await self.subscription.closed.wait()


@pytest.fixture
def hung(monkeypatch: pytest.MonkeyPatch) -> list[HungSink]:
    """Sinks for `jsonl` that hang, and make the run wait for the second of a pain report and a mark."""
    sinks: list[HungSink] = []

    def sink(_file: JsonlFile, subscription: Subscription[Fact]) -> HungSink:
        sinks.append(HungSink(subscription))
        return sinks[-1]

    monkeypatch.setattr("hub.run.runtime.JsonlSink", sink)
    monkeypatch.setattr(jsonl, "CAPACITY", 1)
    monkeypatch.setattr(jsonl, "is_written", lambda **_signals: lambda fact: isinstance(fact, PainReport | Mark))
    return sinks


@pytest.mark.parametrize("when", ["while it runs", "while the last words are told", "by itself"])
async def test_the_final_records_are_stored_and_published_once_however_the_run_ends(
    small_recording: Path, tmp_path: Path, hung: list[HungSink], when: str
) -> None:
    book, observed = LockedBook(), list[Record]()
    book.held.set()
    engine = LastWords(load_catalog(), RunSettings().pipeline(signals=True), strict=True)
    output = JsonlFile(io.BytesIO(), 0)
    run = a_run(small_recording, tmp_path, engine=engine, diary=book, jsonl=output, observe=observed.append)
    runtime = Runtime(run.plan, run.stop, run.said.append)
    running = asyncio.create_task(runtime.run(), name="run")
    await asyncio.sleep(10)
    (sink,) = hung
    ended: type[BaseException] | None = None
    try:
        if when == "while it runs":
            running.cancel()
        else:
            run.stop("enough")
            await asyncio.sleep(1)  # less than any wait for a slow reader
            assert sink.subscription.pending == 1
            if when == "while the last words are told":
                running.cancel()
        await running
    except asyncio.CancelledError:
        ended = asyncio.CancelledError
    assert (ended is None) is (when == "by itself")
    outcome = runtime.outcome
    assert book.kept == [None]
    assert [each.level for each in outcome.pains] == [None]
    assert [(each.by, each.running_s is None) for each in outcome.marks] == [("coach", False)]
    assert outcome.summary is not None
    last: list[Record] = [*outcome.pains, *outcome.marks, outcome.summary]
    for each in last:
        assert observed.count(each) == 1


@asynccontextmanager
async def _no_sensors() -> AsyncIterator[Source]:
    yield pytest.fail("nobody opens them")


def test_an_interrupted_conclusion_still_names_the_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def over(_launch: Launch, _late: LateSignals) -> Ended:
        return Ended(Outcome(files=[tmp_path / "run.mcap"]), SessionInfo(0, "", "ann"), (), sys.stdout)

    def hangs(_ended: Ended) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(launch, "_carry_out", over)
    with pytest.raises(KeyboardInterrupt):
        launch.carry_out(Launch("live", "ann", RunSettings(), load_catalog(), _no_sensors(), 1883), hangs)
    assert "run.mcap" in capsys.readouterr().out


def test_a_locked_history_is_tried_once_and_not_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    def busy(_history: History, run: StoredRun) -> None:
        tries.append(run.runner)
        raise schema.HistoryBusyError("busy")

    monkeypatch.setattr(History, "add", busy)
    summary = Summary(0, 262, 100.0, 169.5, 251.9, 103.2, 12.7, 10.5, 12.4, 11.1, 0, 0, 12, 12)
    ended = Ended(
        Outcome(summary, 100.0), SessionInfo(0, "", "ann"), (), sys.stdout, cut_short=True, in_a_hurry=lambda: True
    )
    assert "NOT added" in keep(ended, History(tmp_path / "history.sqlite"), "ann", RunCount())
    assert tries == ["ann"]
