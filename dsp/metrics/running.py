"""Running or not: 1 or 0. What a session starts and pauses by.

A trunk sensor tells running steps only (`gate`). A shoe tells every stance, of walkers too; what it says is running
when the foot is on the ground for less than half of its stride, as no walker's is, in a row of strides that are alike,
and the other foot steps too if it has a sensor. A shoe with a gyro also has to show that it goes somewhere: a foot that
bounces on its toes or turns a pedal does not, and has no stride that begins and ends on the ground.

Who runs goes on running where a sensor falls silent for a moment or for good: the other foot is asked for, and a row,
only where running begins.
"""

from __future__ import annotations

from dsp.metrics import cadence_spm
from dsp.metrics.metric import MetricStage
from dsp.metrics.recent import STALE_NS
from dsp.placements import FEET
from dsp.records import Metric, Side, Step
from dsp.samples.stage import LONGEST_CHUNK_S
from dsp.signals import NS_PER_S

KEY = "running"

FOOT_STAYS = "foot_stays"
"""Reading of a shoe with a gyro on its way to here: 1 when the stride that has ended was not seen to go anywhere."""

STAYS_NS = 3 * NS_PER_S
"""What a shoe last said counts this long: four strides."""

MOST_WENT = 2
"""A stride that went somewhere counts one, up to this; one that did not takes one away: a runner may lose one."""

HELD_NS = 3 * NS_PER_S // 2
"""Running ends this long after the last running step, two strides of 160 steps a minute, ..."""
HELD_STRIDES = 2
"""... of shoes two of their own if that is longer: where only one foot is seen, or the other sensor has just died, the
next step comes down a stride later and is told with the one after it, ..."""
TOLD_S = 0.1 + LONGEST_CHUNK_S
"""... which is noticed so much later: what shows a contact, and the chunk that it is in."""

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
        self._until_ns: int | None = None
        self._sure = 0.0
        self._pod_until_ns: int | None = None
        self._pod_sure = 0.0
        self._strides: dict[Side | None, tuple[int, float]] = {}
        self._row = 0
        self._went: dict[Side | None, tuple[int, int]] = {}

    def step(self, step: Step) -> None:
        """Take a step; one in a walking rhythm is none."""
        runs = step.step_time_s is None or step.step_time_s < LONGEST_STEP_S
        held_ns = HELD_NS
        if step.source in FEET:
            stride_s = self._running_stride_s(step)
            self._row = self._row + 1 if stride_s and runs else 0
            runs = self._row >= ROW and all(went for t, went in self._went.values() if step.t_ns - t < STAYS_NS)
            held_ns = max(held_ns, round((HELD_STRIDES * stride_s + TOLD_S) * NS_PER_S))
        if runs:
            self._until_ns = step.t_ns + held_ns
            self._sure = step.confidence

    def _running_stride_s(self, step: Step) -> float:
        """The stride of this leg that ends with this step's contact; 0 where it is not a runner's."""
        before_ns, usual_s = self._strides.get(step.side, (0, 0.0))
        stride_s = (step.t_ns - before_ns) / NS_PER_S
        goes_on = self._until_ns is not None and step.t_ns < self._until_ns
        if goes_on and stride_s > 2.0 * LONGEST_STEP_S and step.contact_ms is not None:
            stride_s *= 0.5  # a contact between was missed, or this is walking, as the stance shows
        self._strides[step.side] = (step.t_ns, stride_s)
        alike = usual_s / UNLIKE < stride_s < usual_s * UNLIKE
        if not alike or stride_s > 2.0 * LONGEST_STEP_S:
            return 0.0
        other = self._strides.get(step.side.other) if step.side and not goes_on else None
        if other is not None and stride_s * NS_PER_S < step.t_ns - other[0] < STAYS_NS:
            return 0.0  # a heel that bounces
        on_ground_s = 0.0 if step.contact_ms is None else 1e-3 * step.contact_ms
        return stride_s if on_ground_s < MOST_ON_GROUND * stride_s else 0.0

    def reading(self, metric: Metric) -> None:
        """A pod's cadence in a running rhythm is running while it is fresh; a foot that goes nowhere is not."""
        if metric.key == FOOT_STAYS:
            _, went = self._went.get(metric.side, (0, 0))
            self._went[metric.side] = metric.t_ns, max(0, went - 1) if metric.value else min(MOST_WENT, went + 1)
        if metric.key == cadence_spm.KEY:
            self._pod_until_ns = metric.t_ns + STALE_NS if metric.value > 60.0 / LONGEST_STEP_S else None
            self._pod_sure = metric.quality

    def report(self, t_ns: int) -> list[Metric]:
        """1 or 0 now."""
        if self._until_ns is not None and t_ns < self._until_ns:
            return [Metric(t_ns, KEY, 1.0, None, self._sure)]
        if self._pod_until_ns is not None and t_ns < self._pod_until_ns:
            return [Metric(t_ns, KEY, 1.0, None, self._pod_sure)]
        return [Metric(t_ns, KEY, 0.0, None, 1.0)]
