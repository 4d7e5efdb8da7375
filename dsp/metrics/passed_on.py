"""Metrics that a sensor measures ready-made, passed on once a second while they are fresh."""

from __future__ import annotations

from dsp.metrics.metric import MetricStage
from dsp.records import Metric
from dsp.signals import NS_PER_S

FRESH_NS = 5 * NS_PER_S
"""Straps and treadmills send about once a second; five missing values are a lost sensor."""


class PassedOn(MetricStage):
    """Base class of the metrics that pass a reading on unchanged."""

    def __init__(self, key: str) -> None:
        self._key = key
        self.reads = (key,)
        self._newest: Metric | None = None

    def reading(self, metric: Metric) -> None:
        """Remember the newest reading."""
        if metric.key == self._key:
            self._newest = metric

    def report(self, t_ns: int) -> list[Metric]:
        """Return the newest value while it is fresh; quality falls with its age, to half at `FRESH_NS`."""
        newest = self._newest
        if newest is None or t_ns - newest.t_ns > FRESH_NS:
            return []
        age = max(0, t_ns - newest.t_ns) / FRESH_NS
        return [Metric(t_ns, self._key, newest.value, None, round(newest.quality * (1.0 - 0.5 * age), 3))]
