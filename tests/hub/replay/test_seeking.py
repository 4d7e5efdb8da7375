"""After a seek a replay publishes the same as an uninterrupted one from its target on, and nothing on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from drivers.packets import Packet
from drivers.recordings.recording import RecordingReader
from dsp.pipeline import Pipeline
from dsp.records import Record
from dsp.signals import SampleBlock
from hub.broker.loopback import LoopbackBroker
from hub.broker.serving import LOOPBACK
from hub.client import HubClient, Received
from hub.flow.facts import Elsewhere
from hub.flow.turns import Arrived
from hub.link.connection import Server, open_client
from hub.messages.incoming import CommandMessage
from hub.messages.wire import (
    AttitudeMessage,
    CueMessage,
    MetricsMessage,
    Post,
    SessionMessage,
    StepMessage,
    ThresholdMessage,
)
from hub.replay.replayed import ReplayedSource, opened
from hub.stop import Stop
from tests.hub.programs import a_port, mosquitto, until
from tests.hub.replay.player import Player, line_s, sha, uninterrupted, with_input
from tests.hub.run.recorded_run import a_run


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
async def test_from_the_target_on_the_records_are_those_of_an_uninterrupted_replay(
    small_recording: Path, seeks: dict[float, float]
) -> None:
    whole, player = await uninterrupted(small_recording), Player(RecordingReader(small_recording))
    await player.play(seeks)
    after = player.since_last_seek()
    assert 0 < len(after) < len(whole) or list(seeks.values())[-1] == 0.0
    assert sha(after) == sha(whole[len(whole) - len(after) :])
    landed_s = list(seeks.values())[-1]
    # Nothing is missing before it either: a record is published within two seconds of its own time.
    assert after[0] in whole[: sum(line_s(line) < landed_s + 0.3 for line in whole) + 1]


async def test_a_seek_publishes_nothing_on_the_way_and_the_state_at_its_target(small_recording: Path) -> None:
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


async def test_sequence_numbers_have_no_gaps(small_recording: Path) -> None:
    player = Player(RecordingReader(small_recording))
    await player.play({20.0: 6.0, 15.0: 21.0})
    by_topic: dict[str, list[int]] = {}
    for post in player.posts:
        seq = post.message.seq
        assert isinstance(seq, int)
        by_topic.setdefault(post.topic, []).append(seq)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_topic.values())


async def test_a_fault_is_reported_from_where_it_happened_on(
    small_recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = Player(RecordingReader(small_recording), strict=False)
    left = next(item for item in RecordingReader(small_recording) if isinstance(item, Packet)).device
    told: list[str | None] = []

    update, breaks = Pipeline.update, list[bool]()

    def breaking(pipeline: Pipeline, block: SampleBlock) -> list[Record]:
        if breaks and block.source == left:
            breaks.clear()
            raise ValueError("broken")
        return update(pipeline, block)

    async def break_it(_t_ns: int) -> None:
        breaks.append(True)

    monkeypatch.setattr(Pipeline, "update", breaking)

    async def look(_t_ns: int) -> None:
        session = player.telemetry.session(0).message
        assert isinstance(session, SessionMessage)
        assert (session.notice == player.notices.text) or not told
        told.append(player.notices.text)

    await player.follow(
        [
            *((5.0, break_it), (5.2, look), (20.0, player.seek(19.0)), (19.1, look)),
            *((20.0, player.seek(3.0)), (3.1, look), (17.0, look)),
        ]
    )
    there = f"{left} is not used any more (ValueError: broken); details in the log"
    assert told == [there, there, None, None]


async def test_recorded_inputs_take_effect_again_on_the_way_back(small_recording: Path, tmp_path: Path) -> None:
    path = with_input(small_recording, tmp_path, b'{"type":"pain","level":3}')
    whole = await uninterrupted(path)
    assert sum(b'"type":"pain"' in line for line in whole) >= 1
    for to_s in (8.0, 15.0):
        player = Player(RecordingReader(path))
        await player.play({20.0: to_s})
        after = player.since_last_seek()
        assert sha(after) == sha(whole[len(whole) - len(after) :])
        assert any(line.startswith(b'{"type":"pain"') for line in after) == (to_s < 12.0)


@pytest.mark.parametrize(("seeks", "to_s"), [({20.0: 15.0}, 15.0), ({20.0: 3.0, 4.0: 18.0}, 18.0), ({8.0: 22.0}, 22.0)])
async def test_cues_and_thresholds_before_the_target_are_published_late(
    small_recording: Path, tmp_path: Path, seeks: dict[float, float], to_s: float
) -> None:
    path = with_input(small_recording, tmp_path, b'{"type":"pain","level":3}')
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


async def test_a_seek_can_be_stopped(small_recording: Path) -> None:
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
    assert not isinstance(item, Arrived)


class _Shown:
    """A dashboard that runs until it is ended."""

    def __init__(self, _theme: str | None, _reported: str) -> None:
        self._gone = asyncio.Event()

    async def start(self, port: int, runner: str, **_more: object) -> None:
        pass

    async def ended(self) -> int:
        await self._gone.wait()
        return 0

    async def stop(self) -> None:
        self._gone.set()


@pytest.mark.real_time
async def test_with_a_dashboard_a_replay_stays_at_the_end_and_can_go_back(
    small_recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.run.runtime.Dashboard", _Shown)
    server, seen = Server(LOOPBACK, a_port()), list[SessionMessage]()
    played = a_run(
        small_recording,
        tmp_path,
        source=opened(ReplayedSource(RecordingReader(small_recording), 50.0)),
        broker=LoopbackBroker(mosquitto()),
        first_port=server.port,
        name_file=None,
        dashboard=True,
    )

    def state() -> str:
        return f"{seen[-1].state} {seen[-1].replay.state}" if seen and seen[-1].replay else ""

    async with asyncio.TaskGroup() as group:
        run = group.create_task(played.play())
        watching = group.create_task(watch(server, seen))
        await until(lambda: state() == "ended ended")
        whole = seen[-1].steps
        async with open_client(server) as client:
            for order in (b'{"action": "pause"}', b'{"action": "skip", "seconds": -8}'):
                await client.publish("stridecue/ann/command", order, qos=1)
        await until(lambda: state() == "running paused")
        assert seen[-1].replay is not None
        assert seen[-1].replay.position_s == pytest.approx(16.0, abs=0.2)
        assert seen[-1].replay.seeks == 1
        assert 10 < seen[-1].steps < whole
        async with open_client(server) as client:
            await client.publish("stridecue/ann/command", b'{"action": "resume"}', qos=1)
        await until(lambda: state() == "ended ended")
        assert seen[-1].steps == whole
        assert not run.done()
        played.stop("the dashboard was quit")
        outcome = await run
        watching.cancel()
    assert outcome.summary is not None
    assert outcome.summary.steps == whole


async def watch(server: Server, seen: list[SessionMessage]) -> None:
    async for item in HubClient(server, "ann").watch():
        match item:
            case Received(message=SessionMessage() as session):
                seen.append(session)
