"""Whether the runner is running, 1 or 0; starts and pauses a session.

A trunk sensor emits running steps only (`gate`). A shoe emits every stance, of walkers too; its steps count as running
when the foot is on the ground for less than half of the stride, as in no walker, in several similar strides in a row,
and the other foot steps too if it has a sensor. A shoe with a gyroscope must also travel: a foot that bounces on its
toes or turns a pedal does not, and has no stride that begins and ends on the ground.

Running continues where a sensor falls silent, for a moment or for good: the other foot and the row of strides are
required only for running to begin.
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
"""Reading of a shoe with a gyroscope: 1 when the stride that has ended did not travel, else 0."""

STAYS_NS = 3 * NS_PER_S
"""A shoe's last stride and reading count for this long, about four strides."""

MOST_TRAVELLED = 2
"""Upper limit of a shoe's counter of strides: one that travelled adds one, one that did not takes one away, so that a
runner may miss one."""

HELD_NS = 3 * NS_PER_S // 2
"""Running ends this long after the last running step, two strides at 160 steps/min, ..."""
HELD_STRIDES = 2
"""... or, for shoes, two of their own strides if that is longer: where only one foot is seen, or the other sensor has
just died, the next step comes a stride later and is emitted with the one after it, ..."""
NOTICED_S = 0.1 + LONGEST_CHUNK_S
"""... which is detected this much later: the signal that shows a contact, and the chunk that it is in."""

LONGEST_STEP_S = 0.5
"""A longer step, below 120 steps/min, is walking."""

MOST_ON_GROUND = 0.5
"""Largest share of a stride on the ground: above it one foot is always down, which defines walking."""

ROW = 3
"""Running strides of shoes in a row before running begins, ..."""
UNLIKE = 1.25
"""... each differing from the one before by less than this factor."""


class Stage(MetricStage):
    """1 while running steps arrive, else 0."""

    reads = (FOOT_STAYS, cadence_spm.KEY)

    def __init__(self) -> None:
        self._until_ns: int | None = None
        self._confidence = 0.0
        self._pod_until_ns: int | None = None
        self._pod_quality = 0.0
        self._strides: dict[Side | None, tuple[int, float]] = {}  # by shoe: time of the last contact, last stride in s
        self._row = 0
        self._travelled: dict[Side | None, tuple[int, int]] = {}  # by shoe: time of the last reading, counter

    def step(self, step: Step) -> None:
        """Take a step; one in a walking rhythm does not count."""
        runs = step.step_time_s is None or step.step_time_s < LONGEST_STEP_S
        held_ns = HELD_NS
        if step.source in FEET:
            stride_s = self._running_stride_s(step)
            self._row = self._row + 1 if stride_s and runs else 0
            runs = self._row >= ROW and all(count for t, count in self._travelled.values() if step.t_ns - t < STAYS_NS)
            held_ns = max(held_ns, round((HELD_STRIDES * stride_s + NOTICED_S) * NS_PER_S))
        if runs:
            self._until_ns = step.t_ns + held_ns
            self._confidence = step.confidence

    def _running_stride_s(self, step: Step) -> float:
        """Return the stride, s, of this leg that ends with this step's contact; 0 where it is not a runner's."""
        before_ns, last_s = self._strides.get(step.side, (0, 0.0))
        stride_s = (step.t_ns - before_ns) / NS_PER_S
        is_running = self._until_ns is not None and step.t_ns < self._until_ns
        if is_running and stride_s > 2.0 * LONGEST_STEP_S and step.contact_ms is not None:
            stride_s *= 0.5  # a contact in between was missed; if this is walking, the stance shows it
        self._strides[step.side] = (step.t_ns, stride_s)
        similar = last_s / UNLIKE < stride_s < last_s * UNLIKE
        if not similar or stride_s > 2.0 * LONGEST_STEP_S:
            return 0.0
        other = self._strides.get(step.side.other) if step.side and not is_running else None
        if other is not None and stride_s * NS_PER_S < step.t_ns - other[0] < STAYS_NS:
            return 0.0  # the other foot does not step: a bouncing heel
        on_ground_s = 0.0 if step.contact_ms is None else 1e-3 * step.contact_ms
        return stride_s if on_ground_s < MOST_ON_GROUND * stride_s else 0.0

    def reading(self, metric: Metric) -> None:
        """Take a pod's cadence, which is running while fresh and fast enough, or whether a shoe's stride travelled."""
        if metric.key == FOOT_STAYS:
            _, count = self._travelled.get(metric.side, (0, 0))
            count = max(0, count - 1) if metric.value else min(MOST_TRAVELLED, count + 1)
            self._travelled[metric.side] = (metric.t_ns, count)
        if metric.key == cadence_spm.KEY:
            self._pod_until_ns = metric.t_ns + STALE_NS if metric.value > 60.0 / LONGEST_STEP_S else None
            self._pod_quality = metric.quality

    def report(self, t_ns: int) -> list[Metric]:
        """Return 1 or 0, always."""
        if self._until_ns is not None and t_ns < self._until_ns:
            return [Metric(t_ns, KEY, 1.0, None, self._confidence)]
        if self._pod_until_ns is not None and t_ns < self._pod_until_ns:
            return [Metric(t_ns, KEY, 1.0, None, self._pod_quality)]
        return [Metric(t_ns, KEY, 0.0, None, 1.0)]
