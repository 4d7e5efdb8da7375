"""A cue stays on screen until it is obeyed or could be read: a stop, a cue behind a dialog, a cue of a replay."""

from __future__ import annotations

import msgspec
import pytest

from dsp import texts
from dsp.cues import pain_noted
from dsp.records import Severity, Side, ThresholdState
from hub.client import LinkChange
from hub.flow.session import SessionState
from hub.messages.lines import PainLine
from hub.messages.wire import CueMessage
from tests.tui import coach_scenes, scenes
from tests.tui.coach import a_coach
from tests.tui.dashboard import SMALL, Dashboard, dashboard
from tests.tui.scene_fields import ReplayState
from tests.tui.scenes import Clock, ScriptedFeed
from tui.state.board import FORGET_S
from tui.state.recent_cues import CUE_SHOWN_S
from tui.state.roster import Need

WALK = (Severity.WARNING, f"{texts.ACT_WALK} Noted: 5 of 10.")
RED_FLAG = (Severity.STOP, texts.ACT_STOP)


def answer(
    severity: Severity, text: str, t_s: float = 752.0, *, level: int = 5, takes_back_s: float | None = None
) -> CueMessage:
    line = PainLine(t_s=t_s, level=level, site=None, side=Side.LEFT, note=None, takes_back_s=takes_back_s)
    cue = scenes.cue(severity, text, t_s=t_s)
    return msgspec.structs.replace(cue, rule=pain_noted.RULE, because=(line,))


async def ordered(board: Dashboard, *answers: CueMessage) -> None:
    """Publish the answers, and with the next session the newest one in force."""
    await board.hear(*answers, scenes.session(stop=scenes.stop_told(answers[-1]) if answers else None))


def coach_says(words: str, t_s: float = 800.0) -> CueMessage:
    return msgspec.structs.replace(scenes.cue(Severity.INFO, words, t_s=t_s), rule="nudge", because=())


async def later(board: Dashboard, seconds: float) -> None:
    """Continue the run for `seconds`."""
    for _ in range(round(seconds)):
        board.clock.now_s += 1.0
        await board.look()
    run_s = 754.0 + board.clock.now_s - Clock().now_s
    await board.hear(scenes.metrics(t_s=run_s), *(scenes.sensor(each) for each in scenes.SENSORS))


@pytest.mark.parametrize("told", [WALK, RED_FLAG], ids=["walk", "red flag"])
async def test_a_stop_stands_while_it_is_run_on_and_other_cues_come_below_it(told: tuple[Severity, str]) -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        await ordered(board, answer(*told))
        await later(board, 300.0)
        assert board.banner.announcement is not None
        assert (board.banner.announcement.text, board.banner.announcement.when) == (told[1], "5 min ago")
        assert board.banner.has_class(f"-{told[0]}")
        await board.hear(coach_says("Your coach asks: does anything hurt?"))
        assert board.said.startswith(f"{told[0].upper()}: {told[1]}")
        assert "● Your coach asks: does anything hurt?" in board.text
        await later(board, CUE_SHOWN_S + 1.0)
        assert "coach asks" not in board.text
        assert board.said.startswith(f"{told[0].upper()}: {told[1]}")
        await board.press("m")
        assert board.banner.has_class(f"-{told[0]}")


@pytest.mark.parametrize(("state", "said"), [("paused", "STOPPED: Good."), ("ended", "FINISHED")])
async def test_who_walks_stands_or_ends_has_obeyed_and_who_runs_on_is_told_again(
    state: SessionState, said: str
) -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        walk = answer(*WALK)
        await ordered(board, walk)
        await later(board, CUE_SHOWN_S + 1.0)
        await board.hear(scenes.session(state, stop=scenes.stop_told(walk)))
        assert board.said.startswith(said)
        assert "Run on" not in board.text
        await board.hear(scenes.session(stop=scenes.stop_told(walk)))
        assert board.said.startswith("WARNING: Walk now")


async def test_a_stop_that_was_taken_back_stands_no_more() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        walk = answer(*WALK, t_s=700.0)
        await ordered(board, walk, answer(*RED_FLAG, t_s=752.0))
        assert board.said.startswith("STOP: Stop for today")
        await board.hear(answer(Severity.INFO, texts.NOT_TAKEN_BACK, t_s=900.0, level=0))
        assert board.said.startswith("STOP: Stop for today")
        await board.hear(scenes.session(stop=scenes.stop_told(walk)))
        assert board.said.startswith("WARNING: Walk now")
        await board.hear(answer(Severity.INFO, texts.TAKEN_BACK, t_s=911.0, level=0, takes_back_s=700.0))
        await ordered(board)
        assert board.said.startswith(f"INFO: {texts.TAKEN_BACK}")


async def test_a_dashboard_that_was_started_again_in_mid_run_knows_the_stop() -> None:
    async with dashboard() as board:
        stop = scenes.stop_told(answer(*WALK, t_s=454.0))
        await board.hear(LinkChange(up=True), scenes.status(), scenes.session(stop=stop), scenes.metrics())
        assert board.banner.announcement is not None
        assert (board.banner.announcement.word, board.banner.announcement.text) == ("WARNING", texts.ACT_WALK)
        assert board.banner.announcement.when == "5 min ago"
        assert "target" not in board.text
        await board.hear(coach_says("Quick feet"))
        assert board.said.startswith("WARNING: Walk now")
        assert "● Quick feet" in board.text


async def test_a_coach_who_opens_late_knows_a_stop_that_does_not_tell_of_pain() -> None:
    async with a_coach() as coach:
        told = scenes.stop_told(msgspec.structs.replace(answer(*RED_FLAG), rule="another"))
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"), *coach_scenes.runner("ben"))
        for name, rule in (("ann", pain_noted.RULE), ("ben", "another")):
            stop = msgspec.structs.replace(told, rule=rule)
            await coach.hear(coach_scenes.of(name, scenes.session(runner=name, stop=stop)))
        assert coach.app.roster["ann"].board.stop is None
        needs = {each.runner: each.need(coach.clock.now_s) for each in coach.app.roster.in_order(coach.clock.now_s)}
        assert (needs["ben"], needs["ann"]) == (Need.REACHED, Need.RUNNING)


async def test_after_a_stop_there_is_no_target_and_otherwise_quiet_says_to_approach_it() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        assert "↑ target 176" in board.text
        assert board.said.startswith("QUIET: No cue now. Quiet is good; approach the target gradually.")
        await board.hear(scenes.metrics(cadence_spm=176.0))
        assert board.said.startswith("QUIET: Nothing to change.")
        await board.hear(scenes.metrics())
        await ordered(board, answer(*WALK))
        assert "target" not in board.text


@pytest.mark.parametrize("key", ["p", "question_mark", "w"])
async def test_a_cue_that_came_behind_a_dialog_stands_afterwards_for_its_time(key: str) -> None:
    async with dashboard(SMALL) as board:
        await board.play(scenes.running)
        await board.press(key)
        await board.hear(coach_says("Quick feet"))
        await later(board, 60.0)
        await board.press("escape")
        assert board.said.startswith("INFO: Quick feet")
        assert board.banner.announcement is not None
        assert board.banner.announcement.when == "60 s ago"
        await later(board, CUE_SHOWN_S - 1.0)
        assert board.said.startswith("INFO: Quick feet")
        await later(board, 2.0)
        assert board.said.startswith("QUIET")
        await board.press(key)
        await later(board, 5.0)
        await board.press("escape")
        assert board.said.startswith("QUIET")  # it was seen: it does not come back


async def test_a_cue_behind_the_dialog_of_pain_comes_after_the_answer() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        await board.press("p")
        await board.hear(coach_says("Quick feet"))
        await later(board, 5.0)
        await board.press("escape")
        await board.hear(answer(Severity.ADVICE, texts.ACT_EASY))
        assert board.said.startswith(f"ADVICE: {texts.ACT_EASY}")
        await later(board, CUE_SHOWN_S + 1.0)
        assert board.said.startswith("INFO: Quick feet")
        await later(board, CUE_SHOWN_S)
        assert board.said.startswith("QUIET")


def replayed(feed: ScriptedFeed, position_s: float, speed: float = 1.0, state: ReplayState = "playing") -> None:
    feed.say(scenes.session(source="replay", replay=scenes.replay(position_s=position_s, speed=speed, state=state)))


async def test_in_a_replay_a_cue_stands_as_long_as_it_takes_to_read_and_never_comes_back() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        replayed(board.feed, 800.0, 4.0)
        await board.hear(scenes.cue(t_s=800.0))
        replayed(board.feed, 860.0, 4.0)
        await board.look()
        assert board.said.startswith("ADVICE")  # 15 s to read it
        replayed(board.feed, 866.0, 1.0)
        await board.look()
        assert board.said.startswith("QUIET")
        for speed in (4.0, 32.0):
            replayed(board.feed, 866.0, speed)
            await board.look()
            assert board.said.startswith("QUIET")


async def test_in_a_replay_the_last_cue_is_the_latest_whatever_order_they_are_told_in() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        replayed(board.feed, 810.0, state="seeking")
        late = [coach_says("Quick feet", t_s=800.0), scenes.cue(t_s=788.0)]
        await board.hear(*(msgspec.structs.replace(each, late=True) for each in late))
        replayed(board.feed, 830.0)
        await board.look()
        assert board.said.endswith("Quick feet")
        assert (said := board.banner.announcement) is not None
        assert said.when == "cue 30 s ago"


async def test_a_paused_replay_says_so_where_nothing_can_be_drawn() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        replayed(board.feed, 3.0, state="paused")
        board.feed.say(scenes.attitude_unknown(3.0))
        board.app.board.drops = type(board.app.board.drops)(10.0)
        board.feed.say(scenes.attitude_unknown(3.0))
        board.clock.now_s += 30.0
        await board.look()
        assert {plot.empty for plot in board.plots.values()} == {"Paused"}


async def test_the_demo_says_what_it_is_and_asks_for_nothing() -> None:
    async with dashboard() as board:
        await board.hear(LinkChange(up=True), scenes.status(), scenes.waiting("demo"))
        assert board.said.startswith("DEMO: A virtual runner with five virtual sensors")
        assert "shak" not in board.text
        assert "Stand still" not in board.text
        for device in scenes.SENSORS:
            board.feed.say(scenes.sensor(device))
        await board.look()
        assert board.said.startswith("DEMO: ")
        await board.hear(scenes.session())
        assert not board.said.startswith("DEMO")


async def test_one_toast_at_a_time() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        for _ in range(3):
            await board.press("k")
        board.app.notify("[x", title="Cues")
        await board.look()
        assert [str(toast.render()) for toast in board.app.screen.query("Toast")] == ["Cues\n[x"]


async def test_the_number_beside_a_threshold_is_the_one_that_is_judged() -> None:
    async with dashboard() as board:
        await board.play(scenes.with_cue)
        shown = []
        for drop_deg in (7.1, 8.94, 4.92):
            mean = {**scenes.EXTRA, "drop_excursion_mean_right_deg": drop_deg}
            await board.hear(scenes.metrics(mean, drop_excursion_right_deg=9.9))
            shown.append(board.gauge.short)
            assert board.tile("drop_excursion_right_deg").value == "9.9"
        assert shown == [
            "slow mean 7.1° on right leg, limit 5.0°",
            "slow mean 8.9° on right leg, limit 5.0°",
            "mean 4.9° on right leg, eases below 4.8°",
        ]
        assert board.gauge.reason == "slow mean 4.9° on right leg, usual 4.0° (+0.9°) · limit 5.0°; eases below 4.8°"
        await board.hear(
            scenes.threshold(ThresholdState.NEAR), scenes.metrics(mean | {"drop_excursion_mean_right_deg": 5.4})
        )
        assert board.gauge.reason.endswith("(+1.4°) · limit 5.0°; reached if it stays so")
        assert board.gauge.short == "mean 5.4° on right leg, just over 5.0°"
        await board.hear(scenes.metrics({}, drop_excursion_right_deg=None))
        board.clock.now_s += FORGET_S
        await board.look()
        assert board.gauge.reason.startswith("At the change to near: on right leg slow mean 7.1°, usual 4.0° (+3.1°)")


async def test_after_the_dialog_the_top_line_says_that_the_page_is_still_on() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        assert "web on" not in board.status
        await board.press("w")
        await board.press("escape")
        assert "web on" in board.status
