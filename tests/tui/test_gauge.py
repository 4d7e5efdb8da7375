"""The text of the threshold gauge, and its place where space is short."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dsp.records import ThresholdState
from hub.messages.lines import MetricLine
from tests.tui import scenes
from tests.tui.dashboard import SMALL, dashboard, text_of

pytestmark = pytest.mark.real_time


async def test_what_is_learned_and_what_is_usual_do_not_contradict_each_other() -> None:
    async with dashboard() as board:
        await board.hear(scenes.session(elapsed_s=30.0))
        assert board.gauge.reason == "Learning what is usual for you today."
        await board.hear(scenes.metrics())  # contains a usual value from earlier runs
        assert board.gauge.reason == "Warming up: only earlier runs count."
        await board.hear(scenes.session(elapsed_s=600.0, earlier_runs=5))  # nothing was near a threshold so far
        assert board.gauge.reason == "As usual for you (5 earlier runs)."


async def test_the_warm_up_is_over_as_soon_as_the_limit_is_the_one_of_this_run() -> None:
    wide = {**scenes.EXTRA, "drop_excursion_bound_left_deg": 1.5, "drop_excursion_bound_right_deg": 1.5}
    async with dashboard() as board:
        await board.hear(scenes.session(elapsed_s=585.0), scenes.metrics(wide))
        assert board.gauge.reason == "Warming up: only earlier runs count."
        await board.hear(scenes.metrics({**wide, "drop_excursion_bound_left_deg": 1.0}))
        assert board.gauge.reason == "As usual for you (5 earlier runs)."


@pytest.mark.parametrize("size", [SMALL, (120, 40)])
async def test_the_distance_at_which_it_hurt_is_said_in_words(size: tuple[int, int]) -> None:
    numbers = {"exposure_m": 2500.0, "onset_chance_pct": 40.2, "onset_safe_m": 2890.0, "onset_median_m": 3450.0}
    because = tuple(
        MetricLine(t_s=750.0, key=key, value=value, side=None, quality=1.0) for key, value in numbers.items()
    )
    watch = replace(scenes.threshold(ThresholdState.WATCH), detector="onset", side=None, because=because)
    async with dashboard(size) as board:
        await board.play(scenes.running)
        await board.hear(watch)
        shown = " ".join(text_of(board.gauge).split())
        assert "to 2.9 km in 8 of 10" in shown
        assert ("At the change to watch: about 40 in 100 that pain begins within 5 min" in shown) == (size != SMALL)
        assert not any(word in shown for word in ("exposure", "onset", "…"))


async def test_the_limit_is_seen_where_the_whole_reason_has_no_room() -> None:
    async with dashboard(SMALL) as board:
        await board.play(scenes.with_cue)
        assert "slow mean 7.1° on right leg, limit 5.0°" in text_of(board.gauge)
    async with dashboard((120, 40)) as board:
        await board.play(scenes.with_cue)
        assert "usual 4.0° (+3.1°) · limit 5.0°" in " ".join(text_of(board.gauge).split())


async def test_a_small_screen_shows_the_threshold_while_there_is_nothing_to_say() -> None:
    async with dashboard((60, 18)) as board:
        await board.play(scenes.running)
        assert "Threshold · clear" in board.text
        assert "As usual for you" in board.text
        await board.hear(scenes.cue())
        assert "Threshold · " not in board.text
        assert "limit +1.0°" in board.text
    async with dashboard((60, 20)) as board:
        await board.play(scenes.running)
        await board.hear(scenes.cue())
        assert "limit +1.0°" in board.text, "all of the cue"
        assert "Threshold · " in board.text, "and the threshold below it: there is room"
    async with dashboard((60, 15)) as board:
        await board.play(scenes.running)
        assert "Threshold" not in board.text
        assert "Quiet is good" in board.text
