import pytest

from drivers.link_state import LinkState
from dsp.signals import Placement
from hub.missing import missing_text


def links(*placements: Placement, state: str = "streaming") -> list[LinkState]:
    return [LinkState(placement.value, placement, placement.value, state, 0) for placement in placements]


@pytest.mark.parametrize(
    ("there", "says"),
    [
        (links(), ""),
        (links(Placement.SACRUM), ""),
        (links(Placement.SACRUM, Placement.LEFT_FOOT), ""),
        (links(Placement.LEFT_FOOT, Placement.RIGHT_FOOT), "pelvic drop is not measured"),
        (links(Placement.CHEST), "no motion sensor"),
        (links(Placement.CHEST) + links(Placement.SACRUM, state="lost"), "no motion sensor"),
        (links(Placement.SACRUM, state="lost"), ""),
    ],
)
def test_it_says_what_is_not_measured(there: list[LinkState], says: str):
    text = missing_text(there)
    assert says in text
    assert bool(text) == bool(says)
