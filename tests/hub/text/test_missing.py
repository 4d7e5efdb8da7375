import pytest

from dsp.gait.agreement import APART_KEY, SWAPPED_KEY
from dsp.metrics import dead_axes
from dsp.records import Metric, Side
from dsp.signals import Placement
from hub.flow.notices import FOR_ALL
from hub.text.missing import contradiction, missing_text


def test_sensors_that_contradict_each_other_become_notices() -> None:
    swapped = contradiction(Metric(0, SWAPPED_KEY, 1.0, None, 0.97))
    assert swapped is not None
    assert "stridecue pair --swap" in swapped[1]
    apart = contradiction(Metric(0, APART_KEY, 87.3, Side.LEFT, 1.0))
    assert apart is not None
    assert "left shoe" in apart[1]
    assert "90" in apart[1]
    assert contradiction(Metric(0, "cadence_spm", 170.0, None, 1.0)) is None


@pytest.mark.parametrize(
    ("there", "says"),
    [
        (set(), "no sensor yet"),
        ({Placement.SACRUM}, ""),
        ({Placement.SACRUM, Placement.LEFT_FOOT}, ""),
        ({Placement.LEFT_FOOT, Placement.RIGHT_FOOT}, "hip drop is not measured"),
        ({Placement.CHEST}, "no motion sensor"),
        ({None}, "no motion sensor"),
    ],
)
def test_it_says_what_is_not_measured(there: set[Placement | None], says: str) -> None:
    text = missing_text(there, some_came=bool(there))
    assert says in text
    assert bool(text) == bool(says)


def test_that_all_sensors_are_lost_is_not_that_nothing_is_missing() -> None:
    assert missing_text(set(), some_came=True) == "no sensor is streaming any more: nothing is measured"


def test_dead_axes_give_a_notice_that_is_taken_back() -> None:
    for side, words in ((None, "hip drop is not measured"), (Side.LEFT, "left shoe")):
        said, over = (contradiction(Metric(0, dead_axes.KEY, count, side, 1.0)) for count in (3.0, 0.0))
        assert said is not None
        assert over is not None
        assert words in said[1]
        assert over == (said[0], "")
        assert said[0] in FOR_ALL
