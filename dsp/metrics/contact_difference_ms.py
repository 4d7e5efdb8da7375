"""Contact time of the left leg minus that of the right, ms (healthy runners within 10; positive: longer on the left).

Means of 20 steps a leg. Only where both legs were timed alike, both by a shoe or both by the trunk: the two kinds are
10-15 ms apart (sources 9). Watch its change within a runner: against force and marker truth of five runs
the number itself is 1-12 ms off from the trunk and 2-19 ms from shoes, which sit differently on either foot. Quality
is therefore at most 0.5 and 0.3, and a standard error of 5 ms halves it.
"""

from __future__ import annotations

from dsp.metrics.left_minus_right import LeftMinusRight
from dsp.metrics.metric import MetricStage
from dsp.placements import FEET
from dsp.records import Metric, Step

KEY = "contact_difference_ms"

SHOE_TRUST, TRUNK_TRUST = 0.3, 0.5


class Stage(MetricStage):
    """Left minus right."""

    def __init__(self) -> None:
        self._difference = LeftMinusRight(KEY, count=20, least=5, half=5.0)

    def step(self, step: Step) -> None:
        """Take a stance."""
        if step.side is not None and step.contact_ms is not None:
            source = None if step.source in FEET else step.source
            trust = step.confidence * (SHOE_TRUST if source is None else TRUNK_TRUST)
            self._difference.add(step.side, step.t_ns, step.contact_ms, trust, source)

    def report(self, t_ns: int) -> list[Metric]:
        """The difference now."""
        return self._difference.report(t_ns)
