"""The last few values of a quantity: most metrics are their median."""

from __future__ import annotations

from collections import deque
from statistics import median

from dsp.records import Metric, Side
from dsp.signals import NS_PER_S

STALE_NS = 3 * NS_PER_S
"""Values older than this no longer describe the runner."""


class Recent:
    """Median of the last `count` values while the newest is fresh; quality grows with their number."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._newest_ns = 0
        self._values: deque[float] = deque(maxlen=count)
        self._confidences: deque[float] = deque(maxlen=count)

    def add(self, t_ns: int, value: float, confidence: float) -> None:
        """Take a value and its confidence, 0-1."""
        self._newest_ns = t_ns
        self._values.append(value)
        self._confidences.append(confidence)

    def report(self, t_ns: int, key: str, side: Side | None) -> list[Metric]:
        """Return the median as a metric at `t_ns`; empty, and all values forgotten, when they are stale."""
        if not self._values:
            return []
        if t_ns - self._newest_ns > STALE_NS:
            self._values.clear()
            self._confidences.clear()
            return []
        # The mean confidence, times the share of `count` that is there.
        quality = sum(self._confidences) / self._count
        return [Metric(t_ns, key, median(self._values), side, round(quality, 3))]


class PerSide:
    """A `Recent` for each leg."""

    def __init__(self, key: str, count: int) -> None:
        self._key = key
        self._sides = {Side.LEFT: Recent(count), Side.RIGHT: Recent(count)}

    def add(self, side: Side | None, t_ns: int, value: float | None, confidence: float) -> None:
        """Take a value of one leg; ignored without a leg or a value."""
        if side is not None and value is not None:
            self._sides[side].add(t_ns, value, confidence)

    def report(self, t_ns: int) -> list[Metric]:
        """Return up to two metrics, one per leg."""
        return [m for side, recent in self._sides.items() for m in recent.report(t_ns, self._key, side)]
