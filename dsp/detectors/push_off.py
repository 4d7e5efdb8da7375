"""When the toes of a runner leave the ground, from how the heel lifts.

Nothing jolts a shoe at toe-off, but it rolls the same way every time: against the flat shoe it has tipped 36-51 deg
then (14 foot runs of four people; from step to step of one foot 0.4-2.3 deg). The faster the roll, the steeper the foot
leaves, so a runner's usual toe-off is the instant of 40 deg, corrected by how long the fast part of the roll took; a
single step differs from the usual one as both instants do.

Weights: least squares over these foot runs, each weighing the same; expect somewhat more of other people than
`docs/accuracy-shoes.md` shows of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import radians


@dataclass(frozen=True, slots=True)
class PushOffParams:
    """Toe-off is base_s + of_rolled x t(rolled) + of_half x t(half) after contact, with times usual for the runner.

    t(rolled)  the foot has tipped by `rolled` rad since it lay stillest, flat_from_s to flat_to_s after contact
    t(half)    the low-passed rate reaches half of its peak
    step_rolled, step_half  what a step's own times, less the usual ones, add
    memory     stances that the usual times are learned over
    """

    rolled: float = radians(40.0)
    flat_from_s: float = 0.05
    flat_to_s: float = 0.17
    base_s: float = 0.054
    of_rolled: float = 1.23
    of_half: float = -0.60
    step_rolled: float = 0.5
    step_half: float = 0.4
    memory: float = 8.0


@dataclass(frozen=True, slots=True)
class Stance:
    """Samples from contact on: s, rate in rad/s (+ toe down), the same low-passed and `delay_s` late."""

    t_s: Sequence[float]
    rate: Sequence[float]
    smooth: Sequence[float]
    delay_s: float

    def half_s(self, first: int, peak: float) -> float | None:
        """When the low-passed rate first reaches half of `peak` after sample `first`."""
        t, smooth, level = self.t_s, self.smooth, 0.5 * peak
        for k in range(first + 1, len(smooth)):
            if smooth[k - 1] < level <= smooth[k]:
                share = (level - smooth[k - 1]) / (smooth[k] - smooth[k - 1])
                return t[k - 1] + share * (t[k] - t[k - 1]) - self.delay_s
        return None

    def rolled_s(self, from_s: float, angle: float) -> float | None:
        """When the foot has tipped by `angle` rad since `from_s`."""
        t, rate, left = self.t_s, self.rate, angle
        for k in range(1, len(t)):
            dt = t[k] - max(from_s, t[k - 1])
            if dt <= 0.0:
                continue
            turned = 0.5 * (rate[k - 1] + rate[k]) * dt
            if turned >= left:
                return t[k] - dt * (1.0 - left / turned)
            left -= turned
        return None

    def stillest(self, from_s: float, to_s: float) -> int | None:
        """Sample between two times at which the low-passed rate is least."""
        near = [(abs(s), k) for k, (t, s) in enumerate(zip(self.t_s, self.smooth, strict=True)) if from_s <= t <= to_s]
        return min(near)[1] if near else None


class PushOff:
    """Toe-offs of one foot; learns its usual roll."""

    def __init__(self, params: PushOffParams | None = None) -> None:
        self._p = params or PushOffParams()
        self._stances = 0
        self._half_s = 0.0
        self._rolled_s = 0.0

    def toe_off_s(self, stance: Stance, contact_s: float, peak: float) -> float | None:
        """The instant; None where the foot did not roll that far. `peak` is that of the low-passed rate."""
        p = self._p
        late_s = contact_s + stance.delay_s
        flat = stance.stillest(late_s + p.flat_from_s, late_s + p.flat_to_s)
        if flat is None:
            return None
        half_s = stance.half_s(flat, peak)
        rolled_s = stance.rolled_s(stance.t_s[flat] - stance.delay_s, p.rolled)
        if half_s is None or rolled_s is None:
            return None
        self._stances += 1
        share = 1.0 / min(float(self._stances), p.memory)
        half_more = half_s - contact_s - self._half_s
        rolled_more = rolled_s - contact_s - self._rolled_s
        self._half_s += share * half_more
        self._rolled_s += share * rolled_more
        usual_s = p.base_s + p.of_rolled * self._rolled_s + p.of_half * self._half_s
        own_s = p.step_rolled * rolled_more + p.step_half * half_more
        return contact_s + usual_s + (1.0 - share) * own_s
