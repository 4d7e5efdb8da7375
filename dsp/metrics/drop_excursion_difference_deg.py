"""Drop excursion in left stance minus that in right stance, deg (healthy runners within +-2 to 3; sources 2).

Positive: the pelvis drops further in left stance. Difference of the means of 20 steps per leg; a standard error of 0.5
deg halves the quality. Its change within a runner is more informative than the value: healthy runners differ as much.
"""

from __future__ import annotations

from dsp.metrics.left_minus_right import LeftMinusRight
from dsp.metrics.metric import MetricStage
from dsp.records import Metric, Step

KEY = "drop_excursion_difference_deg"


class Stage(MetricStage):
    """Mean of the left stances minus mean of the right."""

    def __init__(self) -> None:
        self._difference = LeftMinusRight(KEY, count=20, fewest=5, halving_error=0.5)

    def step(self, step: Step) -> None:
        """Take a stance."""
        if step.side is not None and step.drop_excursion_deg is not None:
            drop_deg = step.drop_excursion_deg
            self._difference.add(step.side, step.t_ns, drop_deg, step.drop_confidence, step.drop_source)

    def report(self, t_ns: int) -> list[Metric]:
        """Return the difference."""
        return self._difference.report(t_ns)
