"""Drop excursion in left stance minus that in right stance, deg (healthy runners up to 2-3 either way; sources 2).

Positive: the pelvis falls further when the left leg carries. Means of 20 steps a leg; quality: a standard error of 0.5
deg halves it. A change within a runner says more than the number: healthy runners differ this much (sources 2).
"""

from __future__ import annotations

from dsp.metrics.left_minus_right import LeftMinusRight
from dsp.metrics.metric import MetricStage
from dsp.records import Metric, Step

KEY = "drop_excursion_difference_deg"


class Stage(MetricStage):
    """Left minus right."""

    def __init__(self) -> None:
        self._difference = LeftMinusRight(KEY, count=20, least=5, half=0.5)

    def step(self, step: Step) -> None:
        """Take a stance."""
        if step.side is not None and step.drop_excursion_deg is not None:
            drop, sure = step.drop_excursion_deg, step.drop_confidence
            self._difference.add(step.side, step.t_ns, drop, sure, step.drop_source)

    def report(self, t_ns: int) -> list[Metric]:
        """The difference now."""
        return self._difference.report(t_ns)
