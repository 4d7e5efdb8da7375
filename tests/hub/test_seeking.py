"""A replay that goes back and on says, from where it lands, what an uninterrupted replay says; on the way, nothing."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import pytest

from drivers.packets import Packet, Said
from drivers.recordings.recording import RecordingReader, RecordingWriter
from dsp.cues.schedule import Schedule
from dsp.records import Record
from dsp.runner.plan import Volume
from dsp.signals import NS_PER_S
from firmware_profiles.catalog import load_catalog
from hub.broker.loopback import LoopbackBroker
from hub.broker.serving import LOOPBACK
from hub.client import HubClient, Received
from hub.flow.bus import Bus, Policy
from hub.flow.engine import Engine
from hub.flow.facts import Elsewhere, Fact, Mute
from hub.flow.notices import Notices
from hub.flow.session import Session
from hub.flow.turns import Landed
from hub.link.connection import Server, open_client
from hub.messages.incoming import Action, CommandMessage
from hub.messages.lines import encode_line
from hub.messages.wire import (
    AttitudeMessage,
    CueMessage,
    MetricsMessage,
    Post,
    SessionMessage,
    StepMessage,
    ThresholdMessage,
)
from hub.orders.obey import Obey
from hub.orders.order_desk import OrderError
from hub.outcome import Outcome
from hub.replay.course import MUTE, Course
from hub.replay.replayed import ReplayedSource, opened
from hub.run.runtime import Plan, Runtime
from hub.settings.run_settings import RunSettings
from hub.sinks.sound import SoundSink, is_heard
from hub.sound.output.silent import SilentOutput
from hub.sound.plan import Sounds
from hub.stop import Stop
from hub.telemetry.telemetry import About, Telemetry
from tests.hub.programs import a_port, mosquitto, until

LESS = b'{"type":"command","action":"less"}'
MORE = b'{"type":"command","action":"more"}'


Deed: TypeAlias = Callable[[int], Awaitable[object]]
"""Done at a time of the recording, ns."""


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
        self.notices = Notices(lambda _text: None)
        facts, posts = Bus[Fact](), Bus[Post]()
        self._posts = posts.subscribe("test", Policy.DROP_OLDEST, 100_000)
        self._facts = facts.subscribe("test", Policy.DROP_OLDEST, 100_000)
        self.ears = facts.subscribe("sound", Policy.DROP_OLDEST, 100_000, wanted=is_heard)
        self.course = Course(
            self.engine,
            self.session,
            self.telemetry,
            self.notices,
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

    @property
    def schedule(self) -> Schedule:
        """What the core knows of who wants how many cues."""
        return self.engine._pipeline._guidance._schedule

    @property
    def volume(self) -> Volume:
        return self.schedule.volume

    async def play(self, seeks: dict[float, float]) -> None:
        """Go, at times of the recording, to other times of it; once each."""
        await self.follow((at_s, self.seek(to_s)) for at_s, to_s in seeks.items())

    async def follow(self, script: Iterable[tuple[float, Deed]]) -> None:
        """Do one thing after the other, each at its time of the recording."""
        todo = list(script)
        async for batch in self.source.batches(Stop()):
            await self.course.take_all(batch)
            for item in batch:
                if isinstance(item, Packet) and not self.course.is_passing:
                    at_s = (item.t_recv_ns - self.reader.session.t0_ns) / NS_PER_S
                    if todo and at_s >= todo[0][0]:
                        await todo.pop(0)[1](item.t_recv_ns)
        assert not todo
        for record in self.engine.finish():
            await self.course.tell(record)
        self.posts += self._posts.take()
        self.facts += self._facts.take()

    def seek(self, to_s: float) -> Deed:
        async def do(_t_ns: int) -> None:
            self.told.append(b"seek")
            self.source.steer(CommandMessage(action="seek", seconds=to_s))

        return do

    def say(self, text: bytes) -> Deed:
        return lambda t_ns: self.course.hear(Said(t_ns, text))

    def since_last_seek(self) -> list[bytes]:
        return self.told[len(self.told) - self.told[::-1].index(b"seek") :]


_WHOLE: dict[Path, list[bytes]] = {}


async def uninterrupted(recording: Path) -> list[bytes]:
    if recording not in _WHOLE:
        player = Player(RecordingReader(recording))
        await player.play({})
        _WHOLE[recording] = player.told
    return _WHOLE[recording]


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
    assert set(kinds[leap:landed]) <= {SessionMessage, AttitudeMessage, StepMessage, CueMessage}
    events = [each.message for each in player.posts[leap:landed] if isinstance(each.message, CueMessage | StepMessage)]
    assert all(event.late for event in events)
    step_s = [event.t_s for event in events if isinstance(event, StepMessage)]
    assert 8.0 <= step_s[0] < 8.5 < 16.5 < step_s[-1] < 18.0
    plot_s = [post.message.t0_s for post in player.posts[leap:landed] if isinstance(post.message, AttitudeMessage)]
    assert 8.0 <= plot_s[0] < 8.2 < 17.0 < plot_s[-1] < 18.0
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
        seq = post.message.seq
        assert isinstance(seq, int)
        by_topic.setdefault(post.topic, []).append(seq)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_topic.values())


async def test_what_is_said_in_a_replay_makes_later_checkpoints_untrue(small_recording: Path):
    player = Player(RecordingReader(small_recording))

    def last_ns() -> int:
        checkpoint = player.source._checkpoints.before(24 * NS_PER_S)
        assert checkpoint is not None
        return checkpoint.t_ns

    async def say(t_ns: int) -> None:
        assert last_ns() > t_ns
        await player.say(LESS)(t_ns)
        assert player.volume is Volume.LESS
        assert last_ns() <= t_ns

    await player.follow([(20.0, player.seek(6.0)), (9.0, say)])
    assert 0 < len(player.source._checkpoints) <= 4


@pytest.mark.parametrize(
    ("seeks", "volume"),
    [
        ([(20.0, 17.0)], Volume.LESS),
        ([(20.0, 9.5)], Volume.LESS),  # it is said again on the way there
        ([(20.0, 17.0), (18.0, 10.0), (11.0, 9.2)], Volume.LESS),
        ([(20.0, 8.5)], Volume.USUAL),
        ([(20.0, 6.0)], Volume.USUAL),
        ([(20.0, 6.0), (6.2, 17.0)], Volume.USUAL),
        ([(20.0, 17.0), (18.0, 6.0), (6.2, 17.0)], Volume.USUAL),
    ],
)
async def test_what_is_said_holds_until_it_goes_to_before_it_whichever_way_it_came(
    small_recording: Path, seeks: list[tuple[float, float]], volume: Volume
):
    whole, player = await uninterrupted(small_recording), Player(RecordingReader(small_recording))
    await player.follow([(9.0, player.say(LESS)), *((at_s, player.seek(to_s)) for at_s, to_s in seeks)])
    assert player.volume is volume
    if volume is Volume.USUAL:
        after = player.since_last_seek()
        assert sha(after) == sha(whole[len(whole) - len(after) :])


@pytest.mark.parametrize("seeks", [{20.0: 10.0}, {11.0: 22.0, 23.0: 12.5, 13.0: 9.3}])
async def test_with_what_was_said_by_hand_it_is_as_if_it_had_not_gone_back(
    small_recording: Path, seeks: dict[float, float]
):
    pain = b'{"type":"pain","level":4,"side":"left"}'
    whole, player = Player(RecordingReader(small_recording)), Player(RecordingReader(small_recording))
    await whole.follow([(9.0, whole.say(pain)), (9.1, whole.say(LESS))])
    ways = [(at_s, player.seek(to_s)) for at_s, to_s in seeks.items()]
    await player.follow([(9.0, player.say(pain)), (9.1, player.say(LESS)), *ways])
    after = player.since_last_seek()
    assert 0 < len(after) < len(whole.told)
    assert sha(after) == sha(whole.told[len(whole.told) - len(after) :])


async def test_of_two_things_that_were_said_the_one_before_the_place_still_holds(small_recording: Path):
    player = Player(RecordingReader(small_recording))
    said = [(5.5, player.say(LESS)), (14.5, player.say(MORE)), (14.6, player.say(MORE))]
    await player.follow([*said, (20.0, player.seek(10.0)), (10.2, player.seek(18.0))])
    assert player.volume is Volume.LESS


async def test_what_is_said_before_it_leaves_for_a_later_place_is_not_passed_over(small_recording: Path):
    player = Player(RecordingReader(small_recording))

    async def leave_and_say(t_ns: int) -> None:
        await player.seek(19.0)(t_ns)
        assert player.source._goal is not None
        await player.say(LESS)(t_ns)

    await player.follow([(20.0, player.seek(6.0)), (7.0, leave_and_say)])
    assert player.volume is Volume.LESS
    assert min(line_s(line) for line in player.since_last_seek()) > 18.0


async def test_quiet_is_quiet_wherever_it_goes_for_core_session_sound_and_questions(small_recording: Path):
    player = Player(RecordingReader(small_recording))
    sink = SoundSink(Sounds(SilentOutput()), player.ears, say=lambda _line: None, notice=lambda _text: None)
    course, looked = player.course, list[bool]()
    obey = Obey(
        player.source.now_ns,
        say=course.hear,
        tell=course.tell,
        note=course.note,
        stop=lambda _why: None,
        steer=lambda _order: asyncio.sleep(0),
    )

    def order(action: Action) -> Deed:
        return lambda _t_ns: obey(CommandMessage(action=action))

    async def look(t_ns: int) -> None:
        for fact in player.ears.take():
            sink._take(fact)
        session = player.telemetry.session(t_ns).message
        assert isinstance(session, SessionMessage)
        refused = False
        try:
            await obey(CommandMessage(action="ask_pain"))
        except OrderError:
            refused = True
        assert player.schedule.muted == (session.muted_by is not None) == sink.status().muted == refused
        looked.append(refused)

    await player.follow(
        [
            *((9.0, order("mute")), (9.5, look), (20.0, player.seek(6.0)), (6.2, look)),
            *((8.5, player.seek(17.0)), (17.2, look), (19.0, player.seek(5.0)), (5.2, look)),
            *((13.0, order("unmute")), (13.5, look), (18.0, player.seek(8.5)), (8.6, look)),
            *((10.0, order("mute")), (14.0, player.seek(16.0)), (16.1, look)),
            *((18.0, order("unmute")), (18.1, look), (19.0, player.seek(13.0)), (13.1, look)),
        ]
    )
    assert looked == [True, True, True, True, False, False, True, False, False]


async def test_quiet_outlasts_what_the_runner_said_then(small_recording: Path, tmp_path: Path):
    path = with_said(small_recording, tmp_path, b'{"type":"command","action":"unmute"}')
    player = Player(RecordingReader(path))
    await player.course.note(Mute(0, muted=True, by="runner"))
    await player.say(MUTE)(0)
    await player.follow([])
    assert player.schedule.muted


async def test_a_fault_is_told_where_it_was_and_not_before_it(small_recording: Path):
    player = Player(RecordingReader(small_recording))
    player.engine._strict = False
    left = next(item for item in RecordingReader(small_recording) if isinstance(item, Packet)).device
    told: list[str | None] = []

    async def break_it(t_ns: int) -> None:
        with player.engine._quarantined(left, t_ns):
            raise ValueError("broken")
        player.course._tell_faults(0)

    async def look(_t_ns: int) -> None:
        session = player.telemetry.session(0).message
        assert isinstance(session, SessionMessage)
        assert (session.notice == player.notices.text) or not told
        told.append(player.notices.text)

    await player.follow(
        [
            *((5.0, break_it), (5.1, look), (20.0, player.seek(19.0)), (19.1, look)),
            *((20.0, player.seek(3.0)), (3.1, look), (17.0, look)),
        ]
    )
    there = f"{left} is not used any more (ValueError: broken); details in the log"
    assert told == [there, there, None, None]


async def test_what_was_said_in_the_run_is_heard_again_on_the_way_back(small_recording: Path, tmp_path: Path):
    path = with_said(small_recording, tmp_path, b'{"type":"pain","level":3}')
    whole = await uninterrupted(path)
    assert sum(b'"type":"pain"' in line for line in whole) >= 1
    for to_s in (8.0, 15.0):
        player = Player(RecordingReader(path))
        await player.play({20.0: to_s})
        after = player.since_last_seek()
        assert sha(after) == sha(whole[len(whole) - len(after) :])
        assert any(line.startswith(b'{"type":"pain"') for line in after) == (to_s < 12.0)


@pytest.mark.parametrize(("seeks", "to_s"), [({20.0: 15.0}, 15.0), ({20.0: 3.0, 4.0: 18.0}, 18.0), ({8.0: 22.0}, 22.0)])
async def test_what_was_told_before_the_place_stands_there_as_if_nobody_had_left(
    small_recording: Path, tmp_path: Path, seeks: dict[float, float], to_s: float
):
    path = with_said(small_recording, tmp_path, b'{"type":"pain","level":3}')
    whole, player = Player(RecordingReader(path)), Player(RecordingReader(path))
    await whole.play({})
    await player.play(seeks)
    before = [event for event in told(whole.posts) if event.t_s < to_s]
    leaps = [number for number, post in enumerate(player.posts) if is_seeking(post)]
    again = [event for event in told(player.posts[leaps[-1] :]) if event.t_s < to_s]
    assert {type(event) for event in before} == {CueMessage, ThresholdMessage}
    assert sorted(map(what, again)) == sorted(map(what, before))
    assert all(event.late for event in again)
    assert not any(event.late for event in before)


def told(posts: Sequence[Post]) -> list[CueMessage | ThresholdMessage]:
    return [post.message for post in posts if isinstance(post.message, CueMessage | ThresholdMessage)]


def what(event: CueMessage | ThresholdMessage) -> tuple[float, str]:
    return event.t_s, event.text if isinstance(event, CueMessage) else f"{event.detector} {event.state}"


def with_said(recording: Path, folder: Path, text: bytes) -> Path:
    """The same recording, in which something was said at 12 s."""
    reader, path = RecordingReader(recording), folder / "said.mcap"
    with RecordingWriter(path, reader.session) as writer:
        done = False
        for item in reader:
            if isinstance(item, Packet):
                if item.t_recv_ns >= 12 * NS_PER_S and not done:
                    done = True
                    writer.add_said(Said(item.t_recv_ns, text))
                writer.add_packet(item)
            elif not isinstance(item, Said):
                writer.add_device(item)
    return path


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
    monkeypatch.setattr("hub.run.screen.Dashboard", _Shown)
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
