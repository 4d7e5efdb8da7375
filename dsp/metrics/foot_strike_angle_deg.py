"""Foot strike angle of each foot: toes up at contact relative to the flat foot, deg (heel 10-30, forefoot < 0).

The shoe's pitch rate, integrated from contact to the stillest moment of the stance. Experimental: no public recording
has a true angle. Against the virtual runner it orders a forefoot, a midfoot and a steep heel strike correctly but
underestimates the steep one (12 instead of 21 deg): at 400 deg/s a contact detected 20 ms late has lost 8 deg. Quality
is therefore at most 0.3.
"""

from __future__ import annotations

from dsp.metrics.metric import MetricStage
from dsp.metrics.recent import PerSide
from dsp.records import Metric

KEY = "foot_strike_angle_deg"


class Stage(MetricStage):
    """Median of the last ten contacts of each foot."""

    reads = (KEY,)

    def __init__(self) -> None:
        self._sides = PerSide(KEY, 10)

    def reading(self, metric: Metric) -> None:
        """Take a stride's value."""
        self._sides.add(metric.side, metric.t_ns, metric.value, metric.quality)

    def report(self, t_ns: int) -> list[Metric]:
        """Return the medians, one per foot."""
        return self._sides.report(t_ns)
