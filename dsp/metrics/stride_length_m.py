"""Stride length, the distance between two contacts of the same foot, m (running 1.5-4): speed times stride time.

As accurate as the speed, whatever its source (`speed_mps`); quality is the lower of those of speed and cadence.
"""

from __future__ import annotations

from dsp.metrics import cadence_spm, speed_mps
from dsp.metrics.metric import MetricStage
from dsp.records import Metric

KEY = "stride_length_m"


class Stage(MetricStage):
    """Speed times 120 over cadence: a stride is two steps."""

    made_of = (cadence_spm.KEY, speed_mps.KEY)

    def derive(self, others: list[Metric]) -> list[Metric]:
        """Return the stride length."""
        cadence, speed = others
        if cadence.value <= 0.0:
            return []
        quality = min(speed.quality, cadence.quality)
        return [Metric(speed.t_ns, KEY, 120.0 * speed.value / cadence.value, None, quality)]
