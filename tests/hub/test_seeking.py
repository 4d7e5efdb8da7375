"""A replay that goes back and on says, from where it lands, what an uninterrupted replay says; on the way, nothing."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from drivers.packets import Packet, Said
from drivers.recordings.recording import RecordingReader, RecordingWriter
from dsp.records import Record
from dsp.signals import NS_PER_S
from firmware_profiles.catalog import load_catalog
from hub.broker.loopback import LoopbackBroker
from hub.broker.serving import LOOPBACK
from hub.bus import Bus, Policy
from hub.client import HubClient, Received
from hub.connection import Server, open_client
from hub.course import Course
from hub.engine import Engine
from hub.facts import Elsewhere, Fact
from hub.incoming import CommandMessage
from hub.lines import encode_line
from hub.notices import Notices
from hub.outcome import Outcome
from hub.replayed import ReplayedSource, opened
from hub.runtime import Plan, Runtime
from hub.session import Session
from hub.settings import RunSettings
from hub.stop import Stop
from hub.telemetry import About, Telemetry
from hub.turns import Landed
from hub.wire import AttitudeMessage, CueMessage, MetricsMessage, Post, SessionMessage, StepMessage
from tests.hub.programs import a_port, mosquitto, until


@dataclass
class Player:
    """A replay without a runtime: the course, and what came out of it."""

    reader: RecordingReader
    told: list[bytes] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    def __post_init__(self) -> None:
        t0_ns = self.reader.session.t0_ns
        self.engine = Engine(load_catalog(), RunSettings().pipeline(signals=True), strict=True)
        self.session = Session()
        self.telemetry = Telemetry(About("ann", "one", "replay", 0, t0_ns), self.session)
        self.source = ReplayedSource(self.reader, 1000.0)
        self.source._checkpoints = type(self.source._checkpoints)(spacing_s=4.0, most=4)
        self.telemetry.replay = self.source.status
        facts, posts = Bus[Fact](), Bus[Post]()
        self._posts = posts.subscribe("test", Policy.DROP_OLDEST, 100_000)
        self._facts = facts.subscribe("test", Policy.DROP_OLDEST, 100_000)
        self.course = Course(
            self.engine,
            self.session,
            self.telemetry,
            Notices(lambda _text: None),
            facts,
            posts,
            Outcome(),
            now_ns=self.source.now_ns,
            live=False,
            observe=self._observe,
            said=self.source.diverged,
        )

    def _observe(self, record: Record) -> None:
        self.source.observe(record)
        if not self.course.is_passing:
            self.told.append(encode_line(record, self.reader.session.t0_ns))

    async def play(self, seeks: dict[float, float], stop: Stop | None = None) -> None:
        """Go, at times of the recording, to other times of it; once each."""
        todo = dict(seeks)
        async for batch in self.source.batches(stop or Stop()):
            await self.course.take_all(batch)
            for item in batch:
                if isinstance(item, Packet) and not self.course.is_passing:
                    at_s = (item.t_recv_ns - self.reader.session.t0_ns) / NS_PER_S
                    if todo and at_s >= next(iter(todo)):
                        self.told.append(b"seek")
                        self.source.steer(CommandMessage(action="seek", seconds=todo.pop(next(iter(todo)))))
        for record in self.engine.finish():
            await self.course.tell(record)
        self.posts += self._posts.take()
        self.facts += self._facts.take()

    def since_last_seek(self) -> list[bytes]:
        return self.told[len(self.told) - self.told[::-1].index(b"seek") :]


async def uninterrupted(recording: Path) -> list[bytes]:
    player = Player(RecordingReader(recording))
    await player.play({})
    return player.told


def sha(lines: list[bytes]) -> str:
    return hashlib.sha256(b"".join(lines)).hexdigest()


@pytest.mark.parametrize(
    "seeks",
    [
        {20.0: 14.0},
        {20.0: 0.0},
        {6.0: 18.0},
        {22.0: 3.0, 5.0: 21.0},
        {22.0: 9.0, 12.0: 6.5, 8.0: 19.0, 23.0: 11.11},
        {23.0: 7.9, 8.2: 8.1, 8.15: 8.0},
    ],
)
async def test_from_where_it_lands_the_records_are_those_of_an_uninterrupted_replay(
    small_recording: Path, seeks: dict[float, float]
):
    whole, player = await uninterrupted(small_recording), Player(RecordingReader(small_recording))
    await player.play(seeks)
    after = player.since_last_seek()
    assert 0 < len(after) < len(whole) or list(seeks.values())[-1] == 0.0
    assert sha(after) == sha(whole[len(whole) - len(after) :])
    landed_s = list(seeks.values())[-1]
    # Nothing is missing before it either: a record is told within two seconds of what it is about.
    assert after[0] in whole[: sum(line_s(line) < landed_s + 0.3 for line in whole) + 1]


def line_s(line: bytes) -> float:
    return float(line.partition(b'"t_s":')[2].partition(b",")[0])


async def test_on_the_way_nobody_is_told_and_screens_get_what_is_true_there(small_recording: Path):
    player = Player(RecordingReader(small_recording))
    await player.play({22.0: 18.0})
    kinds = [type(post.message) for post in player.posts]
    leap = next(i for i, post in enumerate(player.posts) if is_seeking(post))
    landed = next(i for i in range(leap, len(kinds)) if kinds[i] is MetricsMessage)
    assert set(kinds[leap:landed]) <= {SessionMessage, AttitudeMessage, CueMessage}
    assert all(post.message.late for post in player.posts[leap:landed] if isinstance(post.message, CueMessage))
    plot_s = [post.message.t0_s for post in player.posts[leap:landed] if isinstance(post.message, AttitudeMessage)]
    assert 8.0 <= plot_s[0] < plot_s[-1] < 18.0
    now = next(post.message for post in player.posts[landed:] if isinstance(post.message, SessionMessage))
    assert now.replay is not None
    assert (now.replay.state, now.replay.seeks) == ("playing", 1)
    steps = [post.message.t_s for post in player.posts if isinstance(post.message, StepMessage)]
    before = sum(at_s < 18.0 for at_s in sorted(set(steps)))
    assert now.steps == pytest.approx(before, abs=2)
    assert sum(isinstance(fact, Elsewhere) for fact in player.facts) == 1


def is_seeking(post: Post) -> bool:
    message = post.message
    return isinstance(message, SessionMessage) and message.replay is not None and message.replay.state == "seeking"


async def test_sequence_numbers_have_no_holes(small_recording: Path):
    player = Player(RecordingReader(small_recording))
    await player.play({20.0: 6.0, 15.0: 21.0})
    by_topic: dict[str, list[int]] = {}
    for post in player.posts:
        by_topic.setdefault(post.topic, []).append(post.message.seq)  # type: ignore[union-attr]
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_topic.values())


async def test_what_is_said_in_a_replay_makes_later_checkpoints_untrue(small_recording: Path):
    player = Player(RecordingReader(small_recording))
    await player.play({20.0: 6.0})
    kept = player.source._checkpoints
    player.source._position_ns = 9 * NS_PER_S
    last = kept.before(24 * NS_PER_S)
    assert last is not None
    assert last.t_ns > 9 * NS_PER_S
    await player.course.hear(Said(9 * NS_PER_S, b'{"action":"less"}'))
    last = kept.before(24 * NS_PER_S)
    assert last is not None
    assert last.t_ns <= 9 * NS_PER_S
    assert 0 < len(kept) <= 4


async def test_what_was_said_in_the_run_is_heard_again_on_the_way_back(small_recording: Path, tmp_path: Path):
    said, path = RecordingReader(small_recording), tmp_path / "said.mcap"
    with RecordingWriter(path, said.session) as writer:
        done = False
        for item in said:
            if isinstance(item, Packet):
                if item.t_recv_ns >= 12 * NS_PER_S and not done:
                    done = True
                    writer.add_said(Said(item.t_recv_ns, b'{"type":"pain","level":3}'))
                writer.add_packet(item)
            elif not isinstance(item, Said):
                writer.add_device(item)
    whole = await uninterrupted(path)
    assert sum(b'"type":"pain"' in line for line in whole) >= 1
    for to_s in (8.0, 15.0):
        player = Player(RecordingReader(path))
        await player.play({20.0: to_s})
        after = player.since_last_seek()
        assert sha(after) == sha(whole[len(whole) - len(after) :])
        assert any(line.startswith(b'{"type":"pain"') for line in after) == (to_s < 12.0)


async def test_it_can_be_stopped_on_the_way(small_recording: Path):
    player, stop = Player(RecordingReader(small_recording)), Stop()
    seen = 0
    async for batch in player.source.batches(stop):
        await player.course.take_all(batch)
        item = batch[-1]
        seen += 1
        if seen == 100:
            player.source.steer(CommandMessage(action="skip", seconds=15.0))
        if seen == 110:
            stop("enough")
    assert seen < 115
    assert not isinstance(item, Landed)


class _Shown:
    """A dashboard that is there until it is ended."""

    def __init__(self, _theme: str | None) -> None:
        self._gone = asyncio.Event()

    async def start(self, port: int, runner: str, **_more: object) -> None:
        pass

    async def ended(self) -> int:
        await self._gone.wait()
        return 0

    async def stop(self) -> None:
        self._gone.set()


@pytest.mark.real_time
async def test_with_a_dashboard_it_stays_at_the_end_and_goes_back_when_asked(
    small_recording: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("hub.runtime.Dashboard", _Shown)
    server, stop, seen = Server(LOOPBACK, a_port()), Stop(), list[SessionMessage]()
    reader = RecordingReader(small_recording)
    source = ReplayedSource(reader, 50.0)
    plan = Plan(
        about=About("ann", "one", "replay", 0, reader.session.t0_ns),
        session_info=reader.session,
        engine=Engine(load_catalog(), RunSettings().pipeline(signals=True), strict=True),
        source=opened(source),
        broker=LoopbackBroker(mosquitto()),
        first_port=server.port,
        dashboard=True,
        strict=True,
    )
    runtime = Runtime(plan, stop, lambda _line: None)

    def state() -> str:
        return f"{seen[-1].state} {seen[-1].replay.state}" if seen and seen[-1].replay else ""

    async with asyncio.TaskGroup() as group:
        run = group.create_task(runtime.run())
        watching = group.create_task(watch(server, seen))
        await until(lambda: state() == "ended ended")
        whole = seen[-1].steps
        async with open_client(server) as client:
            for order in (b'{"action": "pause"}', b'{"action": "skip", "seconds": -8}'):
                await client.publish("stridecue/ann/command", order, qos=1)
        await until(lambda: state() == "running paused")
        assert seen[-1].replay is not None
        assert (seen[-1].replay.position_s, seen[-1].replay.seeks) == (pytest.approx(16.0, abs=0.2), 1)
        assert 10 < seen[-1].steps < whole
        async with open_client(server) as client:
            await client.publish("stridecue/ann/command", b'{"action": "resume"}', qos=1)
        await until(lambda: state() == "ended ended")
        assert seen[-1].steps == whole
        assert not run.done()
        stop("the dashboard was quit")
        outcome = await run
        watching.cancel()
    assert outcome.summary is not None
    assert outcome.summary.steps == whole


async def watch(server: Server, seen: list[SessionMessage]) -> None:
    async for item in HubClient(server, "ann").watch():
        match item:
            case Received(message=SessionMessage() as session):
                seen.append(session)
