"""Step time variability: coefficient of variation (SD over mean), % (runners 1-2; tired or on uneven ground more).

Each step is compared with the last one of the same leg, so that neither a limp nor a change of pace counts as
variability. A contact detected e too late makes one step e longer and the next e shorter; with x the difference of two
steps of a leg, white timing error adds 4 e^2 to the mean of x^2 and -e^2 to the mean of products of neighbouring x,
hence variance = mean(x_i^2) / 2 + 2 mean(x_i x_i+1). Against marker-derived contacts in five runs of four people
(59-171 steps) it is 0.7 too low to 0.5 too high; against the virtual runner with a cheap sensor's noise 0.2 too low to
0.1 too high from the trunk, up to 0.8 too high from shoes. Quality grows with the number of steps to at most 0.5.
"""

from __future__ import annotations

import math
from collections import deque
from operator import mul, sub

from dsp.metrics.metric import MetricStage
from dsp.metrics.recent import STALE_NS
from dsp.records import Metric, Step

KEY = "step_time_cv_pct"

STEPS = 60
FEWEST = 20
"""Fewest steps in a row for a value."""
LONGEST_STEP_S = 0.6
"""A longer step time means a missing step; no running step is as long."""

TRUST = 0.5
"""Maximum quality."""


class Stage(MetricStage):
    """Variability of the last 60 steps without a gap."""

    def __init__(self) -> None:
        self._steps: deque[tuple[float, float]] = deque(maxlen=STEPS)
        self._last_ns = 0

    def step(self, step: Step) -> None:
        """Take a step; a missing one starts a new row."""
        if step.step_time_s is None or step.step_time_s > LONGEST_STEP_S:
            self._steps.clear()
            return
        self._steps.append((step.step_time_s, step.confidence))
        self._last_ns = step.t_ns

    def report(self, t_ns: int) -> list[Metric]:
        """Return the coefficient of variation, from twenty steps on."""
        if len(self._steps) < FEWEST or t_ns - self._last_ns > STALE_NS:
            return []
        times = [time for time, _ in self._steps]
        x = list(map(sub, times[2:], times))
        squares, neighbours = sum(map(mul, x, x)), sum(map(mul, x, x[1:]))
        variance = 0.5 * squares / len(x) + 2.0 * neighbours / (len(x) - 1)
        mean = sum(times) / len(times)
        quality = TRUST * sum([c for _, c in self._steps]) / STEPS
        return [Metric(t_ns, KEY, 100.0 * math.sqrt(max(variance, 0.0)) / mean, None, round(quality, 3))]
