"""Two plots: which hip sinks, how far, and whether that is more than usual, at a glance and without colour."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from dsp.records import Side
from tests.tui import scenes
from tests.tui.dashboard import LARGE, SMALL, Dashboard, dashboard
from tui.widgets.braille_plot import BraillePlot
from tui.widgets.hip_plots import BAND_DEG

pytestmark = pytest.mark.real_time
BOTH = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
LEFT, RIGHT = Side.LEFT, Side.RIGHT


def bars(plot: BraillePlot) -> int:
    """How many bars hang from the upper edge."""
    dots = np.stack([plot.codes[0] & 0x01, plot.codes[0] & 0x08], axis=1).ravel()
    filled = np.concatenate(([False], dots != 0))
    return int((filled[1:] & ~filled[:-1]).sum())


def deepest_row(plot: BraillePlot) -> int:
    """The lowest row of cells that a bar reaches; the dotted line is in every column and is no bar."""
    assert plot.axis is not None
    limit_row = plot.axis.limit_dot // 4
    filled = [len(set(row.tolist())) > 1 for row in plot.codes]
    filled[limit_row] = any(filled[limit_row + 1 :])
    return max(row for row, is_filled in enumerate(filled) if is_filled)


def rows_of(board: Dashboard, plot: BraillePlot) -> list[str]:
    """Return the painted cells of a plot, including its frame."""
    box = plot.region
    return [line[box.x : box.right] for line in board.text.splitlines()[box.y : box.bottom]]


@BOTH
async def test_the_hip_that_sinks_further_hangs_further_in_its_own_plot(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.with_cue)
        left, right = board.plots[LEFT], board.plots[RIGHT]
        assert left.region.y < right.region.y
        assert left.axis is not None
        assert right.axis is not None
        assert (left.axis.full, left.axis.rows) == (right.axis.full, right.axis.rows), "one scale for both"
        assert deepest_row(left) < left.axis.limit_dot // 4 < deepest_row(right)
        assert "On left leg: right hip" in rows_of(board, left)[0]
        assert "On right leg: left hip" in rows_of(board, right)[0]


async def test_each_landing_is_a_bar_in_the_plot_of_its_side() -> None:
    async with dashboard(LARGE) as board:
        await board.play(scenes.running)
        told = scenes.steps(744.0)
        for side, plot in board.plots.items():
            assert abs(bars(plot) - sum(step.side is side for step in told)) <= 1  # one may be leaving


@BOTH
async def test_the_band_is_what_is_usual_and_what_does_not_count_yet(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.running)
        limits = {side: plot.axis.limit for side, plot in board.plots.items() if plot.axis is not None}
        assert limits == {LEFT: pytest.approx(5.3), RIGHT: pytest.approx(5.0)}
        assert any(line.lstrip("│┃ ").startswith("5.3°┤") for line in rows_of(board, board.plots[LEFT]))
        both = "limit 5.0°" if size == LARGE else "limit L 5.3°, R 5.0°"  # where one caption is for both plots
        assert board.plots[RIGHT].border_subtitle == f"last 10 s · {both}"
        assert f"last 10 s · {both}" in board.text
        for plot in board.plots.values():
            assert not plot.has_class("-beyond")
            assert "▼" not in str(plot.border_title)


@BOTH
async def test_more_than_usual_is_marked_on_its_side_without_colour(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.with_cue)
        assert "▼ 7.1°" in rows_of(board, board.plots[RIGHT])[0]
        assert rows_of(board, board.plots[RIGHT])[0].startswith("┏━")
        assert "▼" not in rows_of(board, board.plots[LEFT])[0]
        assert rows_of(board, board.plots[LEFT])[0].startswith("╭─")
        await board.hear(scenes.metrics(drop_excursion_right_deg=5.0))
        assert rows_of(board, board.plots[RIGHT])[0].startswith("╭─")


@BOTH
async def test_until_what_is_usual_is_known_a_rule_of_thumb_is_shaded_and_accuses_nobody(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.no_sensors)
        await board.hear(scenes.session(), scenes.metrics({}, drop_excursion_right_deg=9.0))
        await board.hear(scenes.attitude(744.0, right_deg=9.0), *scenes.steps(744.0, right_deg=9.0))
        plot = board.plots[RIGHT]
        assert plot.axis is not None
        assert plot.axis.limit == BAND_DEG
        assert plot.border_subtitle == "last 10 s · rule of thumb 5°"
        assert "left hip" in str(plot.border_title)
        assert not plot.has_class("-beyond")
        assert plot.axis.full == 12.0, "9 degrees and more are on the axis"


@BOTH
async def test_bars_leave_when_nobody_steps_and_the_plots_say_what_is_missing(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.running)
        await board.hear(scenes.attitude(754.0, seconds=5.0))
        assert 5 <= bars(board.plots[LEFT]) <= 8
        await board.hear(scenes.attitude(759.0, seconds=6.0))
        assert {plot.empty for plot in board.plots.values()} == {"Appears after a few steps"}
        assert all(plot.axis is None for plot in board.plots.values())
        board.clock.now_s += 12.0
        await board.look()
        assert {plot.empty for plot in board.plots.values()} == {"No data from the hip sensor"}
        assert "No data from the hip sensor" in board.text


async def test_a_silent_sensor_slides_away_with_its_number_and_a_held_replay_stays() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        shown = rows_of(board, board.plots[LEFT])
        board.clock.now_s += 5.0
        await board.look()
        assert rows_of(board, board.plots[LEFT]) != shown
        assert 5 <= bars(board.plots[LEFT]) <= 8
        assert str(board.plots[LEFT].border_title) == "On left leg: right hip"
        await board.hear(scenes.session(source="replay", replay=scenes.replay(state="paused")))
        assert bars(board.plots[LEFT]) > 12


async def test_who_runs_without_a_hip_sensor_is_told_what_is_needed() -> None:
    async with dashboard() as board:
        await board.play(scenes.no_sensors)
        assert board.plots[LEFT].empty == "Waiting for the hip sensor"
        await board.hear(scenes.session(), scenes.step(1.0, None))
        assert board.plots[RIGHT].empty == "Needs a hip sensor"
        await board.hear(scenes.session("paused"))
        assert board.plots[RIGHT].empty == "Needs a hip sensor"
        await board.hear(scenes.session("ended"))
        assert board.plots[RIGHT].empty == "No hip sensor in this run"
        await board.hear(scenes.sensor("sacrum"))
        assert board.plots[RIGHT].empty == "No landing was measured", "it ended before one"


async def test_what_comes_late_from_the_outbox_is_not_drawn() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        before = bars(board.plots[RIGHT])
        await board.hear(replace(scenes.step(748.0), late=True))
        assert bars(board.plots[RIGHT]) == before


@pytest.mark.parametrize("size", [(76, 22), (79, 33), (80, 40), (110, 22), (120, 41), (200, 50), (240, 67)])
async def test_both_plots_have_rows_for_nought_limit_and_edge_at_every_size(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.with_cue)
        axes = [plot.axis for plot in board.plots.values()]
        assert all(axis is not None and axis.rows >= 3 for axis in axes)
        assert len({(axis.full, axis.rows) for axis in axes if axis is not None}) == 1
        for plot in board.plots.values():
            assert "…" not in rows_of(board, plot)[0]
            labels = {axis.label(row) for axis in [plot.axis] if axis is not None for row in range(axis.rows)}
            assert len(labels - {""}) == 3


async def test_a_picture_that_is_the_same_is_not_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        painted: list[BraillePlot] = []
        monkeypatch.setattr(BraillePlot, "refresh", lambda plot, *_: painted.append(plot))
        board.app.repaint()
        assert not painted
        await board.hear(scenes.attitude(754.0, seconds=1.0))
        assert set(painted) == set(board.plots.values())
