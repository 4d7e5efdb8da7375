"""An input to a replay takes effect from its position on, however the replay seeks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from drivers.packets import Packet, UserInput
from drivers.recordings.recording import RecordingReader
from dsp.records import Record
from dsp.runner.plan import Volume
from dsp.signals import NS_PER_S
from hub.flow.engine import RadioItem
from hub.flow.facts import Mute
from hub.messages.incoming import Action, CommandMessage
from hub.messages.wire import SessionMessage
from hub.orders.obey import Obey
from hub.orders.order_desk import OrderError
from hub.run.course import MUTE
from hub.sinks.sound import SoundSink
from hub.sound.output.silent import SilentOutput
from hub.sound.plan import Sounds
from tests.hub.replay.player import Deed, Player, line_s, sha, uninterrupted, with_input

LESS = b'{"type":"command","action":"less"}'
MORE = b'{"type":"command","action":"more"}'


async def test_an_input_invalidates_later_checkpoints(small_recording: Path) -> None:
    player = Player(RecordingReader(small_recording))

    def last_ns() -> int:
        checkpoint = player.checkpoints.before(24 * NS_PER_S)
        assert checkpoint is not None
        return checkpoint.t_ns

    async def say(t_ns: int) -> None:
        assert last_ns() > t_ns
        await player.say(LESS)(t_ns)
        assert player.volume is Volume.LESS
        assert last_ns() <= t_ns

    await player.follow([(20.0, player.seek(6.0)), (9.0, say)])
    assert 0 < len(player.checkpoints) <= 4


@pytest.mark.parametrize(
    ("seeks", "volume"),
    [
        ([(20.0, 17.0)], Volume.LESS),
        ([(20.0, 9.5)], Volume.LESS),  # it is repeated on the way there
        ([(20.0, 17.0), (18.0, 10.0), (11.0, 9.2)], Volume.LESS),
        ([(20.0, 8.5)], Volume.USUAL),
        ([(20.0, 6.0)], Volume.USUAL),
        ([(20.0, 6.0), (6.2, 17.0)], Volume.USUAL),
        ([(20.0, 17.0), (18.0, 6.0), (6.2, 17.0)], Volume.USUAL),
    ],
)
async def test_an_input_holds_until_a_seek_to_before_it(
    small_recording: Path, seeks: list[tuple[float, float]], volume: Volume
) -> None:
    whole, player = await uninterrupted(small_recording), Player(RecordingReader(small_recording))
    await player.follow([(9.0, player.say(LESS)), *((at_s, player.seek(to_s)) for at_s, to_s in seeks)])
    assert player.volume is volume
    if volume is Volume.USUAL:
        after = player.since_last_seek()
        assert sha(after) == sha(whole[len(whole) - len(after) :])


@pytest.mark.parametrize("seeks", [{20.0: 10.0}, {11.0: 22.0, 23.0: 12.5, 13.0: 9.3}])
async def test_with_inputs_seeking_back_gives_the_same_records(
    small_recording: Path, seeks: dict[float, float]
) -> None:
    pain = b'{"type":"pain","level":4,"side":"left"}'
    whole, player = Player(RecordingReader(small_recording)), Player(RecordingReader(small_recording))
    await whole.follow([(9.0, whole.say(pain)), (9.1, whole.say(LESS))])
    ways = [(at_s, player.seek(to_s)) for at_s, to_s in seeks.items()]
    await player.follow([(9.0, player.say(pain)), (9.1, player.say(LESS)), *ways])
    after = player.since_last_seek()
    assert 0 < len(after) < len(whole.told)
    assert sha(after) == sha(whole.told[len(whole.told) - len(after) :])


async def test_of_two_inputs_the_one_before_the_position_still_holds(small_recording: Path) -> None:
    player = Player(RecordingReader(small_recording))
    said = [(5.5, player.say(LESS)), (14.5, player.say(MORE)), (14.6, player.say(MORE))]
    await player.follow([*said, (20.0, player.seek(10.0)), (10.2, player.seek(18.0))])
    assert player.volume is Volume.LESS


async def test_an_input_just_before_a_seek_forward_takes_effect(small_recording: Path) -> None:
    player = Player(RecordingReader(small_recording))

    async def leave_and_say(t_ns: int) -> None:
        await player.seek(19.0)(t_ns)
        assert player.source.status().state == "seeking"
        await player.say(LESS)(t_ns)

    await player.follow([(20.0, player.seek(6.0)), (7.0, leave_and_say)])
    assert player.volume is Volume.LESS
    assert min(line_s(line) for line in player.since_last_seek()) > 18.0


async def test_an_input_during_a_seek_is_remembered_where_the_engine_got_it(
    small_recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At full speed other tasks run between one batch and the next."""
    player = Player(RecordingReader(small_recording))
    heard = list[RadioItem]()
    feed, feed_all = player.engine.feed, player.engine.feed_all

    def feed_one(item: RadioItem) -> list[Record]:
        heard.append(item)
        return feed(item)

    def feed_many(packets: Sequence[Packet]) -> list[Record]:
        heard.extend(packets)
        return feed_all(packets)

    monkeypatch.setattr(player.engine, "feed", feed_one)
    monkeypatch.setattr(player.engine, "feed_all", feed_many)

    async def speak() -> None:
        for _turn in range(10_000):
            if player.source.now_ns() >= 3 * NS_PER_S:
                break
            await asyncio.sleep(0)
        await player.say(LESS)(player.source.now_ns())

    speaking = list[asyncio.Task[None]]()

    async def leave(t_ns: int) -> None:
        speaking.append(asyncio.create_task(speak(), name="speak"))
        await player.seek(20.0)(t_ns)

    await player.follow([(1.0, leave), (20.1, player.seek(14.0))])
    await asyncio.gather(*speaking)
    before = [heard[place - 1] for place, item in enumerate(heard) if isinstance(item, UserInput)]
    assert len(before) == 2
    assert before[0] == before[1]
    said = next(item for item in heard if isinstance(item, UserInput))
    assert isinstance(before[0], Packet)
    assert said.t_ns == before[0].t_recv_ns


async def test_mute_holds_at_every_position_for_engine_session_sound_and_questions(small_recording: Path) -> None:
    player = Player(RecordingReader(small_recording))
    sink = SoundSink(Sounds(SilentOutput()), player.ears, say=lambda _line: None, notice=lambda _text: None)
    course, looked = player.course, list[bool]()
    obey = Obey(
        player.source.now_ns,
        feed=course.handle_input,
        emit=course.emit,
        note=course.note,
        stop=lambda _why: None,
        steer=lambda _order: asyncio.sleep(0),
    )

    def order(action: Action) -> Deed:
        return lambda _t_ns: obey(CommandMessage(action=action))

    async def look(t_ns: int) -> None:
        for fact in player.ears.take():
            sink.take(fact)
        session = player.telemetry.session(t_ns).message
        assert isinstance(session, SessionMessage)
        refused = False
        try:
            await obey(CommandMessage(action="ask_pain"))
        except OrderError as error:
            refused = "muted" in str(error)
        assert player.muted == (session.muted_by is not None) == sink.status().muted == refused
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


async def test_mute_outlasts_a_recorded_unmute(small_recording: Path, tmp_path: Path) -> None:
    path = with_input(small_recording, tmp_path, b'{"type":"command","action":"unmute"}')
    player = Player(RecordingReader(path))
    await player.course.note(Mute(0, muted=True, by="runner"))
    await player.say(MUTE)(0)
    await player.follow([])
    assert player.muted
