"""Notices about what the present sensors cannot measure, or contradict each other about; none of it stops a run."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from dsp.gait import agreement
from dsp.metrics import dead_axes
from dsp.placements import PELVIS, SHOES
from dsp.records import Metric, Record, Side
from dsp.signals import Placement

SWAPPED = (
    "left and right look swapped: the shoe sensors contradict the hip sensor step after step; if they are, "
    "run `stridecue pair --swap` before the next run"
)
APART = "the {side} shoe sensor and the hip sensor disagree about the time: one clock is off by about {off_ms} ms"
DEAD_HIP = "the hip sensor is partly dead: steps are counted, hip drop is not measured"
DEAD_SHOE = (
    "the gyro of the {side} shoe sensor is dead: steps are counted, speed and stride length are not measured by it"
)
DEAD: dict[Side | None, str] = {None: "axes", Side.LEFT: "axes left", Side.RIGHT: "axes right"}
"""Subjects of the notices about dead axes."""

NOT_YET = "no sensor yet: wake yours (shake a pod, put on the strap) and keep them near"


def contradiction(record: Record) -> tuple[str, str] | None:
    """Return subject and text of the notice for a record of contradictory sensors or dead axes; None for any other.

    An empty text withdraws the notice.
    """
    match record:
        case Metric(key=agreement.SWAPPED_KEY):
            return "sides", SWAPPED
        case Metric(key=agreement.APART_KEY, value=off_ms, side=side):
            return "clocks", APART.format(side=side, off_ms=round(off_ms, -1))
        case Metric(key=dead_axes.KEY, value=count, side=side):
            text = DEAD_SHOE.format(side=side) if side else DEAD_HIP
            return DEAD[side], text if count else ""
    return None


def missing_text(streaming: AbstractSet[Placement | None], *, some_came: bool) -> str:
    """Return what is not measured while sensors at these placements stream; empty when nothing is missing.

    some_came  whether any sensor has streamed in this run
    """
    motion = streaming & (PELVIS | SHOES)
    if not streaming:
        return "no sensor is streaming any more: nothing is measured" if some_came else NOT_YET
    if not motion:
        return "no motion sensor is streaming: steps, contact time and hip drop are not measured"
    if not motion & PELVIS:
        return "no hip sensor is streaming: hip drop is not measured"
    return ""
