"""How far the pelvis turns left and right in a stride, slow turning taken off, deg (running 4-18; sources 2).

Against marker-derived rotation, seven runs of five people: mean of a run -0.5 to +0.2 deg off, with the errors of a
cheap sensor put on anyhow -0.7 to +0.2 deg. Quality is that of the mount, from when there is one.
"""

from __future__ import annotations

from dsp.metrics.read_median import ReadMedian

KEY = "pelvic_rotation_range_deg"


class Stage(ReadMedian):
    """Median of the last ten strides."""

    def __init__(self) -> None:
        super().__init__(KEY, 10)
