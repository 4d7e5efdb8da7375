"""How far the trunk bounces in a step, highest minus lowest place, mm (running 50-120).

Double integration over a stride (`pelvis_stride`). Against marker-derived pelvis height, seven runs of five people:
mean of a run -3.1 to 0.0 mm off, with the errors of a cheap sensor -2.6 to +0.4 mm; single strides scatter by 2 mm.
Quality: the mean force of a stride must be gravity; 5 % off, which the oscillation is then off by, halves it.
"""

from __future__ import annotations

from dsp.metrics.read_median import ReadMedian

KEY = "vertical_oscillation_mm"


class Stage(ReadMedian):
    """Median of the last ten strides."""

    def __init__(self) -> None:
        super().__init__(KEY, 10)
