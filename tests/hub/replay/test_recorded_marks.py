"""A marked moment can be found again: in the recording, its lines, its summary, and by a jump."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from drivers.recordings.recording import RecordingReader
from dsp.records import Mark
from dsp.signals import NS_PER_S
from firmware_profiles.catalog import load_catalog
from hub.commands.replay_fast import replay_fast
from hub.flow.engine import Engine
from hub.messages.incoming import CommandMessage
from hub.messages.lines import MarkLine
from hub.messages.wire import MarkMessage, SessionMessage
from hub.settings.run_settings import RunSettings
from hub.stop import Stop
from tests.hub.replay.player import Player, with_input
from tests.hub.run.recorded_run import a_run

BRIDGE = b'{"type":"command","action":"mark","by":"coach","text":"bridge"}'
PLAIN = b'{"type":"command","action":"mark"}'


@pytest.fixture
def marked(small_recording: Path, tmp_path: Path) -> Path:
    """A recording of a run in which someone marked second 12, without the records that the hub had stored of it."""
    return with_input(small_recording, tmp_path, BRIDGE)


async def test_a_mark_is_recorded_with_its_position_and_a_jump_goes_there(marked: Path, tmp_path: Path) -> None:
    outcome = await a_run(marked, tmp_path).play()
    (mark,) = outcome.marks
    assert (mark.by, mark.text) == ("coach", "bridge")
    assert mark.running_s is not None
    assert 0.0 < mark.running_s < outcome.running_s
    recorded = [
        msgspec.json.decode(data) for kind, _, data in RecordingReader(outcome.files[0]).records() if kind == "mark"
    ]
    assert [(each["t_s"], each["by"], each["text"], each["running_s"]) for each in recorded] == [
        (pytest.approx(12.0, abs=0.1), "coach", "bridge", mark.running_s)
    ]
    player = Player(RecordingReader(outcome.files[0]))
    for _, look in player.source.tasks(Stop()):
        await look
    assert "mark" in {each.kind for each in player.source.status().marks}
    player.source.steer(CommandMessage(action="pause"))
    while (found := player.source.status().found) is None or found.kind != "mark":
        player.source.steer(CommandMessage(action="jump"))
    assert found.t_s == pytest.approx(12.0, abs=0.1)
    assert found.text == "marked by a coach: bridge"


async def test_however_a_replay_seeks_a_mark_is_counted_once_and_published_where_played(marked: Path) -> None:
    player = Player(RecordingReader(marked))
    await player.play({14.0: 10.0, 11.0: 20.0, 21.0: 6.0})
    assert [mark.text for mark in player.telemetry.marks] == ["bridge"]
    told = [post.message for post in player.posts if isinstance(post.message, MarkMessage)]
    assert len(told) == 2, "at first and after the last way back; once it was passed over"
    assert {each.seq for each in told} == {1, 2}


async def test_after_seeking_to_before_a_mark_there_is_none_yet(marked: Path) -> None:
    player = Player(RecordingReader(marked))
    seen: list[int] = []

    async def look(_t_ns: int) -> None:
        seen.append(len(player.telemetry.marks))

    await player.follow([(14.0, look), (15.0, player.seek(8.0)), (9.0, look)])
    assert seen == [1, 0]


def test_a_mark_is_a_line_of_a_fast_replay_and_in_its_summary(marked: Path, tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    outcome = replay_fast(
        RecordingReader(marked), Engine(load_catalog(), RunSettings().pipeline(signals=False)), str(lines)
    )
    told = [line for line in lines.read_bytes().splitlines() if b'"type":"mark"' in line]
    (line,) = (msgspec.json.decode(each, type=MarkLine) for each in told)
    (mark,) = outcome.marks
    assert (line.by, line.text, line.running_s) == (mark.by, mark.text, mark.running_s)
    assert line.t_s == pytest.approx(mark.t_ns / NS_PER_S, abs=1e-6)
    assert mark == Mark(mark.t_ns, "coach", "bridge", mark.running_s)


async def test_watchers_see_a_mark_at_once(small_recording: Path, tmp_path: Path) -> None:
    player = Player(RecordingReader(with_input(small_recording, tmp_path, PLAIN)))
    await player.play({})
    (mark,) = (post for post in player.posts if isinstance(post.message, MarkMessage))
    assert mark.topic == "stridecue/ann/mark"
    assert isinstance(mark.message, MarkMessage)
    assert (mark.message.by, mark.message.text, mark.message.late) == ("runner", None, False)
    at = player.posts.index(mark)
    elapsed = [post.message.elapsed_s for post in player.posts[:at] if isinstance(post.message, SessionMessage)]
    assert mark.message.running_s is not None
    assert mark.message.running_s >= elapsed[-1]
