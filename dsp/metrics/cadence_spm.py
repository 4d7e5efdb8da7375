"""Cadence, steps/min of both feet (running 140-220; sources 3).

From stride times where both feet are seen, since a sensor off the midline sees left and right steps alternate by up to
37 ms (sources 9) while strides do not. With one foot only, twice that foot's strides. A standard pod's own value is
passed on only where no motion sensor gives one.
"""

from __future__ import annotations

from collections import deque
from statistics import median

from dsp.metrics.metric import MetricStage
from dsp.metrics.recent import STALE_NS
from dsp.placements import FEET
from dsp.records import Metric, Step
from dsp.signals import NS_PER_S

KEY = "cadence_spm"

SHORTEST_STRIDE_S = 0.4
LONGEST_STRIDE_S = 2.5
"""From 300 steps/min to very slow walking."""


class Stage(MetricStage):
    """Median over the strides of the last ten steps."""

    reads = (KEY,)

    def __init__(self) -> None:
        self._steps: deque[Step] = deque(maxlen=11)
        self._pod: Metric | None = None

    def step(self, step: Step) -> None:
        """Take a step."""
        if self._steps and step.t_ns - self._steps[-1].t_ns > STALE_NS:
            self._steps.clear()
        self._steps.append(step)

    def reading(self, metric: Metric) -> None:
        """Remember a pod's cadence."""
        if metric.key == KEY:
            self._pod = metric

    def report(self, t_ns: int) -> list[Metric]:
        """Return cadence, from steps if there are any, else from a pod."""
        if self._steps and t_ns - self._steps[-1].t_ns < STALE_NS:
            strides = self._stride_times_s()
            if strides:
                trust = sum([s.confidence for s in self._steps]) / len(self._steps)
                quality = round(min(1.0, len(strides) / 8) * trust, 3)
                return [Metric(t_ns, KEY, 120.0 / median(strides), None, quality)]
        pod = self._pod
        if pod is not None and t_ns - pod.t_ns < STALE_NS:
            return [Metric(t_ns, KEY, pod.value, None, pod.quality)]
        return []

    def _stride_times_s(self) -> list[float]:
        """Return the times between contacts of the same foot: known for shoes, every other contact on the trunk."""
        steps = list(self._steps)
        # Only within one sensor: a stride between two would contain the offset of their clocks.
        pairs = [(a, _same_foot(a, steps[i + 1 : i + 3])) for i, a in enumerate(steps[:-1])]
        times = [(b.t_ns - a.t_ns) / NS_PER_S for a, b in pairs if b is not None and a.source is b.source]
        return [t for t in times if SHORTEST_STRIDE_S < t < LONGEST_STRIDE_S]


def _same_foot(step: Step, two: list[Step]) -> Step | None:
    """Return which of the next `two` steps ends the stride that `step` begins; later ones belong to the next stride."""
    if step.source in FEET and two[0].source is step.source and two[0].side is step.side:
        return two[0]
    if len(two) < 2 or step.step_time_s is None or two[0].step_time_s is None:  # a step is missing in between
        return None
    return two[1] if step.source not in FEET or two[1].side is step.side else None
