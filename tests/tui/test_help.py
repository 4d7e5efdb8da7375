"""The help lists every key and uses the same words as the screen."""

from __future__ import annotations

import pytest
from textual.binding import Binding

from tests.tui import scenes
from tests.tui.coach import a_coach
from tests.tui.dashboard import SMALL, dashboard
from tui.explanations import COACH_KEYS, REPLAY_KEYS, RUNNER_KEYS
from tui.widgets.sensor_table import SensorTable

pytestmark = pytest.mark.real_time


async def test_the_first_page_of_the_help_has_every_key_and_what_a_drop_is() -> None:
    async with dashboard(SMALL) as board:
        await board.play(scenes.running)
        footer = {
            each.key_display or each.key for each in type(board.app).BINDINGS if isinstance(each, Binding) and each.show
        }
        await board.press("question_mark")
        for key, does in RUNNER_KEYS:
            assert f"{key}  {does}" in board.text
        assert "Hip drop: how far your hip sinks" in board.text
        assert footer <= {key for keys in (RUNNER_KEYS, REPLAY_KEYS) for key, _ in keys} | {"+ -"}


async def test_a_replay_and_a_coach_have_their_own_keys_on_the_first_page() -> None:
    async with dashboard(SMALL) as board:
        await board.hear(scenes.session(source="replay"))
        await board.press("question_mark")
        assert all(f"{key}  {does}" in board.text for key, does in REPLAY_KEYS)
    async with a_coach(SMALL) as coach:
        await coach.press("question_mark")
        assert all(f"{key}  {does}" in coach.text for key, does in COACH_KEYS)


@pytest.mark.parametrize("size", [SMALL, (120, 40)])
async def test_the_help_says_sensors_in_the_words_of_the_screen(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.running)
        words = str(board.app.screen.query_one(SensorTable).border_subtitle).split(" · ")
        assert words == ["battery", "lost", "packets/s"]
        await board.press("question_mark")
        (about,) = [text for each in board.app.screen.query("Static") if "Sensors:" in (text := str(each.render()))]
        assert all(word in about for word in words)
