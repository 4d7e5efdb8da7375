"""How far the toes point up at contact against the shoe flat on the ground, deg (heel strikers 10-30, forefoot < 0).

Experimental: no recording with a true angle is public. Against the virtual runner it puts a forefoot, a middle and a
steep heel strike in their order but reads the steep ones too flat (12 for 21 deg): at 400 deg/s a contact told 20 ms
late has lost 8. Its quality therefore never passes 0.3. The shoe's pitch rate is summed from contact to the stillest
moment of the stance.
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
        """The medians now, one per leg."""
        return self._sides.report(t_ns)
