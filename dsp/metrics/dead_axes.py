"""Number of dead axes of a motion sensor (`dsp.samples.dead_axes`): with the side of a shoe, without one for the trunk.

Reported every second while there are any, and once with 0 when they are alive again.
"""

from __future__ import annotations

from dsp.metrics.metric import MetricStage
from dsp.records import Metric, Side
from dsp.signals import NS_PER_S

KEY = "dead_axes"


def dead_axes(t_s: float, count: int, side: Side | None) -> Metric:
    """From `t_s` on, `count` axes of a sensor are dead."""
    return Metric(round(t_s * NS_PER_S), KEY, float(count), side, 1.0)


class Stage(MetricStage):
    """Repeats the newest count of each sensor until it is 0."""

    reads = (KEY,)

    def __init__(self) -> None:
        self._newest: dict[Side | None, Metric] = {}

    def reading(self, metric: Metric) -> None:
        """Remember the newest."""
        self._newest[metric.side] = metric

    def report(self, t_ns: int) -> list[Metric]:
        """The number of dead axes of each sensor that has, or just had, any."""
        if not self._newest:
            return []
        counts = [Metric(t_ns, KEY, each.value, each.side, each.quality) for each in self._newest.values()]
        self._newest = {side: each for side, each in self._newest.items() if each.value}
        return counts
