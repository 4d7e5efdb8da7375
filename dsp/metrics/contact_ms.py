"""Ground contact time of each leg, from initial contact to toe-off, ms (running 150-350; sources 7).

From the trunk it is off by up to 50 ms, by the same amount every day, and quality is lower (`contact_trust`).
"""

from __future__ import annotations

from dsp.metrics.contact_trust import contact_trust
from dsp.metrics.metric import MetricStage
from dsp.metrics.recent import PerSide
from dsp.records import Metric, Step

KEY = "contact_ms"


class Stage(MetricStage):
    """Median of the last ten stances of each leg."""

    def __init__(self) -> None:
        self._sides = PerSide(KEY, 10)

    def step(self, step: Step) -> None:
        """Take a stance."""
        self._sides.add(step.side, step.t_ns, step.contact_ms, contact_trust(step))

    def report(self, t_ns: int) -> list[Metric]:
        """Return the medians, one per leg."""
        return self._sides.report(t_ns)
