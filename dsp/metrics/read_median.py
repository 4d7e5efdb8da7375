"""Metrics that a sensor's processing chain computes once a stride, as the median of the newest values."""

from __future__ import annotations

from dsp.metrics.metric import MetricStage
from dsp.metrics.recent import Recent
from dsp.records import Metric


class ReadMedian(MetricStage):
    """Base class of the metrics that come once a stride and concern the whole runner, not one leg."""

    def __init__(self, key: str, count: int) -> None:
        self._key = key
        self.reads = (key,)
        self._recent = Recent(count)

    def reading(self, metric: Metric) -> None:
        """Take a stride's value."""
        self._recent.add(metric.t_ns, metric.value, metric.quality)

    def report(self, t_ns: int) -> list[Metric]:
        """Return the median."""
        return self._recent.report(t_ns, self._key, None)
