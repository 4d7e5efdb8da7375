"""Slope of the ground along the way, %, uphill positive: the treadmill's incline, else the slope that the shoes climb.

From a shoe with a gyroscope: the rise of a stride between flat stances over its length (`foot_stride`). This is biased,
as the heel is already lifting when the shoe is stillest: on level belts the shoes of two people give -0.5 to +0.3 %, a
sensor on the heel -2 %, a skeleton model +4 %. Quality is therefore at most 0.4, and there is no value until twenty
strides agree to 2.5 % (SD; their mean then to 0.6).
"""

from __future__ import annotations

import math
from collections import deque
from statistics import fmean

from dsp.metrics.metric import MetricStage
from dsp.metrics.passed_on import PassedOn
from dsp.metrics.recent import STALE_NS
from dsp.records import Metric
from dsp.signals import Quantity

KEY = "slope_pct"

FOOT_SLOPE = "foot_slope_pct"
"""Reading of a shoe: the slope of one stride."""

STRIDES = 20
AGREE_PCT = 2.5
"""Largest SD of the strides' slopes for a value."""


class Stage(MetricStage):
    """The treadmill's incline while it sends one, else the mean of the newest strides of all shoes."""

    reads = (Quantity.INCLINE_PCT.value, FOOT_SLOPE)

    def __init__(self) -> None:
        self._belt = PassedOn(Quantity.INCLINE_PCT.value)
        self._strides: deque[Metric] = deque(maxlen=STRIDES)

    def reading(self, metric: Metric) -> None:
        """Take the slope of a stride or of the treadmill."""
        self._belt.reading(metric)
        if metric.key == FOOT_SLOPE:
            self._strides.append(metric)

    def report(self, t_ns: int) -> list[Metric]:
        """Return the slope."""
        for belt in self._belt.report(t_ns):
            return [Metric(t_ns, KEY, belt.value, None, belt.quality)]
        strides = self._strides
        if len(strides) < STRIDES or t_ns - strides[-1].t_ns > STALE_NS:
            return []
        values = [stride.value for stride in strides]
        mean = fmean(values)
        if math.dist(values, [mean] * STRIDES) > AGREE_PCT * math.sqrt(STRIDES):
            return []
        return [Metric(t_ns, KEY, mean, None, round(fmean(stride.quality for stride in strides), 3))]
