"""The error-state filter of the strapdown, on its own."""

from __future__ import annotations

import pytest

from dsp.orientation.hole import Hole
from dsp.orientation.leveller import Leveller
from dsp.orientation.strapdown import Strapdown
from dsp.signals import GRAVITY_MPS2, Vector


def running(up: Vector | None) -> tuple[Strapdown, Leveller]:
    strapdown = Strapdown()
    strapdown.align(0.0, (0.0, 0.0, GRAVITY_MPS2))
    leveller = Leveller(strapdown)
    leveller.start(0.0)
    leveller.up = up
    return strapdown, leveller


def stop(leveller: Leveller, without_steps: str) -> None:
    if without_steps == "other motion":
        leveller.other_motion(1.0, (0.1, 0.0))
    else:
        leveller.standing(1.0, (0.1, 0.0), (0.0, 0.0, 0.0))


@pytest.mark.parametrize("without_steps", ["other motion", "standing"])
def test_up_of_the_last_stride_is_dropped_without_steps(without_steps: str) -> None:
    """A runner who lies down has another up; with the old one the two level axes would become parallel."""
    strapdown, leveller = running((1.0, 0.0, 0.0))  # the previous up; meanwhile the sensor has turned by 90 deg
    stop(leveller, without_steps)
    assert leveller.up is None
    assert strapdown.up() == pytest.approx((0.0, 0.0, 1.0), abs=0.2)


@pytest.mark.parametrize("without_steps", ["other motion", "standing"])
def test_a_hole_without_steps_leaves_no_stride_to_compare_with(without_steps: str) -> None:
    _, leveller = running(None)
    leveller.add_hole(Hole(0.2, 0.5, [0.7]))
    stop(leveller, without_steps)
    assert not leveller.uncertain
