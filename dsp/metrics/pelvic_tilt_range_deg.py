"""How far the pelvis tips forward and back in a stride: largest minus least tilt, deg (running 4-13; sources 2).

Against marker-derived tilt, seven runs of five people: mean of a run -0.5 to +0.1 deg off, with the errors of a cheap
sensor put on anyhow -0.6 to +0.1 deg. Quality is that of the mount: 2 deg of it wrong mixes in 3 % of the obliquity.
"""

from __future__ import annotations

from dsp.metrics.read_median import ReadMedian

KEY = "pelvic_tilt_range_deg"


class Stage(ReadMedian):
    """Median of the last ten strides."""

    def __init__(self) -> None:
        super().__init__(KEY, 10)
