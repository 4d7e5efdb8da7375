"""Distance between two contacts of the same foot, m (running 1.5-4): speed times stride time.

As true as the speed is (`speed_mps`), whoever measures it; quality is the lower one of speed and cadence.
"""

from __future__ import annotations

from dsp.metrics import cadence_spm
from dsp.metrics.metric import MetricStage
from dsp.metrics.speed_source import Speeds
from dsp.records import Metric, Step

KEY = "stride_length_m"


class Stage(MetricStage):
    """From the speed of the best source that speaks."""

    reads = (*Speeds.reads, cadence_spm.KEY)

    def __init__(self) -> None:
        self._speeds = Speeds()
        self._cadence = cadence_spm.Stage()

    def step(self, step: Step) -> None:
        """Take a step."""
        self._cadence.step(step)

    def reading(self, metric: Metric) -> None:
        """Remember a speed or a cadence."""
        self._speeds.reading(metric)
        self._cadence.reading(metric)

    def report(self, t_ns: int) -> list[Metric]:
        """The length now."""
        speed = self._speeds.now(t_ns)
        if speed is None:
            return []
        quick = [c for c in self._cadence.report(t_ns) if c.value > 0.0]
        return [Metric(t_ns, KEY, 120.0 * speed.mps / c.value, None, min(speed.quality, c.quality)) for c in quick]
