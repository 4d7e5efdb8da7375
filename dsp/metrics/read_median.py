"""A value that a sensor's chain works out once a stride: the median of the newest."""

from __future__ import annotations

from dsp.metrics.metric import MetricStage
from dsp.metrics.recent import Recent
from dsp.records import Metric


class ReadMedian(MetricStage):
    """Base of the metrics that come once a stride, of the whole runner."""

    def __init__(self, key: str, count: int) -> None:
        self._key = key
        self.reads = (key,)
        self._recent = Recent(count)

    def reading(self, metric: Metric) -> None:
        """Take a stride's value."""
        self._recent.add(metric.t_ns, metric.value, metric.quality)

    def report(self, t_ns: int) -> list[Metric]:
        """The median now."""
        return self._recent.report(t_ns, self._key, None)
