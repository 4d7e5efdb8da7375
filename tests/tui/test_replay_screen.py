"""A replay on the screen: its position, its marks, and what is shown after a seek."""

from __future__ import annotations

from typing import Unpack

import msgspec
import pytest

from dsp.records import Severity
from hub.client import LinkChange
from hub.flow.session import SessionState
from hub.messages.session_status import MarkKind, ReplayFound, ReplayMark, ReplayStatus
from hub.messages.wire import ReplyMessage
from tests.tui import scenes
from tests.tui.dashboard import LARGE, SMALL, Dashboard, dashboard
from tests.tui.scene_fields import ReplayFields
from tui.state.replay_marks import arranged
from tui.widgets.cue_log import CueLog
from tui.widgets.replay_line import SCANNING, ReplayLine


async def show(board: Dashboard, **status: Unpack[ReplayFields]) -> list[str]:
    """Return the two lines of the replay after it has published its position."""
    board.feed.say(scenes.session(source="replay", replay=scenes.replay(**status)))
    await board.look()
    await board.look()
    return str(board.app.screen.query_one(ReplayLine).content).splitlines()


async def test_the_line_says_where_it_is_how_fast_and_what_is_where() -> None:
    async with dashboard(SMALL) as board:
        await board.play(scenes.running)
        assert not board.app.screen.query(ReplayLine)
        marks = [ReplayMark(600.0, "cue"), ReplayMark(600.0, "threshold"), ReplayMark(1190.0, "pain")]
        line, words = await show(board, marks=marks, position_s=300.0)
        assert line.startswith("▶ 5:00 ━━")
        assert line.endswith(" 20:00")
        bar = line.split()[2]
        assert [bar.index(sign) / len(bar) for sign in "●▲"] == pytest.approx([0.25, 0.5], abs=0.02)
        assert bar.index("◆") == bar.index("▲") + 1  # in one place: side by side
        assert bar.endswith("✚")
        assert words.startswith("playing · 1 x speed · recording time  ")
        assert words.endswith("◆ cue  ▲ threshold  ★ mark  ✚ pain")
        assert board.app.screen.query_one(ReplayLine).region.bottom == SMALL[1] - 1  # above the footer


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ({"state": "paused", "speed": 0.25}, "paused · 0.25 x speed"),
        ({"state": "seeking", "target_s": 900.0}, "skipping · 1 x speed"),
        ({"state": "ended", "speed": 8.0}, "the end · 8 x speed"),
    ],
)
async def test_state_and_speed_are_words_in_the_line_and_no_toast_covers_it(status: ReplayFields, words: str) -> None:
    async with dashboard(SMALL) as board:
        assert (await show(board, **status))[1].startswith(f"{words} · recording time  ")
        await board.press("plus")
        assert not board.notices.raised


async def test_while_the_recording_is_looked_through_it_says_so() -> None:
    async with dashboard(SMALL) as board:
        assert (await show(board, duration_s=None))[1].endswith(SCANNING)


async def test_in_a_narrow_room_the_legend_goes_first_and_then_whose_time_it_is() -> None:
    for width, words in ((40, "playing · 1 x speed · recording time"), (30, "playing · 1 x speed")):
        async with dashboard((width, 24)) as board:
            assert (await show(board))[1] == words


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([(5.0, "cue"), (5.1, "pain"), (5.2, "threshold")], {5: "pain", 6: "threshold", 4: "cue"}),
        ([(9.9, "cue"), (9.9, "threshold")], {9: "threshold", 8: "cue"}),
        ([(5.0, "cue"), (5.0, "threshold"), (6.0, "cue")], {5: "threshold", 6: "cue", 4: "cue"}),
        ([(4.0, "cue"), (5.0, "cue"), (5.0, "pain"), (6.0, "pain")], {4: "cue", 5: "pain", 6: "pain"}),  # no room
        ([(3.0, "cue")] * 3, {3: "cue"}),
    ],
)
def test_the_most_important_stands_in_its_place_and_another_beside_it_where_there_is_room(
    marks: list[tuple[float, MarkKind]], expected: dict[int, MarkKind]
) -> None:
    assert arranged([ReplayMark(*each) for each in marks], 10.0, 10) == expected


async def test_elsewhere_nothing_is_left_of_where_it_was_and_what_stands_there_is_shown() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        board.feed.say(scenes.session(source="replay", replay=scenes.replay(position_s=800.0)), scenes.cue())
        board.feed.say(scenes.threshold(), scenes.attitude(790.0))
        await board.look()
        now = board.app.board
        assert now.cues == 1
        await show(board, state="seeking", position_s=60.0, target_s=90.0, seeks=1)
        assert board.said.startswith("SKIPPING: Skipping to 1:30 of the recording …")
        assert (now.cues, now.cue, now.thresholds, now.held, now.drops.newest_s) == (0, None, {}, {}, None)
        for t_s in (30.0, 78.0):
            board.feed.say(msgspec.structs.replace(scenes.cue(t_s=t_s), late=True))
        await show(board, state="paused", position_s=90.0, seeks=1)
        assert [at_s for at_s, _ in now.cue_history] == [30.0, 78.0]
        for _ in range(2):
            assert (said := board.banner.announcement) is not None
            assert (said.word, said.when) == ("ADVICE", "12 s ago")
            board.clock.now_s += 300.0  # it is paused: time stands still
            await board.look()
        await show(board, position_s=99.0, seeks=1)
        assert board.said.startswith("QUIET")
        assert (said := board.banner.announcement) is not None
        assert said.when == "cue 21 s ago"
        await show(board, position_s=99.0, seeks=1, speed=4.0)
        assert board.said.startswith("QUIET")  # what is over stays over


FOUND = ReplayFound(t_s=100.0, kind="threshold", text="hip drop vs usual, on left leg: being watched")


async def test_what_a_jump_went_to_is_counted_down_to_and_shown_where_it_was_told() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        await show(board, position_s=95.0, found=FOUND)
        assert board.said.startswith("THRESHOLD IN 5 S: Hip drop vs usual, on left leg: being watched.")
        await show(board, position_s=98.2, found=FOUND)
        assert board.said.startswith("THRESHOLD IN 2 S:")
        await show(board, state="paused", position_s=100.0, found=FOUND)
        assert board.said.startswith("THRESHOLD: Hip drop")
        await show(board, position_s=106.0, found=FOUND)
        assert not board.said.startswith("THRESHOLD")


@pytest.mark.parametrize("kind", ["cue", "threshold", "pain"])
async def test_a_cue_that_was_told_with_it_speaks_for_itself(kind: MarkKind) -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        found = ReplayFound(t_s=100.0, kind=kind, text="Belt level.")
        held: ReplayStatus = scenes.replay(state="paused", position_s=100.0, found=found)
        board.feed.say(scenes.session(source="replay", replay=held))
        board.feed.say(msgspec.structs.replace(scenes.cue(t_s=99.4, severity=Severity.WARNING), late=True))
        await board.look()
        assert board.said.startswith("WARNING")


async def test_a_cue_that_is_not_told_any_more_is_shown_as_it_was() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        await show(
            board, state="paused", position_s=100.0, found=ReplayFound(t_s=100.0, kind="cue", text="Belt level.")
        )
        assert board.said == "CUE: Belt level. "


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
async def test_the_two_times_of_a_replay_are_told_apart(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.with_cue)
        assert "▶ running 12:34" in board.status
        board.feed.say(scenes.session("paused", source="replay", elapsed_s=540.0, replay=scenes.replay()))
        await board.look()
        assert "‖ running time 9:00" in board.status, "what is paused is the runner, not the replay"
        assert board.app.screen.query_one(CueLog).border_title == "Cues so far, recording time"
        board.feed.say(scenes.session("ended", source="replay", elapsed_s=540.0, replay=scenes.replay(state="ended")))
        await board.look()
        assert board.said.startswith("THE END: 9:00 of running time, 2140 steps")


NOT_YET = "NOT RUNNING YET: No running in the recording up to here."


@pytest.mark.parametrize(
    ("state", "worn", "said"),
    [
        ("waiting", 0, "NO SENSORS: The recording has no sensor up to here. "),
        (
            "waiting",
            3,
            f"{NOT_YET} Peak drop is measured only after three seconds of standing still.",
        ),
        (
            "waiting",
            2,
            f"{NOT_YET} It has no hip sensor: hip drop is not measured.",
        ),
        (
            "waiting",
            1,
            f"{NOT_YET} It has no motion sensor: steps, contact time and hip drop are not measured.",
        ),
        ("paused", 3, "NOT RUNNING: No running here. Running time does not advance here."),
    ],
)
async def test_who_watches_a_replay_is_told_what_is_there_and_not_what_to_do(
    state: SessionState, worn: int, said: str
) -> None:
    async with dashboard() as board:
        sensors = [scenes.sensor(name) for name in ("strap", "left-foot", "sacrum")[:worn]]
        board.feed.say(LinkChange(up=True), scenes.status(), *sensors)
        await board.look()
        board.feed.say(scenes.session(state, source="replay", replay=scenes.replay()))
        await board.look()
        await board.look()
        assert board.said == said
        if not worn:
            assert board.sensors == ["None in the recording up to here."]
        assert board.gauge.reason == "Starts when the running starts."


async def test_what_was_told_and_lost_then_asks_nothing_now() -> None:
    told = scenes.stop_told(scenes.cue(Severity.STOP, "Stop for today."))
    async with dashboard() as board:
        await board.play(scenes.running)
        board.feed.say(scenes.session("paused", source="replay", replay=scenes.replay(), stop=told))
        await board.look()
        assert board.said == f"STOPPED: Told to walk or stop, and not running here. the cue was: {told.text}"
        board.feed.say(scenes.session(source="replay", replay=scenes.replay()), scenes.sensor("sacrum", "lost"))
        await board.look()
        assert board.said == "SENSOR LOST: No data from the hip sensor. The recording has no data from it here."


async def test_where_there_is_nothing_to_jump_to_it_says_so() -> None:
    refused = ReplyMessage(t=scenes.UTC, seq=1, to="command", id=None, ok=False, text="no later cue, threshold or pain")
    async with dashboard() as board:
        board.feed.say(refused)
        await board.look()
        assert not board.notices.raised  # a live run: it is somebody else's
        await show(board)
        board.feed.say(refused, msgspec.structs.replace(refused, ok=True))
        await board.look()
        assert board.notices.texts == ["No later cue, threshold or pain."]
