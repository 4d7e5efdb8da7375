"""Left stance minus right stance of some quantity, over the last steps of each leg, with how sure it is."""

from __future__ import annotations

import math
from collections import deque

from dsp.metrics.recent import STALE_NS
from dsp.records import Metric, Side
from dsp.signals import Placement


class LeftMinusRight:
    """Difference of the means of `count` steps a side, from `least` a side on; positive: more on the left.

    Both legs must have been seen by the same kind of sensor, or the difference is that of the sensors. Quality is the
    sensors' confidence, lowered by the standard error of the difference: one of `half` halves it.
    """

    def __init__(self, key: str, count: int, least: int, half: float) -> None:
        self._key = key
        self._least = least
        self._half = half
        self._left, self._right = _Row(count), _Row(count)

    def add(self, side: Side, t_ns: int, value: float, confidence: float, source: Placement | None) -> None:
        """Take a step; `source` None where both feet have a sensor of their own."""
        row = self._left if side is Side.LEFT else self._right
        if t_ns - row.newest_ns > STALE_NS or source is not row.source:
            row.values.clear()
            row.confidences.clear()
        row.newest_ns, row.source = t_ns, source
        row.values.append(value)
        row.confidences.append(confidence)

    def report(self, t_ns: int) -> list[Metric]:
        """The difference now, or nothing."""
        left, right = self._left, self._right
        if min(len(left.values), len(right.values)) < self._least or left.source is not right.source:
            return []
        if t_ns - min(left.newest_ns, right.newest_ns) > STALE_NS:
            return []
        (left_mean, left_variance), (right_mean, right_variance) = _mean_of(left.values), _mean_of(right.values)
        error = math.sqrt(left_variance + right_variance)
        sure = sum(left.confidences) + sum(right.confidences)
        trust = sure / (len(left.values) + len(right.values)) / (1.0 + (error / self._half) ** 2)
        return [Metric(t_ns, self._key, left_mean - right_mean, None, round(trust, 3))]


class _Row:
    """The last steps of one leg, all seen by the same kind of sensor."""

    def __init__(self, count: int) -> None:
        self.newest_ns = 0
        self.source: Placement | None = None
        self.values: deque[float] = deque(maxlen=count)
        self.confidences: deque[float] = deque(maxlen=count)


def _mean_of(values: deque[float]) -> tuple[float, float]:
    """Mean of values, and the variance of that mean."""
    n = len(values)
    mean = sum(values) / n
    return mean, sum([(value - mean) ** 2 for value in values]) / (n * (n - 1))
