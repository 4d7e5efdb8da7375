"""Running or not: 1 or 0. What a session starts and pauses by."""

from __future__ import annotations

from dsp.records import Metric, Step
from dsp.signals import NS_PER_S

KEY = "running"

HELD_NS = 3 * NS_PER_S // 2
"""Running ends this long after the last running step: two slow strides."""

LONGEST_STEP_S = 0.5
"""Below 120 steps a minute feet walk."""


class Stage:
    """1 while running steps come, else 0."""

    def __init__(self) -> None:
        self._last_ns: int | None = None
        self._sure = 0.0

    def step(self, step: Step) -> None:
        """Take a step; one in a walking rhythm is none."""
        if step.step_time_s is None or step.step_time_s < LONGEST_STEP_S:
            self._last_ns = step.t_ns
            self._sure = step.confidence

    def reading(self, metric: Metric) -> None:
        """A pod's cadence in a running rhythm is running too."""
        if metric.key == "cadence_spm" and metric.value > 60.0 / LONGEST_STEP_S:
            self._last_ns = metric.t_ns
            self._sure = metric.quality

    def report(self, t_ns: int) -> list[Metric]:
        """1 or 0 now."""
        running = self._last_ns is not None and t_ns - self._last_ns < HELD_NS
        return [Metric(t_ns, KEY, 1.0 if running else 0.0, None, self._sure if running else 1.0)]
