"""Flight time, from toe-off to the next initial contact of the other foot, ms (running 20-200; sources 7).

Its error is that of contact time with the sign reversed, and so is its quality (`contact_trust`).
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
        """Return the median."""
        return self._recent.report(t_ns, KEY, None)
