"""The last few numbers, kept with their times: what most metrics are a median of."""

from __future__ import annotations

from collections import deque
from statistics import median

from dsp.records import Metric, Side
from dsp.signals import NS_PER_S

STALE_NS = 3 * NS_PER_S
"""A running value older than this is no longer the runner's."""


class Recent:
    """Median of the last `count` values, if the newest is fresh; quality grows with how many there are."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._newest_ns = 0
        self._values: deque[float] = deque(maxlen=count)
        self._confidences: deque[float] = deque(maxlen=count)

    def add(self, t_ns: int, value: float, confidence: float) -> None:
        """Take one value."""
        self._newest_ns = t_ns
        self._values.append(value)
        self._confidences.append(confidence)

    def report(self, t_ns: int, key: str, side: Side | None) -> list[Metric]:
        """One metric at `t_ns`, or none when the values are stale."""
        if not self._values:
            return []
        if t_ns - self._newest_ns > STALE_NS:
            self._values.clear()
            self._confidences.clear()
            return []
        # The share of the wanted values that is there, times their mean confidence.
        quality = sum(self._confidences) / self._count
        return [Metric(t_ns, key, median(self._values), side, round(quality, 3))]


class PerSide:
    """A `Recent` for each leg."""

    def __init__(self, key: str, count: int) -> None:
        self._key = key
        self._sides = {Side.LEFT: Recent(count), Side.RIGHT: Recent(count)}

    def add(self, side: Side | None, t_ns: int, value: float | None, confidence: float) -> None:
        """Take one value of one leg; nothing without a leg or a value."""
        if side is not None and value is not None:
            self._sides[side].add(t_ns, value, confidence)

    def report(self, t_ns: int) -> list[Metric]:
        """Up to two metrics."""
        return [m for side, recent in self._sides.items() for m in recent.report(t_ns, self._key, side)]
