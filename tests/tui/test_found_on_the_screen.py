"""What somebody who never saw it must find on the screen alone: keys, places that hurt, what a word means."""

from __future__ import annotations

import msgspec
import pytest

from dsp.runner.triage import SITES
from hub.messages.incoming import PainMessage
from hub.messages.wire import SessionMessage
from tests.tui import coach_scenes, scenes
from tests.tui.coach import a_coach
from tests.tui.dashboard import SMALL, dashboard, text_of
from tui.explanations import COACH_KEYS, REPLAY_KEYS, RUNNER_KEYS
from tui.state.words import reach_words
from tui.widgets.roster_row import NARROW_HEADINGS
from tui.widgets.sensor_table import SensorTable

pytestmark = pytest.mark.real_time


async def test_the_first_page_of_the_help_has_every_key_and_what_a_drop_is():
    async with dashboard(SMALL) as board:
        await board.play(scenes.running)
        footer = {each.key_display or each.key for each in type(board.app).BINDINGS if each.show}
        await board.press("question_mark")
        for key, does in RUNNER_KEYS:
            assert f"{key}  {does}" in board.text
        assert "Hip drop: how far your hip sinks" in board.text
        assert footer <= {key for keys in (RUNNER_KEYS, REPLAY_KEYS) for key, _ in keys} | {"+ -"}


async def test_a_replay_and_a_coach_have_their_own_keys_on_the_first_page():
    async with dashboard(SMALL) as board:
        await board.hear(scenes.session(source="replay"))
        await board.press("question_mark")
        assert all(f"{key}  {does}" in board.text for key, does in REPLAY_KEYS)
    async with a_coach(SMALL) as coach:
        await coach.press("question_mark")
        assert all(f"{key}  {does}" in coach.text for key, does in COACH_KEYS)


@pytest.mark.parametrize("size", [SMALL, (120, 40)])
async def test_the_help_says_sensors_in_the_words_of_the_screen(size: tuple[int, int]):
    async with dashboard(size) as board:
        await board.play(scenes.running)
        words = str(board.app.screen.query_one(SensorTable).border_subtitle).split(" · ")
        assert words == ["battery", "lost", "packets/s"]
        await board.press("question_mark")
        (about,) = [text for each in board.app.screen.query("Static") if "Sensors:" in (text := str(each.render()))]
        assert all(word in about for word in words)


async def test_all_places_that_hurt_are_seen_and_one_letter_chooses_one():
    async with dashboard(SMALL) as board:
        await board.play(scenes.running)
        await board.press("p")
        for letter, site in zip("abcdefgh", SITES, strict=True):
            assert f"{letter} {site}" in board.text
        await board.press("4", "b", "l", "enter")
        await board.press("p", "2", "c", "c", "enter")
        assert board.feed.sent == [PainMessage(level=4, site=SITES[1], side="left"), PainMessage(level=2)]


SESSION = scenes.session()


@pytest.mark.parametrize(
    ("session", "said"),
    [
        (SESSION, "hear it spoken"),
        (msgspec.structs.replace(SESSION, sound=scenes.sound(voice=None)), "a tone, no words"),
        (msgspec.structs.replace(SESSION, sound=scenes.sound(output=None)), "no sound"),
        (msgspec.structs.replace(SESSION, sound=None), "no sound"),
        (msgspec.structs.replace(SESSION, muted_by="coach"), "muted by the coach: they neither see nor hear"),
        (msgspec.structs.replace(SESSION, state="ended"), "run is over"),
        (None, "not known"),
    ],
)
def test_how_words_reach_a_runner_is_said_as_it_is(session: SessionMessage | None, said: str):
    assert said in reach_words(session)


async def test_who_says_something_is_told_how_it_gets_there():
    async with a_coach(SMALL) as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"))
        await coach.hear(coach_scenes.of("ann", scenes.session(runner="ann", muted_by="coach")))
        await coach.press("n")
        assert "Muted by the coach: they neither see nor hear it now." in coach.text


async def test_what_is_learned_and_what_is_usual_do_not_contradict_each_other():
    async with dashboard() as board:
        await board.hear(scenes.session())
        assert board.gauge.reason == "Learning what is usual for you today."
        await board.hear(scenes.metrics())  # tells of a usual from earlier runs
        assert board.gauge.reason == "Warming up: only earlier runs count yet."


async def test_the_limit_is_seen_where_the_whole_reason_has_no_room():
    async with dashboard(SMALL) as board:
        await board.play(scenes.with_cue)
        assert "landing right +3.1°, limit +1.0°" in text_of(board.gauge)
    async with dashboard((120, 40)) as board:
        await board.play(scenes.with_cue)
        assert "usual 4.0° (+3.1°) · limit" in " ".join(text_of(board.gauge).split())


async def test_a_small_screen_shows_the_threshold_while_there_is_nothing_to_say():
    async with dashboard((60, 18)) as board:
        await board.play(scenes.running)
        assert "Threshold · clear" in board.text
        assert "Like your usual self" in board.text
        await board.hear(scenes.cue())
        assert "Threshold · " not in board.text
        assert "limit +1.0°" in board.text
    async with dashboard((60, 15)) as board:
        await board.play(scenes.running)
        assert "Threshold" not in board.text
        assert "Nothing to change" in board.text


async def test_every_column_of_a_small_roster_has_a_name():
    async with a_coach(SMALL) as coach:
        await coach.hear(*coach_scenes.forty())
        heading = coach.text.splitlines()[1].split()
        assert heading == " ".join(NARROW_HEADINGS).split()
        assert all(word[0].isupper() for word in heading)
