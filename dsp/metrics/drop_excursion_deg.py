"""Contralateral pelvic drop excursion of each stance leg, deg (running 1-12; sources 2).

How far the pelvis drops within the stance (`dsp.records.Step`): the drop metric to compare and to cue on, since it does
not depend on the standing zero.
"""

from __future__ import annotations

from dsp.metrics.metric import MetricStage
from dsp.metrics.recent import PerSide
from dsp.records import Metric, Step

KEY = "drop_excursion_deg"


class Stage(MetricStage):
    """Median of the last ten stances of each leg."""

    def __init__(self) -> None:
        self._sides = PerSide(KEY, 10)

    def step(self, step: Step) -> None:
        """Take a stance."""
        self._sides.add(step.side, step.t_ns, step.drop_excursion_deg, step.drop_confidence)

    def report(self, t_ns: int) -> list[Metric]:
        """Return the medians, one per leg."""
        return self._sides.report(t_ns)
