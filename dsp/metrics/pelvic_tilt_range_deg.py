"""Range of pelvic tilt in a stride: largest minus smallest forward tilt, deg (running 4-13; sources 2).

Against marker-derived tilt in seven runs of five people the mean of a run is off by -0.5 to +0.1 deg, with the errors
of a cheap sensor in an arbitrary orientation by -0.6 to +0.1 deg. Quality is that of the mount: an error of 2 deg in it
mixes in 3 % of the obliquity.
"""

from __future__ import annotations

from dsp.metrics.read_median import ReadMedian

KEY = "pelvic_tilt_range_deg"


class Stage(ReadMedian):
    """Median of the last ten strides."""

    def __init__(self) -> None:
        super().__init__(KEY, 10)
