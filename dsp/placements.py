"""Groups of placements, each named once."""

from __future__ import annotations

from dsp.records import Side
from dsp.signals import Placement

SIDE_OF = {Placement.LEFT_FOOT: Side.LEFT, Placement.RIGHT_FOOT: Side.RIGHT}
"""Feet that know which leg they are on."""

SHOES = frozenset(SIDE_OF)

FEET = SHOES | {Placement.FOOT}
"""And a foot pod whose side is not known."""

MIDLINE = frozenset({Placement.SACRUM, Placement.WAIST_FRONT})
"""In the middle of the pelvis: left and right look alike from there. One on a hip also swings with the leg."""

PELVIS = MIDLINE | {Placement.LEFT_HIP, Placement.RIGHT_HIP}
"""Where a sensor moves with the pelvis, and a hand reaches it in mid-run."""
