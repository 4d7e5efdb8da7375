"""Toe-off of a runner: when the toes leave the ground, from how the heel lifts.

Nothing jolts a shoe at toe-off, but it rolls the same way every time: relative to the flat shoe it has tipped 36-51 deg
then (14 foot runs of four people; from step to step of one foot 0.4-2.3 deg). The faster the roll, the steeper the foot
leaves, so a runner's usual toe-off is the instant of 40 deg, corrected by how long the fast part of the roll took. A
single step's toe-off follows its roll (30 deg), later if it rolls faster than usual from there to 45 deg.

Weights of the usual one: least squares over twelve foot runs of three people, each run weighing the same. Weight of the
step: over fourteen of four people; with one person left out single steps are timed to 1.1-2.9 ms (SD).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import radians
from statistics import median


@dataclass(frozen=True, slots=True)
class PushOffParams:
    """The usual toe-off is base_s + of_tipped x t(tipped) + of_half x t(half) after contact.

    t(tipped)  the foot has tipped by `tipped` rad since it lay stillest, flat_from_s to flat_to_s after contact;
               likewise `rolled` and `steep`
    t(half)    the low-passed rate reaches half of its peak
    of_quick   weight of the time that a step takes less than usual from `rolled` to `steep`
    memory     stances over which the usual times are the medians
    """

    flat_from_s: float = 0.05
    flat_to_s: float = 0.17
    tipped: float = radians(40.0)
    rolled: float = radians(30.0)
    steep: float = radians(45.0)
    base_s: float = 0.054
    of_tipped: float = 1.23
    of_half: float = -0.60
    of_quick: float = 1.08
    memory: int = 15


@dataclass(frozen=True, slots=True)
class Stance:
    """Samples from contact on: s, rate in rad/s (+ toe down), the same low-passed and `delay_s` late."""

    t_s: Sequence[float]
    rate: Sequence[float]
    smooth: Sequence[float]
    delay_s: float

    def half_s(self, first: int, peak: float) -> float | None:
        """Return when the low-passed rate first reaches half of `peak` after sample `first`."""
        t, smooth, level = self.t_s, self.smooth, 0.5 * peak
        for k in range(first + 1, len(smooth)):
            if smooth[k - 1] < level <= smooth[k]:
                share = (level - smooth[k - 1]) / (smooth[k] - smooth[k - 1])
                return t[k - 1] + share * (t[k] - t[k - 1]) - self.delay_s
        return None

    def stillest(self, from_s: float, to_s: float) -> int | None:
        """Return the sample between two times at which the low-passed rate is lowest."""
        first = bisect_left(self.t_s, from_s)
        near = [abs(s) for s in self.smooth[first : bisect_right(self.t_s, to_s)]]
        return first + near.index(min(near)) if near else None

    def rolled_s(self, from_s: float, angle: float) -> float | None:
        """Return when the foot has tipped by `angle` rad since `from_s`."""
        t, rate, left = self.t_s, self.rate, angle
        for k in range(max(1, bisect_right(t, from_s)), len(t)):
            dt = t[k] - max(from_s, t[k - 1])
            turned = 0.5 * (rate[k - 1] + rate[k]) * dt
            if turned >= left:
                return t[k] - dt * (1.0 - left / turned)
            left -= turned
        return None


class _Usual:
    """Running median of a time; robust against an outlier such as the first stance from standing."""

    def __init__(self, memory: int) -> None:
        self._newest: deque[float] = deque(maxlen=memory)
        self.value_s = 0.0

    def deviation_s(self, time_s: float) -> float:
        """Take a time; return how much longer it is than usual."""
        self._newest.append(time_s)
        self.value_s = median(self._newest)
        return time_s - self.value_s


class PushOff:
    """Toe-offs of one foot; learns its usual roll."""

    def __init__(self, params: PushOffParams | None = None) -> None:
        self._p = params or PushOffParams()
        self._after, self._quick = (_Usual(self._p.memory) for _ in range(2))

    def toe_off_s(self, stance: Stance, contact_s: float, peak: float) -> float | None:
        """Return the toe-off; None if the foot did not roll that far. `peak` is that of the low-passed rate."""
        p = self._p
        late_s = contact_s + stance.delay_s
        flat = stance.stillest(late_s + p.flat_from_s, late_s + p.flat_to_s)
        if flat is None:
            return None
        flat_s, half_s = stance.t_s[flat] - stance.delay_s, stance.half_s(flat, peak)
        tipped_s, rolled_s, steep_s = (stance.rolled_s(flat_s, angle) for angle in (p.tipped, p.rolled, p.steep))
        if half_s is None or tipped_s is None or rolled_s is None:
            return None
        usual_s = p.base_s + p.of_tipped * (tipped_s - contact_s) + p.of_half * (half_s - contact_s)
        self._after.deviation_s(contact_s + usual_s - rolled_s)
        slower_s = 0.0 if steep_s is None else self._quick.deviation_s(steep_s - rolled_s)
        return rolled_s + self._after.value_s - p.of_quick * slower_s
