"""Ground contact time of the left leg minus that of the right, ms (healthy runners within +-10).

Difference of the means of 20 steps per leg. Only where both legs were timed the same way, by shoes or by the trunk: the
two differ by 10-15 ms (sources 9). Watch its change within a runner: against force plates and markers in five runs the
value itself is off by 1-12 ms from the trunk and by 2-19 ms from shoes, which sit differently on each foot. Quality is
therefore at most 0.5 and 0.3, and a standard error of 5 ms halves it.
"""

from __future__ import annotations

from dsp.metrics.left_minus_right import LeftMinusRight
from dsp.metrics.metric import MetricStage
from dsp.placements import FEET
from dsp.records import Metric, Step

KEY = "contact_difference_ms"

SHOE_TRUST, TRUNK_TRUST = 0.3, 0.5


class Stage(MetricStage):
    """Mean of the left stances minus mean of the right."""

    def __init__(self) -> None:
        self._difference = LeftMinusRight(KEY, count=20, fewest=5, halving_error=5.0)

    def step(self, step: Step) -> None:
        """Take a stance."""
        if step.side is not None and step.contact_ms is not None:
            source = None if step.source in FEET else step.source
            trust = step.confidence * (SHOE_TRUST if source is None else TRUNK_TRUST)
            self._difference.add(step.side, step.t_ns, step.contact_ms, trust, source)

    def report(self, t_ns: int) -> list[Metric]:
        """Return the difference."""
        return self._difference.report(t_ns)
