"""Named groups of placements."""

from __future__ import annotations

from dsp.records import Side
from dsp.signals import Placement

SIDE_OF = {Placement.LEFT_FOOT: Side.LEFT, Placement.RIGHT_FOOT: Side.RIGHT}
"""The leg of each foot sensor whose side is known."""

SHOES = frozenset(SIDE_OF)

FEET = SHOES | {Placement.FOOT}
"""`SHOES` and a foot pod whose side is unknown."""

MIDLINE = frozenset({Placement.SACRUM, Placement.WAIST_FRONT})
"""On the pelvis midline, where left and right steps look the same; a sensor on one hip also swings with its leg."""

PELVIS = MIDLINE | {Placement.LEFT_HIP, Placement.RIGHT_HIP}
"""Where a sensor moves with the pelvis and a hand can reach it in mid-run."""
