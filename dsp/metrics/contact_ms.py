"""Ground contact time of each leg, ms (running 150-350; sources 7).

From a trunk up to 50 ms off, the same every day: quality says so (`contact_trust`).
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
        """The medians now, one per leg."""
        return self._sides.report(t_ns)
