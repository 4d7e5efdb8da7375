"""Slope of the ground along the way in per cent, uphill positive: the treadmill's incline, else what the shoes climb.

From a shoe with a gyro: how much a stride between flat stances rises over its length (`foot_stride`). It cannot see a
slope exactly: the heel lifts already when the shoe is stillest. On level belts the shoes of two people say -0.5 to
+0.3 %, a sensor on the heel -2 %, a skeleton model +4 %: quality stays at 0.4 or less, and nothing is said until
twenty strides agree to 2.5 % (SD; their mean then to 0.6).
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
"""A stride's reading on its way to here."""

STRIDES = 20
AGREE_PCT = 2.5


class Stage(MetricStage):
    """The belt's incline while it tells one, else the mean of the newest strides of all shoes."""

    reads = (Quantity.INCLINE_PCT.value, FOOT_SLOPE)

    def __init__(self) -> None:
        self._belt = PassedOn(Quantity.INCLINE_PCT.value)
        self._strides: deque[Metric] = deque(maxlen=STRIDES)

    def reading(self, metric: Metric) -> None:
        """Take a stride's slope or the belt's."""
        self._belt.reading(metric)
        if metric.key == FOOT_SLOPE:
            self._strides.append(metric)

    def report(self, t_ns: int) -> list[Metric]:
        """The slope now."""
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
