"""What the threshold gauge says, and where it is when there is little room."""

from __future__ import annotations

import pytest

from tests.tui import scenes
from tests.tui.dashboard import SMALL, dashboard, text_of

pytestmark = pytest.mark.real_time


async def test_what_is_learned_and_what_is_usual_do_not_contradict_each_other():
    async with dashboard() as board:
        await board.hear(scenes.session(elapsed_s=30.0))
        assert board.gauge.reason == "Learning what is usual for you today."
        await board.hear(scenes.metrics())  # tells of a usual from earlier runs
        assert board.gauge.reason == "Warming up: only earlier runs count yet."
        await board.hear(scenes.session(elapsed_s=600.0, earlier_runs=5))  # nothing was near a threshold so far
        assert board.gauge.reason == "Like your usual self (5 earlier runs)."


async def test_the_limit_is_seen_where_the_whole_reason_has_no_room():
    async with dashboard(SMALL) as board:
        await board.play(scenes.with_cue)
        assert "slow mean 7.1° on right leg, limit 5.0°" in text_of(board.gauge)
    async with dashboard((120, 40)) as board:
        await board.play(scenes.with_cue)
        assert "usual 4.0° (+3.1°) · limit 5.0°" in " ".join(text_of(board.gauge).split())


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
        assert "Quiet is good" in board.text
