"""Traces, raster and numerals: the drawing matches the measurements."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from dsp.records import Side
from tests.tui import scenes
from tui.state.drops import Drops
from tui.state.trace import CAPACITY, Trace
from tui.widgets.braille_plot import Axis
from tui.widgets.braille_raster import BLANK, dots_down, dotted, dotted_blank, hanging
from tui.widgets.numerals import numeral_lines

OFF_BORDER_S = 0.003
"""No sample on the border of two columns, where rounding decides."""
FULL = 0x28FF


def sine(t_s: float) -> float:
    return 5.0 * float(np.sin(2 * np.pi * t_s))


def fed(seconds: float, batch: int = 10, dt_s: float = 0.01) -> Trace:
    trace = Trace(10.0)
    for first in range(0, round(seconds / dt_s), batch):
        t0_s = first * dt_s + OFF_BORDER_S
        trace.extend(t0_s, dt_s, [sine(t0_s + n * dt_s) for n in range(batch)])
    return trace


@given(st.integers(1, 60))
def test_batches_of_any_size_draw_the_same(batch: int) -> None:
    whole, cut = fed(12.0, batch=1200), fed(12.0, batch=batch)
    newest_s = min(whole.newest_s or 0.0, cut.newest_s or 0.0)
    one, other = whole.columns(100, newest_s), cut.columns(100, newest_s)
    assert np.allclose(one[:-1], other[:-1], equal_nan=True)


def test_columns_hold_the_highest_and_stand_still() -> None:
    trace = fed(20.0)
    high = trace.columns(50, 19.99)
    assert np.nanmax(high) == pytest.approx(5.0, abs=0.01)
    later = trace.columns(50, 19.99 - 0.2)  # one column earlier
    assert np.allclose(later[1:], high[:-1])


def test_memory_is_bounded_over_hours() -> None:
    trace = Trace(10.0)
    for second in range(5000):
        trace.extend(float(second), 0.01, [1.0] * 100)
    assert len(trace.between(0.0, 5000.0)[0]) <= CAPACITY
    assert np.isfinite(trace.columns(100, trace.newest_s or 0.0)).all()


def test_nulls_and_what_has_not_come_yet_stay_blank() -> None:
    trace = Trace(10.0)
    trace.extend(0.0, 0.01, [1.0] * 300)
    trace.extend(3.0, 0.01, [None] * 200)
    trace.extend(5.0, 0.01, [1.0] * 100)
    high = trace.columns(100, 9.99)
    assert np.isfinite(high[:29]).all()
    assert np.isnan(high[31:49]).all()
    assert np.isfinite(high[51:59]).all()
    assert np.isnan(high[61:]).all()
    assert len(trace.between(2.5, 5.5)[0]) == 100


def test_a_new_run_starts_a_new_trace_but_a_hair_of_overlap_does_not() -> None:
    trace = fed(10.0)
    trace.extend(9.985, 0.01, [0.0] * 10)
    assert (trace.newest_s or 0.0) > 10.0
    assert np.isfinite(trace.columns(100, 10.0)).sum() > 90
    trace.extend(0.0, 0.01, [0.0] * 10)
    assert trace.newest_s == pytest.approx(0.09)
    trace.extend(0.1, 0.0, [1.0])
    trace.extend(0.1, 0.01, [])
    assert trace.newest_s == pytest.approx(0.09)


def drops(
    left_deg: float = 4.0, right_deg: float = 7.0, tilted_deg: float = 0.0, *, steps_first: bool = False
) -> Drops:
    """Ten seconds of a runner; `tilted_deg`: of a sensor that sits so much askew."""
    found = Drops(10.0)
    angles = scenes.attitude(0.0, left_deg=left_deg, right_deg=right_deg)
    askew = [each + tilted_deg for each in angles.obliquity_deg if each is not None]
    if not steps_first:
        found.attitude(replace(angles, obliquity_deg=askew))
    for step in scenes.steps(0.0, left_deg=left_deg, right_deg=right_deg):
        found.step(step)
    if steps_first:
        found.attitude(replace(angles, obliquity_deg=askew))
    return found


def deepest(trace: Trace) -> float:
    return float(np.nanmax(trace.columns(200, 9.99)))


@pytest.mark.parametrize("tilted_deg", [0.0, 12.0])
@pytest.mark.parametrize("steps_first", [False, True])
def test_each_side_hangs_as_deep_as_its_steps_say_whatever_nought_is(tilted_deg: float, *, steps_first: bool) -> None:
    found = drops(4.0, 7.0, tilted_deg, steps_first=steps_first)
    for side in Side:
        steps = [step for step in scenes.steps(0.0, left_deg=4.0, right_deg=7.0) if step.side is side]
        told = [step.drop_excursion_deg for step in steps if step.drop_excursion_deg is not None]
        assert len(told) == len(steps)
        assert deepest(found.landing[side]) == pytest.approx(max(told), abs=0.01)


def test_only_the_landings_of_its_own_side_are_in_a_plot_and_nothing_between_them() -> None:
    found, stances = drops(), scenes.steps(0.0)
    for side, trace in found.landing.items():
        filled = np.isfinite(trace.columns(1000, 9.995))
        at_s = (np.arange(1000) + 0.5) / 100
        for step in stances:
            inside = filled[(at_s > step.t_s + 0.02) & (at_s < step.t_s + 0.23)]
            assert inside.all() if step.side is side else not inside.any()


def test_a_step_without_a_drop_or_without_its_angles_draws_nothing() -> None:
    found = Drops(10.0)
    found.step(scenes.step(1.0, None))
    found.step(scenes.step(2.0, 5.0))
    assert found.newest_s is None
    found.attitude(scenes.attitude_unknown(0.0))
    found.attitude(scenes.attitude(5.0, seconds=3.0))
    assert all(trace.newest_s is None for trace in found.landing.values())
    for _ in range(200):
        found.step(scenes.step(1e6, 5.0))
    assert len(found.waiting) < 100


def test_a_stance_that_nobody_saw_begin_is_not_drawn() -> None:
    for begins_s, drawn in ((1.05, True), (1.15, False)):
        found = Drops(10.0)
        found.attitude(scenes.attitude(begins_s, seconds=1.0))
        found.step(scenes.step(1.0, 5.0))
        assert (found.landing[Side.RIGHT].newest_s is not None) == drawn


def test_a_new_run_forgets_what_was_drawn() -> None:
    found = drops()
    found.attitude(scenes.attitude(0.0, seconds=0.1))
    assert all(trace.newest_s is None for trace in found.landing.values())


def test_bars_hang_from_the_upper_edge_to_their_value() -> None:
    codes = hanging(np.array([0.0, 2.0, 4.0, 8.0, 99.0, np.nan]), 8.0, 4)
    assert codes.shape == (4, 3)
    assert codes[:, 0].tolist() == [0x28B8, BLANK, BLANK, BLANK]  # nothing, and one cell of the right column
    assert codes[:, 1].tolist() == [FULL, FULL, 0x28B8, 0x28B8]
    assert codes[:, 2].tolist() == [0x2847] * 4  # beyond the axis: to its edge; NaN: nothing


@given(st.floats(0.0, 12.0), st.floats(1.0, 9.0), st.integers(3, 30))
def test_a_bar_hangs_into_the_dotted_line_only_when_it_is_beyond(depth: float, limit: float, rows: int) -> None:
    axis = Axis(12.0, limit, rows)
    reaches = dots_down(depth, axis.full, rows) > axis.limit_dot
    assert not reaches or depth > limit
    assert reaches or depth < limit + 12.0 / (4 * rows)


def test_the_band_ends_where_the_limit_is_and_says_how_many_degrees_that_is() -> None:
    axis = Axis(8.0, 5.0, 8)  # a degree a row
    assert [axis.within(row) for row in range(8)] == [True] * 5 + [False] * 3
    assert [axis.label(row) for row in range(8)] == ["0°", "", "", "", "", "5°", "", "8°"]
    assert Axis(8.0, 5.3, 4).label(2) == "5.3°"
    row = np.full(3, BLANK, dtype=np.uint16)
    assert dotted(row, 2).tolist() == [dotted_blank(2)] * 3 != row.tolist()


@given(st.floats(-999, 9999, allow_nan=False), st.integers(0, 80), st.integers(0, 20))
def test_numerals_never_outgrow_their_room(value: float, width: int, height: int) -> None:
    lines = numeral_lines(f"{value:.1f}", width, height)
    assert all(len(line) <= max(width, 0) for line in lines)
    assert len({len(line) for line in lines}) == 1
    assert len(lines) <= max(height, 1)


def test_numerals_grow_with_the_room() -> None:
    heights = [len(numeral_lines("172", width, height)) for width, height in [(18, 1), (18, 3), (28, 5), (60, 11)]]
    assert heights == [1, 3, 5, 10]
    assert numeral_lines("--", 60, 11) == ["--"]
    assert len({tuple(numeral_lines(digit, 8, 5)) for digit in "0123456789"}) == 10
    assert len({tuple(numeral_lines(digit, 4, 3)) for digit in "0123456789"}) == 10
