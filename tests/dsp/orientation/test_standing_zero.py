"""The zero from stands that agree, and from stands that do not."""

from __future__ import annotations

import math

import pytest

from dsp.orientation.standing_zero import STANDS, StandingZero, Zero
from dsp.signals import GRAVITY_MPS2, Vector

UP, LEFT = (0.0, 0.0, 1.0), (0.0, 1.0, 0.0)
MOST_RAD = 0.6


def oblique(degrees: float) -> Vector:
    """Return the mean force, m/s2, of a stand with the left side of the pelvis this much higher."""
    return 0.0, GRAVITY_MPS2 * math.sin(math.radians(degrees)), GRAVITY_MPS2 * math.cos(math.radians(degrees))


def zero_of(*stands: tuple[float, float], running: bool = True) -> Zero:
    """Return the zero of stands, each given as obliquity, deg, and length, s."""
    zero = StandingZero()
    for degrees, seconds in stands:
        zero.add(oblique(degrees), 3.0, fresh=True)
        if seconds > 3.0:
            zero.add(oblique(degrees), seconds - 3.0, fresh=False)
    found = zero.zero(UP, LEFT, MOST_RAD, running=running)
    assert found is not None
    return found


def obliquity_deg_of(zero: Zero) -> float:
    """Return the obliquity of the zero."""
    return math.degrees(math.asin(zero.up[1]))


def test_a_single_stand_is_the_zero() -> None:
    zero = zero_of((4.0, 6.0))
    assert obliquity_deg_of(zero) == pytest.approx(4.0)
    assert zero.doubt_rad == pytest.approx(0.0, abs=1e-9)
    assert zero.sure


def test_consistent_stands_are_averaged_and_sure() -> None:
    zero = zero_of((0.5, 6.0), (-0.5, 6.0), (0.3, 4.0))
    assert abs(obliquity_deg_of(zero)) < 0.3
    assert zero.sure


def test_a_short_stop_on_one_leg_hardly_moves_the_zero() -> None:
    assert abs(obliquity_deg_of(zero_of((0.0, 6.0), (6.0, 3.3)))) < 1.0


def test_inconsistent_stands_give_no_sure_zero() -> None:
    assert not zero_of((0.0, 6.0), (6.0, 10.0)).sure
    assert not zero_of((0.0, 6.0), (10.0, 10.0)).sure
    assert not zero_of((0.0, 6.0), (6.0, 3.3), running=False).sure


def test_bending_forward_adds_no_uncertainty_of_obliquity() -> None:
    zero = StandingZero()
    zero.add((0.0, 0.0, GRAVITY_MPS2), 6.0, fresh=True)
    zero.add((4.0, 0.0, 8.95), 6.0, fresh=True)
    found = zero.zero(UP, LEFT, MOST_RAD, running=True)
    assert found is not None
    assert found.doubt_rad == pytest.approx(0.0, abs=1e-9)


def test_an_hour_of_standing_does_not_outweigh_ten_seconds() -> None:
    assert obliquity_deg_of(zero_of((0.0, 10.0), (3.0, 3600.0))) < 1.5


def test_an_outlier_is_forgotten_after_enough_other_stands() -> None:
    assert zero_of((8.0, 10.0), *[(0.0, 5.0)] * STANDS).doubt_rad == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("lying", [(0.0, 9.81, 0.0), (0.0, -9.81, 0.1), (9.81, 0.0, 0.0), (0.0, 0.0, -9.81)])
def test_a_sensor_lying_on_a_table_is_ignored(lying: Vector) -> None:
    zero = StandingZero()
    zero.add(lying, 60.0, fresh=True)
    assert zero.zero(UP, LEFT, MOST_RAD, running=True) is None
    zero.add(oblique(1.0), 3.0, fresh=True)
    found = zero.zero(UP, LEFT, MOST_RAD, running=True)
    assert found is not None
    assert obliquity_deg_of(found) == pytest.approx(1.0)
