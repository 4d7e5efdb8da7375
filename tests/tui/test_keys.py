"""Every key does what the footer states, also while data arrive."""

from __future__ import annotations

import pytest
from textual.widgets import Footer, Static
from textual.widgets._footer import FooterKey

from dsp.guidance import TAKEN_BACK_NS
from dsp.records import Severity, Side
from dsp.runner.triage import SITES, PainRule
from dsp.texts import ACT_EASY, ACT_STOP, ACT_WALK
from hub.messages.incoming import CommandMessage, PainMessage
from hub.messages.wire import ReplyMessage
from tests.tui import scenes
from tests.tui.dashboard import SMALL, dashboard
from tui.app import ANSWER_TIMEOUT_S, TAKE_BACK
from tui.screens.help import HelpScreen
from tui.screens.pain import PainScreen
from tui.screens.runner import RunnerScreen
from tui.widgets.metric_tile import MetricTile

pytestmark = pytest.mark.real_time


async def test_pain_needs_only_a_digit_and_enter() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        await board.press("p")
        assert isinstance(board.app.screen, PainScreen)
        await board.press("4", "enter")
        assert board.feed.meant == [PainMessage(level=4)]
        assert isinstance(board.app.screen, RunnerScreen)
        assert not board.notices.raised
        await board.hear(board.feed.answers("the pain report is noted"))
        assert board.notices.texts == [f"Pain 4 of 10 (moderate): noted. {TAKE_BACK}"]
        board.clock.now_s += ANSWER_TIMEOUT_S
        await board.look()
        assert len(board.notices.raised) == 1


@pytest.mark.parametrize(
    ("size", "keys", "told"),
    [
        (SMALL, "0", "Pain 0 of 10 (none): noted."),  # this withdraws a report, so there is nothing to undo
        ((60, 15), "4", "Pain 4 of 10 (moderate): noted."),
        (SMALL, "n4", "Pain 4 of 10 (moderate): noted."),  # numbness is for a clinician: it cannot be withdrawn
        (SMALL, "e4", "Pain 4 of 10 (moderate), buttock: noted."),
    ],
)
async def test_how_a_report_is_taken_back_is_said_where_it_helps(size: tuple[int, int], keys: str, told: str) -> None:
    assert TAKEN_BACK_NS == 2 * 60 * 1_000_000_000, "as in TAKE_BACK"
    async with dashboard(size) as board:
        await board.play(scenes.running)
        await board.press("p", *keys, "enter")
        await board.hear(board.feed.answers("the pain report is noted"))
        assert board.notices.texts == [told]


async def test_pain_that_no_hub_answers_is_not_noted_until_one_does() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        await board.press("p", "7", "enter")
        board.clock.now_s += ANSWER_TIMEOUT_S
        await board.look()
        (note,) = board.notices.raised
        assert note.message == "Pain 7 of 10 (severe): NOT noted, the hub has not answered. Press p to try again."
        assert note.severity == "error"
        await board.hear(board.feed.answers("the pain report is noted"))
        assert board.notices.texts[1:] == [f"Pain 7 of 10 (severe): noted. {TAKE_BACK}"]


async def test_pain_that_the_hub_refuses_is_not_noted() -> None:
    async with dashboard() as board:
        await board.press("p", "7", "enter")
        await board.hear(board.feed.answers("pain [/b] is not for [red]replays", ok=False))
        (note,) = board.notices.raised
        assert note.message == "Pain 7 of 10 (severe): NOT noted. Pain [/b] is not for [red]replays."
        assert note.severity == "error"


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("k", "This moment: NOT marked, the hub has not answered. Press k to try again."),
        ("minus", "Fewer cues: NOT done, the hub has not answered. Press - or + to try again."),
    ],
)
async def test_what_no_hub_answers_is_said(key: str, said: str) -> None:
    async with dashboard() as board:
        await board.press(key)
        board.clock.now_s += ANSWER_TIMEOUT_S
        await board.look()
        assert board.notices.texts == [said]


async def test_pain_with_site_and_side() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        await board.press("p", "1", "0", "down", "r", "enter")
        assert board.feed.meant == [PainMessage(level=10, site="outer knee", side=Side.RIGHT)]


async def test_arrows_change_the_level_and_stop_at_the_ends() -> None:
    async with dashboard() as board:
        await board.press("p", "right", "right", "left", "left", "left", "right", "enter")
        await board.press("p", "9", "right", "right", "up", "l", "l", "enter")
        assert board.feed.meant == [PainMessage(level=1), PainMessage(level=10, site="other")]


async def test_pain_without_a_level_is_not_sent_and_escape_goes_back() -> None:
    async with dashboard() as board:
        await board.press("p", "enter")
        assert isinstance(board.app.screen, PainScreen)
        await board.press("escape")
        assert isinstance(board.app.screen, RunnerScreen)
        assert board.feed.sent == []


async def test_all_places_that_hurt_are_seen_and_one_letter_chooses_one() -> None:
    async with dashboard(SMALL) as board:
        await board.play(scenes.running)
        await board.press("p")
        for letter, site in zip("abcdefgh", SITES, strict=True):
            assert f"{letter} {site}" in board.text
        await board.press("4", "b", "l", "enter")
        await board.press("p", "2", "c", "c", "enter")
        assert board.feed.meant == [PainMessage(level=4, site=SITES[1], side=Side.LEFT), PainMessage(level=2)]


async def test_pain_that_nobody_took_is_said_aloud() -> None:
    async with dashboard() as board:
        board.feed.down = True
        await board.press("p", "3", "enter")
        (note,) = board.notices.raised
        assert "NOT noted" in note.message
        assert note.severity == "error"


async def test_mute_hides_cues_but_never_a_stop() -> None:
    async with dashboard() as board:
        await board.play(scenes.with_cue)
        assert board.said.startswith("ADVICE: Your belt tips")
        await board.press("m")
        assert board.said.startswith("MUTED")
        assert "muted" in board.status
        board.feed.say(scenes.cue(Severity.STOP, "Stop and walk."))
        await board.look()
        assert board.said.startswith("STOP: Stop and walk.")
        await board.press("m")
        assert "muted" not in board.status


async def test_mute_is_told_to_the_hub_so_that_ears_have_quiet_too() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        await board.press("m", "m")
        assert board.feed.sent == [CommandMessage(action="mute"), CommandMessage(action="unmute")]


async def test_fewer_and_more_cues_are_asked_of_the_hub_and_told() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        await board.press("minus", "plus", "equals_sign")
        less, more = CommandMessage(action="less"), CommandMessage(action="more")
        assert board.feed.meant == [less, more, more]
        asked = board.feed.sent[2]
        said = "already as many cues as there are (3 of 3)"
        for order_id in ("somebody-else", asked.id):
            reply = ReplyMessage(t=scenes.UTC, seq=1, to="command", id=order_id, ok=True, text=said)
            await board.hear(reply)
        assert board.notices.titled == [("Cues", "Already as many cues as there are (3 of 3).")]
        board.feed.down = True
        await board.press("minus")
        assert board.notices.raised[-1].severity == "error"


async def test_what_was_asked_and_not_done_is_not_shown() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        await board.press("m")
        muted = [board.app.muted]
        board.clock.now_s += ANSWER_TIMEOUT_S
        muted.append(board.app.muted)
        await board.press("m")
        await board.hear(scenes.session(muted_by="runner"))
        await board.hear(scenes.session())  # a coach took it back at once
        assert [*muted, board.app.muted] == [True, False, False]


async def test_a_replay_is_steered_and_a_live_run_is_not() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        await board.press("space", "right", "n")
        assert board.feed.sent == []
        board.feed.say(scenes.session(source="replay"))
        await board.look()
        await board.press("space", "space", "plus", "plus", "minus", "right", "n", "N", "home")
        assert board.feed.sent == [
            CommandMessage(action="pause"),
            CommandMessage(action="resume"),
            CommandMessage(action="speed", factor=2.0),
            CommandMessage(action="speed", factor=4.0),
            CommandMessage(action="speed", factor=2.0),
            CommandMessage(action="skip", seconds=10.0),
            CommandMessage(action="jump"),
            CommandMessage(action="jump_back"),
            CommandMessage(action="seek", seconds=0.0),
        ]


async def test_faster_goes_on_from_the_speed_that_it_has() -> None:
    async with dashboard() as board:
        board.feed.say(scenes.session(source="replay", replay=scenes.replay(speed=4.0)))
        await board.look()
        await board.press("plus")
        assert board.feed.sent == [CommandMessage(action="speed", factor=8.0)]


async def test_keys_change_what_the_hub_says_whoever_ordered_it() -> None:
    async with dashboard() as board:
        for status in (scenes.replay(speed=8.0, state="paused"), scenes.replay(speed=8.0, state="seeking")):
            board.feed.say(scenes.session(source="replay", replay=status))  # a coach paused it, and sped it up
            await board.look()
        await board.press("space", "minus")
        board.feed.say(scenes.session(source="replay", replay=scenes.replay(speed=2.0)))
        await board.look()
        await board.press("space", "minus")
        assert board.feed.sent == [
            CommandMessage(action="resume"),
            CommandMessage(action="speed", factor=4.0),
            CommandMessage(action="pause"),
            CommandMessage(action="speed", factor=1.0),
        ]


async def test_an_order_that_nobody_took_is_asked_for_again() -> None:
    async with dashboard() as board:
        board.feed.say(scenes.session(source="replay", replay=scenes.replay(speed=1.0)))
        await board.look()
        board.feed.down = True
        await board.press("space", "plus", "m")
        board.feed.down = False
        await board.look()
        assert "muted" not in board.status
        await board.press("space", "plus", "m")
        assert board.feed.sent == [
            CommandMessage(action="pause"),
            CommandMessage(action="speed", factor=2.0),
            CommandMessage(action="mute"),
        ]


async def test_a_key_that_is_held_down_asks_for_the_sum_of_its_steps() -> None:
    async with dashboard() as board:
        board.feed.say(scenes.session(source="replay"))
        await board.look()
        for _ in range(7):
            board.app.action_skip(-10.0)
        board.app.send_skip()  # what its timer would do
        await board.look()
        assert board.feed.sent == [CommandMessage(action="skip", seconds=seconds) for seconds in (-10.0, -60.0)]


async def test_help_explains_every_number() -> None:
    async with dashboard() as board:
        await board.press("question_mark")
        assert isinstance(board.app.screen, HelpScreen)
        words = " ".join(str(each.content) for each in board.app.screen.query(Static))
        assert "Not a medical device" in words
        for tile in board.app.screen_stack[1].query(MetricTile):
            assert f"{tile.reading.title.partition(' on ')[0]}:" in words
        for also in (
            "Target:",
            "Pain-free to:",
            "Today's cap:",
            "Threshold:",
            "Sensors:",
            "♪",
            "On left leg, on right leg:",
        ):
            assert also in words


async def test_quit_ends_with_success() -> None:
    async with dashboard() as board:
        await board.pilot.press("q")
        await board.pilot.pause()
        assert not board.app.is_running
        assert board.app.return_code == 0


async def test_the_footer_shows_at_most_eight_keys_and_they_fit() -> None:
    async with dashboard(SMALL) as board:
        shown = [each for each in board.app.screen.active_bindings.values() if each.binding.show]
        assert {each.binding.key for each in shown} == {"p", "m", "minus", "k", "d", "w", "question_mark", "q"}
        footer = board.app.screen.query_one(Footer)
        assert footer.virtual_size.width <= SMALL[0]


async def test_keys_are_answered_while_messages_flood_in() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        for number in range(2000):
            board.feed.say(scenes.attitude(800.0 + number / 10, seconds=0.1), scenes.metrics(cadence_spm=number / 10))
        await board.press("p", "2", "enter")
        assert board.feed.meant == [PainMessage(level=2)]
        await board.look()
        assert board.tile("cadence_spm").value == "200"  # the newest, however many came


@pytest.mark.parametrize(("rule", "act"), [(PainRule.TREK, ACT_WALK), (PainRule.GUIDE, ACT_EASY)])
async def test_what_to_do_is_said_before_it_is_sent_by_the_rule_of_the_run(rule: PainRule, act: str) -> None:
    async with dashboard() as board:
        await board.hear(scenes.session(pain_rule=rule))
        await board.press("p", "3")
        assert act in board.text
        await board.press("n")
        said = " ".join(str(board.app.screen.query_one("#pain-act").render()).split())
        assert said == ACT_STOP
        assert "bowel control." in board.text  # all of it


async def test_the_keys_of_a_replay_fit_and_pain_is_not_among_them() -> None:
    async with dashboard(SMALL) as board:
        board.feed.say(scenes.session(source="replay"))
        await board.look()
        await board.look()
        keys = {each.action: each.region for each in board.app.screen.query(FooterKey)}
        assert "pain" not in keys
        assert {"hold", "faster(2)", "skip(-10.0)", "jump('jump')", "quit"} <= set(keys)
        assert all(region.right <= board.app.size.width for region in keys.values())
