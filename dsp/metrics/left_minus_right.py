"""Difference between left and right stances in some quantity, over the last steps of each leg, with its quality."""

from __future__ import annotations

import math
from collections import deque

from dsp.metrics.recent import STALE_NS
from dsp.records import Metric, Side
from dsp.signals import Placement


class LeftMinusRight:
    """Mean of the last steps of the left leg minus that of the right.

    Both legs must have been measured by the same kind of sensor, or the difference would be that of the sensors.
    Quality is the mean confidence of the steps, lowered by the standard error of the difference.

    key            key of the metric
    count          steps per leg in a mean
    fewest         minimum steps per leg for a value
    halving_error  standard error that halves the quality, in the metric's unit
    """

    def __init__(self, key: str, count: int, fewest: int, halving_error: float) -> None:
        self._key = key
        self._fewest = fewest
        self._halving_error = halving_error
        self._left, self._right = _Leg(count), _Leg(count)

    def add(self, side: Side, t_ns: int, value: float, confidence: float, source: Placement | None) -> None:
        """Take a step; `source` is None where each foot has its own sensor."""
        leg = self._left if side is Side.LEFT else self._right
        if t_ns - leg.newest_ns > STALE_NS or source is not leg.source:
            leg.values.clear()
            leg.confidences.clear()
        leg.newest_ns, leg.source = t_ns, source
        leg.values.append(value)
        leg.confidences.append(confidence)

    def report(self, t_ns: int) -> list[Metric]:
        """Return the difference; empty with too few or stale steps, or where the legs' sources differ."""
        left, right = self._left, self._right
        if min(len(left.values), len(right.values)) < self._fewest or left.source is not right.source:
            return []
        if t_ns - min(left.newest_ns, right.newest_ns) > STALE_NS:
            return []
        (left_mean, left_variance), (right_mean, right_variance) = _mean_of(left.values), _mean_of(right.values)
        error = math.sqrt(left_variance + right_variance)
        confidence = (sum(left.confidences) + sum(right.confidences)) / (len(left.values) + len(right.values))
        quality = confidence / (1.0 + (error / self._halving_error) ** 2)
        return [Metric(t_ns, self._key, left_mean - right_mean, None, round(quality, 3))]


class _Leg:
    """The last steps of one leg, all measured by the same kind of sensor."""

    def __init__(self, count: int) -> None:
        self.newest_ns = 0
        self.source: Placement | None = None
        self.values: deque[float] = deque(maxlen=count)
        self.confidences: deque[float] = deque(maxlen=count)


def _mean_of(values: deque[float]) -> tuple[float, float]:
    """Return the mean of at least two values and the variance of that mean."""
    n = len(values)
    mean = sum(values) / n
    return mean, sum([(value - mean) ** 2 for value in values]) / (n * (n - 1))
