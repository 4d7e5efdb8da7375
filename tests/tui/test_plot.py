"""Trace, raster and numerals: what is drawn is what was measured."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.state.trace import GAP_S, Trace
from tui.widgets.braille_raster import BLANK, braille
from tui.widgets.numerals import numeral_lines

OFF_BORDER_S = 0.003
"""No sample on the border of two columns, where rounding decides."""


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
    for one, other in zip(whole.columns(100, newest_s), cut.columns(100, newest_s), strict=True):
        assert np.allclose(one[:-1], other[:-1], equal_nan=True)


def test_columns_hold_the_extremes_and_stand_still() -> None:
    trace = fed(20.0)
    low, high = trace.columns(50, 19.99)
    assert np.nanmax(high) == pytest.approx(5.0, abs=0.01)
    assert np.nanmin(low) == pytest.approx(-5.0, abs=0.01)
    later, _ = trace.columns(50, 19.99 - 0.2)  # one column earlier
    assert np.allclose(later[1:], low[:-1])


def test_memory_is_bounded_over_hours() -> None:
    trace = Trace(10.0)
    size = trace._t_s.nbytes
    for second in range(5000):
        trace.extend(float(second), 0.01, [1.0] * 100)
    assert trace._t_s.nbytes == size
    low, _ = trace.columns(100, trace.newest_s or 0.0)
    assert np.isfinite(low).all()


def test_gaps_and_nulls_stay_blank() -> None:
    trace = Trace(10.0)
    trace.extend(0.0, 0.01, [1.0] * 300)
    trace.extend(3.0, 0.01, [None] * 200)
    trace.extend(5.0 + 2 * GAP_S, 0.01, [1.0] * 100)
    low, _ = trace.columns(100, 9.99)
    assert np.isfinite(low[:29]).all()
    assert np.isnan(low[31:57]).all()
    assert np.isfinite(low[60:66]).all()
    assert np.isnan(low[70:]).all()


def test_a_new_run_starts_a_new_trace_but_a_hair_of_overlap_does_not() -> None:
    trace = fed(10.0)
    trace.extend(9.985, 0.01, [0.0] * 10)
    assert (trace.newest_s or 0.0) > 10.0
    assert np.isfinite(trace.columns(100, 10.0)[0]).sum() > 90
    trace.extend(0.0, 0.01, [0.0] * 10)
    assert trace.newest_s == pytest.approx(0.09)
    trace.extend(0.1, 0.0, [1.0])
    trace.extend(0.1, 0.01, [])
    assert trace.newest_s == pytest.approx(0.09)


def test_swing_is_the_way_from_side_to_side() -> None:
    assert fed(12.0).swing(12.0) == pytest.approx(10.0, rel=0.02)
    assert Trace(10.0).swing(0.0) is None


def test_a_flat_line_is_one_row_of_dots_in_the_middle() -> None:
    codes = braille(np.zeros(20), np.zeros(20), -8.0, 8.0, 9)
    assert codes.shape == (9, 10)
    assert (codes[4] != BLANK).all()
    assert (np.delete(codes, 4, axis=0) == BLANK).all()


def test_a_jump_is_joined_and_a_gap_is_not() -> None:
    low = np.array([-7.0] * 4 + [7.0] * 4)
    assert (braille(low, low, -8.0, 8.0, 9)[:, 2] != BLANK).all()
    low[3:5] = np.nan
    codes = braille(low, low, -8.0, 8.0, 9)
    assert (codes[1:8] == BLANK).all()


def test_what_is_beyond_the_axis_sticks_to_its_edge() -> None:
    codes = braille(np.full(4, 99.0), np.full(4, 99.0), -8.0, 8.0, 5)
    assert (codes[0] != BLANK).all()
    assert (codes[1:] == BLANK).all()


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
