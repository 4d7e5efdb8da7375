"""The error filter of the strapdown, by itself."""

from __future__ import annotations

import pytest

from dsp.orientation.hole import Hole
from dsp.orientation.leveller import Leveller
from dsp.orientation.strapdown import Strapdown


@pytest.mark.parametrize("without_steps", ["free", "still"])
def test_the_up_of_the_last_stride_is_not_kept_once_there_are_no_steps(without_steps: str) -> None:
    """A runner who lies down after the run has another up; with the old one the two level axes would fall together."""
    strapdown = Strapdown()
    strapdown.align(0.0, (0.0, 0.0, 9.80665))
    leveller = Leveller(strapdown)
    leveller.start(0.0)
    leveller.up = (1.0, 0.0, 0.0)  # as it was; by now the sensor has turned by 90 deg
    if without_steps == "free":
        leveller.free(1.0, (0.1, 0.0))
    else:
        leveller.still(1.0, (0.1, 0.0), (0.0, 0.0, 0.0))
    assert leveller.up is None
    assert strapdown.up() == pytest.approx((0.0, 0.0, 1.0), abs=0.2)


@pytest.mark.parametrize("without_steps", ["free", "still"])
def test_after_a_hole_without_steps_no_stride_is_taken_to_be_like_those_before(without_steps: str) -> None:
    strapdown = Strapdown()
    strapdown.align(0.0, (0.0, 0.0, 9.80665))
    leveller = Leveller(strapdown)
    leveller.start(0.0)
    leveller.disturb(Hole(0.2, 0.5, [0.7]))
    if without_steps == "free":
        leveller.free(1.0, (0.1, 0.0))
    else:
        leveller.still(1.0, (0.1, 0.0), (0.0, 0.0, 0.0))
    assert not leveller.unsure
