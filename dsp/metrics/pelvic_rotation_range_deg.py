"""Range of pelvic rotation in a stride, left to right, without slow turning, deg (running 4-18; sources 2).

Against marker-derived rotation in seven runs of five people the mean of a run is off by -0.5 to +0.2 deg, with the
errors of a cheap sensor in an arbitrary orientation by -0.7 to +0.2 deg. Quality is that of the mount.
"""

from __future__ import annotations

from dsp.metrics.read_median import ReadMedian

KEY = "pelvic_rotation_range_deg"


class Stage(ReadMedian):
    """Median of the last ten strides."""

    def __init__(self) -> None:
        super().__init__(KEY, 10)
