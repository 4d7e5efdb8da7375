"""Initial contact: when in the rise of the pitch rate (rad/s, + toe down) after a swing the foot met the ground.

Heel first: the ground throws the foot down, the rate jumps. The middle of that jump is the contact: against force
plates -6 to +3 ms (means of eight foot runs of three people), within a run 0.6-2.3 ms (SD per step), at 100 Hz as at
200. A foot that slows down softly before it lands makes a smaller rise first. Toes first: the foot dips its toes,
lands, and the heel comes down: the rate falls through zero. There the contact is where it begins to fall (no such
recording has a force plate: simulated shoes only). Flat: neither, and the end of the toe-up turn is used.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LandingParams:
    """Rates in rad/s, times in s.

    within_s                  the peak of the slap comes within this after the rate has risen through zero
    min_peak                  a lower peak is no slap
    sure_share, likely_share  of the usual swing: above the first a peak is past when the rate falls to `past_share` of
                              it, above the second when it falls below zero
    ripple                    dips smaller than this do not end a rise
    jump_share                the first rise of at least this share of the largest is the jump
    flat_s                    a foot without a slap lands this long after the rate has risen through zero
    """

    within_s: float = 0.10
    min_peak: float = 2.0
    sure_share: float = 0.65
    likely_share: float = 0.4
    past_share: float = 0.7
    ripple: float = 0.5
    jump_share: float = 0.8
    flat_s: float = 0.015


class Landing:
    """Samples from the last one below zero on.

    peak  highest rate so far
    jump  how far the rate jumped at contact, set by `contact_s`
    """

    def __init__(self, params: LandingParams, before: tuple[float, float], first: tuple[float, float]) -> None:
        self._p = params
        self._samples = [before, first]
        self._risen_s, self.peak = first
        self.jump = 0.0

    def add(self, t_s: float, rate: float, usual: float) -> bool:
        """Take a sample; return True when the peak is past. `usual` is the usual peak rate of the foot's swing."""
        p, peak = self._p, self.peak
        self._samples.append((t_s, rate))
        if rate > peak:
            self.peak = rate
        elif (
            peak > p.min_peak
            and peak > p.likely_share * usual
            and rate < (p.past_share * peak if peak > p.sure_share * usual else 0.0)
        ):
            return True
        return t_s - self._risen_s > p.within_s

    def contact_s(self, *, toes_first: bool) -> float:
        """Return when the foot met the ground."""
        p = self._p
        self.jump, when_s = self._jump()
        if toes_first and self.peak > p.min_peak:
            return self._fall_s()
        return when_s if self.jump > p.min_peak else self._risen_s + p.flat_s

    def _jump(self) -> tuple[float, float]:
        """Return the size and the middle of the first large rise above zero."""
        rises: list[tuple[float, float]] = []
        low, high, first = 0.0, 0.0, 0
        for k, (_, x) in enumerate([*self._samples, (0.0, float("-inf"))]):
            if x < high - self._p.ripple or x < low:
                if high > low:
                    rises.append((high - low, self._passed_s(first, 0.5 * (low + high))))
                low, high, first = max(x, 0.0), x, k
            elif x > high:
                high = x
        enough = self._p.jump_share * max(rises)[0] if rises else 0.0
        return next((rise for rise in rises if rise[0] >= enough), (0.0, 0.0))

    def _fall_s(self) -> float:
        """Return when the rate began to fall from its peak."""
        return self._passed_s(
            max(range(len(self._samples)), key=lambda k: self._samples[k][1]), self._p.past_share * self.peak
        )

    def _passed_s(self, first: int, level: float) -> float:
        """Return when the rate first crossed `level` after sample `first`, either way; else the last sample's time."""
        t0, x0 = self._samples[first]
        for t1, x1 in self._samples[first + 1 :]:
            if (x0 < level) != (x1 < level):
                return t0 + (level - x0) / (x1 - x0) * (t1 - t0)
            t0, x0 = t1, x1
        return t0
