"""The coach's screens: who needs attention is on top, old values are marked as old, orders reach the right runner."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from dsp.records import Side, ThresholdState
from dsp.texts import WATCHED
from hub.client import Item, LinkChange
from hub.flow.trend import FIELDS
from hub.messages.incoming import CommandMessage, Who
from hub.messages.lines import PainLine
from hub.messages.session_status import Question
from hub.messages.wire import ReplyMessage, ThresholdMessage
from tests.tui import coach_scenes, scenes
from tests.tui.coach import a_coach
from tui.coach import ANSWER_TIMEOUT_S
from tui.screens.roster import RosterScreen
from tui.screens.watched import WatchedScreen
from tui.state.roster import Need, Roster
from tui.widgets.cue_banner import CueBanner
from tui.widgets.cue_log import CueLog
from tui.widgets.sparkline import sparkline, tall_sparkline
from tui.widgets.status_line import StatusLine
from tui.widgets.threshold_gauge import ThresholdGauge
from tui.widgets.trend_panel import TrendPanel

BEFORE = "2025-03-01T07:29:48.000Z"
ANSWERED = "answered the pain question"
TOLD_OF_A_RUNNER: list[tuple[Question | None, Who | None, str]] = [
    (Question(asked=BEFORE), None, "asked about pain 12 s ago, no answer yet"),
    (Question(asked=BEFORE, answered=scenes.UTC), None, f"{ANSWERED} just now; the answer is private"),
    (Question(asked="2025-03-01T07:00:00Z", answered="2025-03-01T07:01:00Z"), None, "quiet"),
    (None, "coach", "muted by the coach"),
    (None, None, "quiet"),
]

pytestmark = pytest.mark.real_time


async def test_those_who_need_somebody_are_on_top_and_the_choice_stays() -> None:
    async with a_coach() as coach:
        await coach.hear(*coach_scenes.forty())
        names = [row[1] for row in coach.rows]
        assert len(names) == 40
        assert names[0] == "hana"
        assert set(names[1:3]) == {"tess", "xia"}
        assert names[3] == "kai"
        assert set(names[-2:]) == {"mo", "ema"}
        assert "3 need you" in coach.status
        await coach.press("down", "down", "down", "down", "down")
        chosen = coach.chosen
        await coach.hear(*coach_scenes.runner("zoe", 25, worst=ThresholdState.REACHED))
        assert coach.rows[1][1] == "zoe"
        assert coach.chosen == chosen


async def test_one_runner_and_back() -> None:
    async with a_coach((80, 24)) as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"), *coach_scenes.runner("ben", 1))
        await coach.press("down", "enter")
        screen = coach.app.screen
        assert isinstance(screen, WatchedScreen)
        assert screen.runner == "ben"
        shown = str(screen.query_one("#trend").render())
        assert "Drop, L leg" in shown
        assert "158 .. 165" in shown
        assert "▅" in shown
        await coach.press("escape")
        assert isinstance(coach.app.screen, RosterScreen)


async def test_orders_go_to_the_runner_that_is_meant_and_the_answer_is_shown() -> None:
    async with a_coach() as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"), *coach_scenes.runner("ben", 1))
        await coach.press("down", "m", "u", "a")
        await coach.press("n", *"quick", "space", *"steps", "enter")
        orders = [order for order in coach.feed.sent if isinstance(order, CommandMessage)]
        assert [order.action for order in orders] == ["mute", "unmute", "ask_pain", "nudge"]
        assert orders[-1].text == "quick steps"
        assert {order.by for order in orders} == {"coach"}
        assert coach.feed.runners == ["ben"] * 4
        answer = ReplyMessage(
            t=scenes.UTC, seq=1, to="command", id=orders[-1].id, ok=True, text="passed on to the runner"
        )
        other = ReplyMessage(t=scenes.UTC, seq=2, to="command", id="somebody else", ok=False, text="not for us")
        await coach.hear(coach_scenes.of("ben", answer), coach_scenes.of("ben", other))
        assert coach.notices.titled == [("ben", "passed on to the runner")]


async def test_an_order_that_nobody_took_is_said_aloud() -> None:
    async with a_coach() as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"))
        coach.feed.down = True
        await coach.press("m")
        (note,) = coach.notices.raised
        assert note.severity == "error"


async def test_an_order_that_no_hub_answers_is_said_aloud_once() -> None:
    async with a_coach() as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"))
        await coach.press("a")
        coach.clock.now_s += ANSWER_TIMEOUT_S
        await coach.look()
        await coach.look()
        (note,) = coach.notices.raised
        assert (note.title, note.severity) == ("ann", "warning")
        assert note.message == "Your question may not have arrived: their hub has not answered."
        await coach.hear(coach_scenes.of("ann", scenes.status("offline", instance="ann")))
        await coach.press("m")
        coach.clock.now_s += ANSWER_TIMEOUT_S
        await coach.look()
        assert coach.notices.texts[1:] == ["The mute may not have arrived: their hub is offline."]
        await coach.hear(coach_scenes.of("ann", coach.feed.answers("quiet from now on")))
        assert coach.notices.texts[2:] == ["quiet from now on"]


async def test_what_somebody_writes_on_the_broker_is_shown_as_it_is() -> None:
    words = "refused [/oops] [red]x [link=http://a]y"
    async with a_coach() as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"))
        await coach.press("m")
        await coach.hear(coach_scenes.of("ann", coach.feed.answers(words, ok=False)))
        assert words in " ".join(coach.text.split())


@pytest.mark.parametrize("far", [1e308, -1e308])
async def test_numbers_that_nobody_can_run_do_not_end_it(far: float) -> None:
    column: list[float | None] = [far, far, None, 5.0, -far]
    async with a_coach() as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"))
        await coach.hear(coach_scenes.of("ann", coach_scenes.trend_of(dict.fromkeys(FIELDS, column))))
        await coach.press("enter")
        shown = str(coach.app.screen.query_one("#trend").render())
        assert "5.0°" in shown
        assert len(shown) < 2000


@pytest.mark.parametrize(
    ("runner", "said"), [(None, "No runners on this broker"), ("bob", "Nothing from the runner 'bob' on this broker")]
)
async def test_only_one_runner_who_is_not_there_does_not_mean_that_nobody_is(runner: str | None, said: str) -> None:
    async with a_coach(runner=runner) as coach:
        await coach.hear(coach_scenes.up())
        assert str(coach.app.screen.query_one("#roster-empty").render()).startswith(said)


async def test_nobody_yet_and_a_lost_broker_are_said() -> None:
    async with a_coach() as coach:
        await coach.look()
        assert coach.app.screen.has_class("-empty")
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"))
        assert not coach.app.screen.has_class("-empty")
        await coach.hear(LinkChange(up=False, reason="gone away", retry_s=4.0))
        assert "gone away" in coach.status
        assert "retry in 4 s" in coach.status
        assert "1 runner, who needs you is unknown" in coach.status


async def test_a_spare_sensor_is_no_need_of_a_coach() -> None:
    async with a_coach() as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"))
        spare = replace(scenes.sensor("strap", "failed"), placement=None, device="chest-same-name--spare")
        await coach.hear(coach_scenes.of("ann", spare))
        assert coach.app.roster["ann"].need(coach.clock.now_s) is Need.RUNNING
        assert coach.rows[0][8] == "3/3"
        assert coach.detail == "ann: quiet"


async def test_a_hub_that_ended_with_its_run_is_not_called_gone() -> None:
    async with a_coach() as coach:
        ended = coach_scenes.runner("ann", state="ended")
        await coach.hear(coach_scenes.up(), *ended, *coach_scenes.runner("ben", 1))
        for name in ("ann", "ben"):
            await coach.hear(coach_scenes.of(name, scenes.status("offline", instance=name)))
        assert {row[1]: row[2].strip() for row in coach.rows} == {"ann": "ended", "ben": "gone"}
        assert "who needs you is unknown" not in coach.status
        assert "1 needs you" in coach.status


def heard(*items: Item, now_s: float = 0.0) -> Roster:
    roster = Roster()
    for item in items:
        roster.apply(item, now_s)
    return roster


def test_a_run_that_falls_silent_is_urgent_but_one_that_ended_is_not() -> None:
    roster = heard(*coach_scenes.runner("ann"), *coach_scenes.runner("ben", 1, "ended"))
    assert roster["ann"].need(4.0) is Need.RUNNING
    assert roster["ann"].need(6.0) is Need.SILENT
    assert roster["ann"].silent_s(6.0) == 6.0
    assert roster["ben"].need(600.0) is Need.NOTHING


def test_what_a_broker_kept_is_shown_but_does_not_count_as_heard() -> None:
    kept = [coach_scenes.of("ann", scenes.session(), retained=True), coach_scenes.of("ann", scenes.status())]
    roster = heard(*coach_scenes.runner("ann"))
    for item in kept[:1]:
        roster.apply(item, 100.0)
    assert roster["ann"].heard_s == 0.0


def test_a_sparkline_keeps_gaps_and_a_quiet_line_quiet() -> None:
    assert sparkline([0.0, None, 7.0], 3) == "▁ █"
    assert sparkline([5.0, 5.1, 5.0], 3, least_span=2.0) == "▄▅▄"
    assert sparkline([1.0, 3.0, 5.0, 7.0], 2) == "▁█"
    assert sparkline([None, None], 8) == "  "
    assert sparkline([], 8) == ""
    assert sparkline([1e308, 1.0, 2.0, -1e308], 4) == " ▁█ "
    assert tall_sparkline([0.0, None, 7.0, 15.0], 4, 2) == ["   █", "▁ ██"]


def test_a_coach_sees_nothing_that_tells_of_pain() -> None:
    pain = PainLine(t_s=9.0, level=6, site="buttock", side=Side.RIGHT, note=None)
    reported = ThresholdMessage(
        t=scenes.UTC, seq=1, t_s=9.0, detector="onset", state=ThresholdState.REPORTED, side=Side.RIGHT, because=(pain,)
    )
    noted = msgspec.structs.replace(scenes.cue(text="Noted: 6 of 10, right buttock"), because=(pain,))
    session = scenes.session(thresholds={"onset_right": ThresholdState.REACHED})
    roster = heard(*(coach_scenes.of("ann", each) for each in (session, reported, noted)))
    board = roster["ann"].board
    assert (board.cue, board.cues, board.thresholds) == (None, 0, {})
    assert board.session is not None
    assert board.session.thresholds == {"onset": ThresholdState.REACHED}


async def test_a_coach_sees_how_far_somebody_has_run_and_no_limit_of_theirs() -> None:
    async with a_coach() as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"))
        await coach.hear(coach_scenes.of("ann", scenes.metrics(scenes.PAIN_BEFORE)))
        await coach.press("enter")
        gauge = coach.app.screen.query_one(ThresholdGauge)
        assert (gauge.border_subtitle, gauge.more) == ("2.26 km", ())


async def test_a_question_and_a_mute_are_seen_to_have_arrived() -> None:
    async with a_coach() as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"))
        for question, muted_by, said in TOLD_OF_A_RUNNER:
            await coach.hear(coach_scenes.of("ann", scenes.session(question=question, muted_by=muted_by)))
            assert coach.detail == f"ann: {said}"


async def test_a_coach_is_told_who_has_answered_in_the_list_and_on_their_screen_whatever_else_presses() -> None:
    async with a_coach((80, 24)) as coach:
        worst = ThresholdState.REACHED
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann", worst=worst))
        now = {"drop_drift_left": worst}
        asked = scenes.session(question=Question(asked=BEFORE), thresholds=now)
        await coach.hear(coach_scenes.of("ann", asked), coach_scenes.of("ann", scenes.cue(text="Belt level.")))
        assert coach.detail == "ann: asked about pain 12 s ago, no answer yet · Belt level."
        await coach.press("enter")
        assert "Asked about pain 12 s ago, no answer yet." in coach.text
        assert not coach.notices.raised
        answered = scenes.session(question=Question(asked=BEFORE, answered=scenes.UTC), thresholds=now)
        await coach.hear(*[coach_scenes.of("ann", answered)] * 2)
        assert "Answered the pain question just now; the answer is private." in coach.text
        (note,) = coach.notices.raised
        assert (note.title, note.message) == ("ann", "Answered your question. The answer is private.")


async def test_a_click_on_a_row_opens_it() -> None:
    async with a_coach((80, 24)) as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"), *coach_scenes.runner("ben", 1))
        await coach.pilot.click("#roster-table", offset=(6, 3))
        await coach.look()
        assert isinstance(coach.app.screen, WatchedScreen)
        assert coach.app.screen.runner == "ben"
        await coach.press("escape", "enter")
        assert isinstance(coach.app.screen, WatchedScreen)


async def test_nothing_written_is_not_sent_and_that_is_said() -> None:
    async with a_coach() as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"))
        await coach.press("n")
        assert "e.g. quick, light steps" in coach.text
        await coach.press("space", "enter")
        assert not coach.feed.sent
        assert coach.notices.texts == ["The message was empty, so nothing was sent."]
        assert isinstance(coach.app.screen, RosterScreen)


async def test_what_somebody_is_told_stands_in_full_where_there_is_room() -> None:
    async with a_coach() as coach:
        words = "Your belt tips more than it usually does when you land on your left."
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"), *coach_scenes.runner("ben", 1))
        await coach.hear(coach_scenes.of("ann", scenes.cue(text=words)))
        assert " ".join(coach.rows[0][-1].split()) == words
        await coach.press("enter")
        assert words in " ".join(str(coach.app.screen.query_one(CueLog).content).split())
        assert "km/h" in str(coach.app.screen.query_one(TrendPanel).content)


async def test_in_the_first_minutes_nothing_is_called_clear() -> None:
    async with a_coach() as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"))
        words = []
        for elapsed_s in (30.0, 1200.0):
            await coach.hear(coach_scenes.of("ann", scenes.session(elapsed_s=elapsed_s)))
            words.append(coach.rows[0][7])
        assert words == ["warm-up", "clear"]


async def test_who_is_muted_and_why_they_need_somebody_stay_on_the_screen_after_a_word_from_the_coach() -> None:
    async with a_coach() as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"))
        told = (scenes.cue(text="Belt level."), replace(scenes.cue(text="Coach: well done"), rule="nudge"))
        await coach.hear(*(coach_scenes.of("ann", cue) for cue in told))
        await coach.hear(coach_scenes.of("ann", scenes.session(muted_by="coach")))
        assert coach.detail == "ann: muted by the coach · Belt level."
        await coach.press("enter")
        assert "muted" in str(coach.app.screen.query_one(StatusLine).content)


async def test_a_run_without_a_minute_says_so() -> None:
    columns: tuple[list[float | None], ...] = ([], [None])
    async with a_coach() as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"))
        await coach.press("enter")
        for column in columns:
            await coach.hear(coach_scenes.of("ann", coach_scenes.trend_of(dict.fromkeys(FIELDS, column))))
            assert str(coach.app.screen.query_one(TrendPanel).content) == "The first minute is not over yet."


async def test_words_for_one_in_need_a_bare_threshold_and_a_hub_that_is_gone() -> None:
    async with a_coach() as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann", worst=ThresholdState.NEAR))
        assert "1 running   1 needs you" in coach.status
        assert coach.rows[0][-1].startswith("hip drop vs usual")
        assert coach.detail == f"ann: {WATCHED['drop_drift']}, on left leg"
        onset = scenes.session(thresholds={"onset": ThresholdState.NEAR})
        await coach.hear(coach_scenes.of("ann", onset))
        assert coach.detail == "ann: a threshold is near; the reason stays with the runner"
        await coach.press("enter")
        banner = coach.app.screen.query_one(CueBanner).announcement
        assert banner is not None
        assert (banner.word, banner.text) == ("THRESHOLD", "A threshold is near.")
        await coach.press("escape")
        await coach.hear(coach_scenes.of("ann", scenes.status("offline", instance="ann")))
        assert "1 runner, 0 running" in coach.status
