"""What cannot be measured with the sensors that are there; nothing of it stops a run."""

from __future__ import annotations

from collections.abc import Iterable

from drivers.link_state import LinkState
from dsp.signals import Placement

TRUNK = frozenset({Placement.SACRUM, Placement.WAIST_FRONT, Placement.LEFT_HIP, Placement.RIGHT_HIP})
SHOES = frozenset({Placement.LEFT_FOOT, Placement.RIGHT_FOOT})
SWAPPED = (
    "left and right look exchanged: the shoe sensors contradict the hip sensor step after step; if so, "
    "`stridecue pair --swap` before the next run puts it right"
)


def missing_text(links: Iterable[LinkState]) -> str:
    """Say what is not measured now; empty when nothing is missing, or no sensor has come yet."""
    streaming = {link.placement for link in links if link.state == "streaming"}
    motion = streaming & (TRUNK | SHOES)
    if not streaming:
        return ""
    if not motion:
        return "no motion sensor streams: steps, contact time and pelvic drop are not measured"
    if not motion & TRUNK:
        return "no hip sensor streams: pelvic drop is not measured"
    return ""
