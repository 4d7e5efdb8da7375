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
        self._seen: dict[Side, deque[tuple[int, float, float, Placement | None]]] = {
            side: deque(maxlen=count) for side in Side
        }

    def add(self, side: Side, t_ns: int, value: float, confidence: float, source: Placement | None) -> None:
        """Take a step; `source` None where both feet have a sensor of their own."""
        row = self._seen[side]
        if row and (t_ns - row[-1][0] > STALE_NS or source is not row[-1][3]):
            row.clear()
        row.append((t_ns, value, confidence, source))

    def report(self, t_ns: int) -> list[Metric]:
        """The difference now, or nothing."""
        left, right = self._seen[Side.LEFT], self._seen[Side.RIGHT]
        if min(len(left), len(right)) < self._least or left[-1][3] is not right[-1][3]:
            return []
        if t_ns - min(left[-1][0], right[-1][0]) > STALE_NS:
            return []
        (left_mean, left_variance), (right_mean, right_variance) = _mean_of(left), _mean_of(right)
        error = math.sqrt(left_variance + right_variance)
        sure = sum([c for _, _, c, _ in left]) + sum([c for _, _, c, _ in right])
        trust = sure / (len(left) + len(right)) / (1.0 + (error / self._half) ** 2)
        return [Metric(t_ns, self._key, left_mean - right_mean, None, round(trust, 3))]


def _mean_of(row: deque[tuple[int, float, float, Placement | None]]) -> tuple[float, float]:
    """Mean of a row's values, and the variance of that mean."""
    n = len(row)
    values = [value for _, value, _, _ in row]
    mean = sum(values) / n
    return mean, sum([(value - mean) ** 2 for value in values]) / (n * (n - 1))
