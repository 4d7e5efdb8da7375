"""Duty factor: share of a stride that a foot is on the ground, 0-1 (running 0.25-0.45; walking above 0.5).

Contact time over stride time, the time to the same foot's next contact as seen by the same sensor (Alexander 1989, doi
10.1152/physrev.1989.69.4.1199). Its error is that of contact time: against force plates and markers in five runs -0.05
to +0.02 from a shoe and -0.08 to +0.01 from the trunk. Quality is therefore at most 0.6 and 0.4.
"""

from __future__ import annotations

from dsp.metrics.contact_trust import contact_trust
from dsp.metrics.metric import MetricStage
from dsp.metrics.recent import PerSide
from dsp.records import Metric, Side, Step
from dsp.signals import NS_PER_S

KEY = "duty_factor"

SHORTEST_STRIDE_S = 0.4
LONGEST_STRIDE_S = 2.0


class Stage(MetricStage):
    """Median of the last ten strides of each leg."""

    def __init__(self) -> None:
        self._sides = PerSide(KEY, 10)
        self._last: dict[Side, Step] = {}

    def step(self, step: Step) -> None:
        """Take a step, whose contact ends a stride of the same leg."""
        if step.side is None:
            return
        last = self._last.get(step.side)
        self._last[step.side] = step
        if last is None or last.contact_ms is None or last.source is not step.source:
            return
        stride_s = (step.t_ns - last.t_ns) / NS_PER_S
        if SHORTEST_STRIDE_S < stride_s < LONGEST_STRIDE_S:
            self._sides.add(step.side, step.t_ns, 1e-3 * last.contact_ms / stride_s, contact_trust(last))

    def report(self, t_ns: int) -> list[Metric]:
        """Return the medians, one per leg."""
        return self._sides.report(t_ns)
