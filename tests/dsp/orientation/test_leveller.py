"""The error filter of the strapdown, by itself."""

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
    if without_steps == "free":
        leveller.free(1.0, (0.1, 0.0))
    else:
        leveller.still(1.0, (0.1, 0.0), (0.0, 0.0, 0.0))


@pytest.mark.parametrize("without_steps", ["free", "still"])
def test_the_up_of_the_last_stride_is_not_kept_once_there_are_no_steps(without_steps: str) -> None:
    """A runner who lies down after the run has another up; with the old one the two level axes would fall together."""
    strapdown, leveller = running((1.0, 0.0, 0.0))  # up as it was; by now the sensor has turned by 90 deg
    stop(leveller, without_steps)
    assert leveller.up is None
    assert strapdown.up() == pytest.approx((0.0, 0.0, 1.0), abs=0.2)


@pytest.mark.parametrize("without_steps", ["free", "still"])
def test_after_a_hole_without_steps_no_stride_is_taken_to_be_like_those_before(without_steps: str) -> None:
    _, leveller = running(None)
    leveller.disturb(Hole(0.2, 0.5, [0.7]))
    stop(leveller, without_steps)
    assert not leveller.unsure
