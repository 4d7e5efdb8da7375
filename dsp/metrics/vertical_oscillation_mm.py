"""Vertical oscillation of the trunk in a step, highest minus lowest position, mm (running 50-120).

Double integration of acceleration over a stride (`pelvis_stride`). Against marker-derived pelvis height, seven runs of
five people, the mean of a run is off by -3.1 to 0.0 mm, with the errors of a cheap sensor by -2.6 to +0.4 mm; single
strides scatter by 2 mm. The mean specific force of a stride must be gravity: a deviation of 5 %, which is then also the
error of the oscillation, halves the quality.
"""

from __future__ import annotations

from dsp.metrics.read_median import ReadMedian

KEY = "vertical_oscillation_mm"


class Stage(ReadMedian):
    """Median of the last ten strides."""

    def __init__(self) -> None:
        super().__init__(KEY, 10)
