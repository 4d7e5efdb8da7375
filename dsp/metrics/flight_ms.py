"""Flight time between toe-off and the next contact of the other foot, ms (running 20-200; sources 7).

What contact time lacks it has too much, so it is as sure as that (`contact_trust`).
"""

from __future__ import annotations

from dsp.metrics.contact_trust import contact_trust
from dsp.metrics.metric import MetricStage
from dsp.metrics.recent import Recent
from dsp.records import Metric, Step

KEY = "flight_ms"


class Stage(MetricStage):
    """Median of the last ten steps."""

    def __init__(self) -> None:
        self._recent = Recent(10)

    def step(self, step: Step) -> None:
        """Take a step."""
        if step.flight_ms is not None:
            self._recent.add(step.t_ns, step.flight_ms, contact_trust(step))

    def report(self, t_ns: int) -> list[Metric]:
        """The median now."""
        return self._recent.report(t_ns, KEY, None)
