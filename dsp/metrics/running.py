"""Running or not: 1 or 0. What a session starts and pauses by.

A trunk sensor tells running steps only (`gate`). A shoe tells every stance, of walkers too; what it says is running
when the foot is on the ground for less than half of its stride, as no walker's is, in a row of strides that are alike,
and the other foot steps too if it has a sensor. A shoe with a gyro also has to show that it goes somewhere: a foot that
bounces on its toes or turns a pedal does not, and has no stride that begins and ends on the ground.
"""

from __future__ import annotations

from dsp.metrics import cadence_spm
from dsp.metrics.metric import MetricStage
from dsp.placements import FEET
from dsp.records import Metric, Side, Step
from dsp.signals import NS_PER_S

KEY = "running"

FOOT_STAYS = "foot_stays"
"""Reading of a shoe with a gyro on its way to here: 1 when the stride that has ended was not seen to go anywhere."""

STAYS_NS = 3 * NS_PER_S
"""What a shoe last said counts this long: four strides."""

MOST_WENT = 2
"""A stride that went somewhere counts one, up to this; one that did not takes one away: a runner may lose one."""

HELD_NS = 3 * NS_PER_S // 2
"""Running ends this long after the last running step: two slow strides."""

LONGEST_STEP_S = 0.5
"""Below 120 steps a minute feet walk."""

MOST_ON_GROUND = 0.5
"""Share of a stride: above it one foot always stands, which is walking (the definition of the two gaits)."""

ROW = 3
"""Running strides of shoes in a row before it is called running, ..."""
UNLIKE = 1.25
"""... none longer than the one before by this factor."""


class Stage(MetricStage):
    """1 while running steps come, else 0."""

    reads = (FOOT_STAYS, cadence_spm.KEY)

    def __init__(self) -> None:
        self._last_ns: int | None = None
        self._sure = 0.0
        self._strides: dict[Side | None, tuple[int, float]] = {}
        self._row = 0
        self._went: dict[Side | None, tuple[int, int]] = {}

    def step(self, step: Step) -> None:
        """Take a step; one in a walking rhythm is none."""
        runs = step.step_time_s is None or step.step_time_s < LONGEST_STEP_S
        if step.source in FEET:
            self._row = self._row + 1 if self._stride_runs(step) and runs else 0
            runs = self._row >= ROW and all(went for t, went in self._went.values() if step.t_ns - t < STAYS_NS)
        if runs:
            self._last_ns = step.t_ns
            self._sure = step.confidence

    def _stride_runs(self, step: Step) -> bool:
        """Whether the stride of this leg that ends with this step's contact is a runner's."""
        before_ns, usual_s = self._strides.get(step.side, (0, 0.0))
        stride_s = (step.t_ns - before_ns) / NS_PER_S
        self._strides[step.side] = (step.t_ns, stride_s)
        alike = usual_s / UNLIKE < stride_s < usual_s * UNLIKE
        if not alike or stride_s > 2.0 * LONGEST_STEP_S:
            return False
        other = self._strides.get(step.side.other) if step.side else None
        if other is not None and step.t_ns - other[0] > stride_s * NS_PER_S:
            return False  # a heel that bounces
        return step.contact_ms is None or step.contact_ms < 1e3 * MOST_ON_GROUND * stride_s

    def reading(self, metric: Metric) -> None:
        """A pod's cadence in a running rhythm is running too; a foot that goes nowhere is not."""
        if metric.key == FOOT_STAYS:
            _, went = self._went.get(metric.side, (0, 0))
            self._went[metric.side] = metric.t_ns, max(0, went - 1) if metric.value else min(MOST_WENT, went + 1)
        if metric.key == cadence_spm.KEY and metric.value > 60.0 / LONGEST_STEP_S:
            self._last_ns = metric.t_ns
            self._sure = metric.quality

    def report(self, t_ns: int) -> list[Metric]:
        """1 or 0 now."""
        running = self._last_ns is not None and t_ns - self._last_ns < HELD_NS
        return [Metric(t_ns, KEY, 1.0 if running else 0.0, None, self._sure if running else 1.0)]
