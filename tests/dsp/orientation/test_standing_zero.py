"""The zero out of stands that agree, and out of stands that do not."""

from __future__ import annotations

import math

import pytest

from dsp.orientation.standing_zero import STANDS, StandingZero, Zero
from dsp.signals import GRAVITY_MPS2, Vector

UP, LEFT = (0.0, 0.0, 1.0), (0.0, 1.0, 0.0)
MOST_RAD = 0.6


def oblique(degrees: float) -> Vector:
    """Mean force of a stand with the left side of the pelvis so much higher, sensor put on straight, m/s2."""
    return 0.0, GRAVITY_MPS2 * math.sin(math.radians(degrees)), GRAVITY_MPS2 * math.cos(math.radians(degrees))


def zero_of(*stands: tuple[float, float], running: bool = True) -> Zero:
    """Out of stands so oblique, deg, and so long, s."""
    zero = StandingZero()
    for degrees, seconds in stands:
        zero.add(oblique(degrees), 3.0, fresh=True)
        if seconds > 3.0:
            zero.add(oblique(degrees), seconds - 3.0, fresh=False)
    found = zero.zero(UP, LEFT, MOST_RAD, running=running)
    assert found is not None
    return found


def told_deg(zero: Zero) -> float:
    """How oblique the zero is."""
    return math.degrees(math.asin(zero.up[1]))


def test_one_stand_is_the_zero_whatever_it_is() -> None:
    zero = zero_of((4.0, 6.0))
    assert told_deg(zero) == pytest.approx(4.0)
    assert zero.doubt_rad == pytest.approx(0.0, abs=1e-9)
    assert zero.sure


def test_stands_that_agree_are_averaged_and_sure() -> None:
    zero = zero_of((0.5, 6.0), (-0.5, 6.0), (0.3, 4.0))
    assert abs(told_deg(zero)) < 0.3
    assert zero.sure


def test_a_short_stop_on_one_leg_hardly_moves_the_zero() -> None:
    assert abs(told_deg(zero_of((0.0, 6.0), (6.0, 3.3)))) < 1.0


def test_stands_that_contradict_each_other_are_no_zero() -> None:
    assert not zero_of((0.0, 6.0), (6.0, 10.0)).sure
    assert not zero_of((0.0, 6.0), (10.0, 10.0)).sure
    assert not zero_of((0.0, 6.0), (6.0, 3.3), running=False).sure


def test_bending_forward_is_no_doubt_about_left_and_right() -> None:
    zero = StandingZero()
    zero.add((0.0, 0.0, GRAVITY_MPS2), 6.0, fresh=True)
    zero.add((4.0, 0.0, 8.95), 6.0, fresh=True)
    found = zero.zero(UP, LEFT, MOST_RAD, running=True)
    assert found is not None
    assert found.doubt_rad == pytest.approx(0.0, abs=1e-9)


def test_an_hour_of_standing_does_not_outweigh_a_moment_upright() -> None:
    assert told_deg(zero_of((0.0, 10.0), (3.0, 3600.0))) < 1.5


def test_an_odd_stand_is_forgotten_after_others() -> None:
    assert zero_of((8.0, 10.0), *[(0.0, 5.0)] * STANDS).doubt_rad == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("lying", [(0.0, 9.81, 0.0), (0.0, -9.81, 0.1), (9.81, 0.0, 0.0), (0.0, 0.0, -9.81)])
def test_a_sensor_that_lies_about_says_nothing(lying: Vector) -> None:
    zero = StandingZero()
    zero.add(lying, 60.0, fresh=True)
    assert zero.zero(UP, LEFT, MOST_RAD, running=True) is None
    zero.add(oblique(1.0), 3.0, fresh=True)
    found = zero.zero(UP, LEFT, MOST_RAD, running=True)
    assert found is not None
    assert told_deg(found) == pytest.approx(1.0)
