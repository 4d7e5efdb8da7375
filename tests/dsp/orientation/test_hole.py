"""The up direction after lost samples."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from dsp.orientation.hole import Hole, towards_usual
from dsp.orientation.leveller import Leveller
from dsp.orientation.strapdown import Strapdown
from dsp.orientation.usual_lean import UsualLean
from dsp.samples.trace import Trace

PERIOD_S = 0.01
STRIDE_S = 0.7


def up_at(tilt_rad: float) -> tuple[float, float, float]:
    return math.sin(tilt_rad), 0.0, math.cos(tilt_rad)


def after_hole(length_s: float, off_rad: float) -> tuple[Strapdown, Trace, Hole]:
    """Return strides of one lean, then a hole after which the filled-in samples have led `off_rad` away from it."""
    trace, strapdown, n = Trace(), Strapdown(), 400
    trace.t_s = [PERIOD_S * k for k in range(n)]
    for axis, value in zip(trace.up, up_at(0.1), strict=True):
        axis += [value] * (n - 1)
    strapdown.align(trace.t_s[-1], up_at(0.1 + off_rad))
    for axis, value in zip(trace.up, strapdown.up(), strict=True):
        axis.append(value)
    return strapdown, trace, Hole(length_s, trace.t_s[-1], [STRIDE_S * k for k in (1, 2, 3, 4)])


def tilt_rad_of(strapdown: Strapdown) -> float:
    x, _, z = strapdown.up()
    return math.atan2(x, z)


@pytest.mark.parametrize("length_s", [0.03, 0.14, 0.3])
def test_the_longer_the_hole_the_more_up_returns_to_the_usual(length_s: float) -> None:
    strapdown, trace, hole = after_hole(length_s, 0.03)
    towards_usual(hole, strapdown, trace, [])
    assert tilt_rad_of(strapdown) == pytest.approx(0.1 + hole.trust * 0.03, abs=1e-4)
    assert trace.up[0][-1] == pytest.approx(strapdown.up()[0])


def test_trust_falls_and_doubt_rises_with_the_length() -> None:
    holes = [Hole(length_s, 10.0, [STRIDE_S]) for length_s in (0.02, 0.05, 0.1, 0.2, 0.3)]
    assert all(a.trust > b.trust for a, b in pairwise(holes))
    assert all(a.doubt < b.doubt for a, b in pairwise(holes))


def test_a_tilt_error_found_since_is_applied_to_earlier_strides_too() -> None:
    strapdown, trace, hole = after_hole(0.3, 0.03)
    towards_usual(hole, strapdown, trace, [(hole.end_s, (0.03, 0.0, -0.003))])
    assert tilt_rad_of(strapdown) == pytest.approx(0.13, abs=1e-3), "filled-in samples led to the usual up"


def test_two_strides_give_no_usual_up() -> None:
    strapdown, trace, hole = after_hole(0.3, 0.03)
    before = strapdown.up()
    towards_usual(Hole(hole.length_s, hole.end_s, hole.lags_s[:2]), strapdown, trace, [])
    assert strapdown.up() == before


@pytest.mark.parametrize("lost_s", [0.0, 0.2])
def test_lean_is_observed_only_after_a_hole(lost_s: float) -> None:
    strapdown = Strapdown()
    strapdown.align(0.0, up_at(0.1))
    leveller = Leveller(strapdown)
    leveller.start(0.0)
    for k in range(1, 20):
        leveller.up = up_at(0.1)
        leveller.stride(STRIDE_S * k, (0.0, 0.0))
    assert tilt_rad_of(strapdown) == pytest.approx(0.1, abs=1e-9)
    if lost_s:
        leveller.add_hole(Hole(lost_s, 19.2 * STRIDE_S, [STRIDE_S]))
    leveller.up = up_at(0.13)
    leveller.stride(STRIDE_S * 20, (0.0, 0.0))
    assert (tilt_rad_of(strapdown) < 0.1 - 1e-4) == (lost_s > 0.0)


def test_usual_lean_shifts_with_the_corrections_of_levelling() -> None:
    usual = UsualLean()
    for _ in range(3):
        usual.add(up_at(0.1))
    usual.shift((0.01, 0.0, 0.0))
    x, y = usual.tilt((math.sin(0.1) + 0.01, 0.0, math.cos(0.1)), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    assert (x, y) == pytest.approx((0.0, 0.0), abs=1e-12)
