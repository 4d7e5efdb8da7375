"""Whether trunk and shoe sensors detect the same steps: the same legs, at the same times.

Sides: a trunk sensor names the stance leg from the force that leans to it (`side`), a shoe sensor from the foot it is
assigned to. Where they contradict each other step after step, left and right are exchanged, or a clock is late by a
step: `common_steps` distinguishes these.

Times: a shoe's contact comes within a few hundredths of a second of the trunk's. Between runs the difference varies by
6.1 ms (SD), from step to step by 4.1 ms (sources 9), so 30 common steps reveal a clock that is off by tens of
milliseconds to a stride, as in the trap of `drivers.timing.delay_spread`, and nothing finer.

Of three sensors the one that matches neither of the others is the one that is off.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TypeAlias

from dsp.gait.common_steps import CommonSteps, Lag
from dsp.gait.sightings import Contact, Release
from dsp.placements import MIDLINE, SHOES, SIDE_OF
from dsp.records import Metric, Side
from dsp.signals import NEVER_S, Placement

SWAPPED_KEY = "sides_swapped"
"""1 while the shoe sensors' sides contradict the trunk's, else not reported; quality is the share of steps that do."""
APART_KEY = "foot_trunk_offset_ms"
"""Shoe's contact minus trunk's, reported only where it is too large to be real: the clock of one of the two is off."""


@dataclass(frozen=True, slots=True)
class AgreementParams:
    """When two sensors contradict each other.

    steps        common steps that are compared, and needed for a report
    first_steps  common steps after which the fusion gets the clocks: the median of five is no outlier
    clear_share  a lag is likelier where the times scatter by less than this share: half of what one step more adds
    apart_s      largest difference that detectors and bodies explain: the trunk's contact is up to 40 ms late
    silent_s     a trunk sensor that has been silent for this long is not waited for
    """

    steps: int = 30
    first_steps: int = 5
    clear_share: float = 0.85
    apart_s: float = 0.060
    silent_s: float = 2.0


@dataclass(frozen=True, slots=True)
class Clocks:
    """Offsets of the shoes' clocks.

    apart_s    shoe's minus trunk's contact, of shoes whose offset is known
    unmatched  shoes that match no other sensor
    """

    apart_s: Mapping[Placement, float] = field(default_factory=dict)
    unmatched: frozenset[Placement] = frozenset()


Lags: TypeAlias = tuple[Lag, ...]
"""One lag per shoe."""


class Agreement:
    """Takes what the sensors saw; `report` returns contradictions, usually none."""

    def __init__(self, params: AgreementParams | None = None) -> None:
        self._p = params or AgreementParams()
        self._trunk: Placement | None = None
        self._contacts: deque[tuple[float, Side | None]] = deque(maxlen=10)
        self._steps: dict[Placement, CommonSteps] = {}
        self._unmatched: frozenset[Placement] = frozenset()
        self._apart_s = 0.0  # of the first shoe where none matches
        self._late: bool | None = None  # a clock is late by a step, or left and right are exchanged

    def contact(self, seen: Contact) -> None:
        """Take a contact; those of shoes are kept until the trunk has named its side."""
        if seen.placement in SHOES:
            steps = self._steps.get(seen.placement)
            if steps is None:
                steps = self._steps[seen.placement] = CommonSteps(SIDE_OF[seen.placement], 2 * self._p.steps)
            steps.contact(seen.t_s)

    def release(self, seen: Release) -> None:
        """Take the end of a stance; a trunk's contact is compared with those of the shoes around it."""
        # In the middle of the body the lean of the force names the leg.
        if seen.placement not in MIDLINE or not self._steps:
            return
        last_s = self._contacts[-1][0] if self._contacts else NEVER_S
        if seen.placement is not self._trunk:
            if seen.contact_s - last_s < self._p.silent_s:
                return
            self._trunk = seen.placement
            self._contacts.clear()
        elif seen.contact_s <= last_s:
            return
        self._contacts.append((seen.contact_s, seen.side))
        for steps in self._steps.values():
            steps.pair(self._contacts)

    @property
    def compares(self) -> bool:
        """Whether there is a shoe to compare with."""
        return bool(self._steps)

    def clocks(self) -> Clocks:
        """Return what the steps so far show about the clocks of the shoes."""
        p = self._p
        feet = {shoe: steps for shoe, steps in self._steps.items() if len(steps) >= p.first_steps}
        unmatched_before, self._unmatched = self._unmatched, frozenset()
        if not all(steps.steady for steps in feet.values()):
            return Clocks()
        if not unmatched_before.intersection(feet) and all(steps.fits(p.apart_s) for steps in feet.values()):
            return Clocks({shoe: steps.usual_s for shoe, steps in feet.items()})
        lags = {shoe: steps.lags() for shoe, steps in feet.items()}
        near_s = {shoe: _nearest(_same_leg(each)).apart_s for shoe, each in lags.items()}
        # Hysteresis: a shoe that was excluded comes back at half of the bound.
        limit_s = {shoe: (0.5 if shoe in unmatched_before else 1.0) * p.apart_s for shoe in near_s}
        matching_s = [near for shoe, near in near_s.items() if abs(near) <= limit_s[shoe]]
        if matching_s:
            # A shoe slightly too far from the trunk still matches while it is near the other shoe.
            self._unmatched = frozenset(
                shoe
                for shoe, near in near_s.items()
                if abs(near) > limit_s[shoe] < min(abs(near - each) for each in matching_s)
            )
            return Clocks({shoe: near for shoe, near in near_s.items() if shoe not in self._unmatched}, self._unmatched)
        # No shoe matches the trunk: is it the trunk that is off?
        same, other = self._common_lags(lags)
        exchanged = other and not (same and self._late)
        if not exchanged and (not same or len(lags) == 1):
            # Which of two is off cannot be determined: keep the trunk, which detects every step.
            self._unmatched = frozenset(lags)
            return Clocks(unmatched=self._unmatched)
        candidates = other if exchanged else same
        # Half a stride earlier is as near as half a stride later: keep the previous one if possible.
        as_before = [each for each in candidates if abs(each[0].apart_s - self._apart_s) <= p.apart_s]
        chosen = min(as_before or candidates, key=_farthest_s)
        self._apart_s = chosen[0].apart_s
        return Clocks({shoe: lag.apart_s for shoe, lag in zip(lags, chosen, strict=True)})

    def report(self, t_ns: int) -> list[Metric]:
        """Return the current contradictions."""
        if not self._steps:
            return []
        p = self._p
        compared = {shoe: s for shoe, s in self._steps.items() if s.sided >= p.steps and s.steady}
        off = {shoe: steps.lags() for shoe, steps in compared.items() if not steps.fits(p.apart_s)}
        off = {shoe: lags for shoe, lags in off.items() if abs(_nearest(_same_leg(lags)).apart_s) > p.apart_s}
        if not off:
            return []
        same, other = self._common_lags(off) if len(off) == len(compared) else ([], [])
        if same and other:
            self._decide(same, other, must_decide=all(len(steps) == 2 * p.steps for steps in compared.values()))
            if self._late is None:
                return []
        if other and not (same and self._late):
            found = min(other, key=_spread_s)
            if _farthest_s(found) <= p.apart_s:
                return [Metric(t_ns, SWAPPED_KEY, 1.0, None, min(lag.differs or 0.0 for lag in found))]
        elif same:
            found = self._likeliest(same)
        else:
            found = tuple(self._likeliest([(lag,) for lag in _same_leg(lags)])[0] for lags in off.values())
        return [
            Metric(t_ns, APART_KEY, 1e3 * lag.apart_s, SIDE_OF[shoe], 1.0) for shoe, lag in zip(off, found, strict=True)
        ]

    def _decide(self, same: Sequence[Lags], other: Sequence[Lags], *, must_decide: bool) -> None:
        """Decide, if it is clear or has to be, whether a clock is late by a step or left and right are exchanged."""
        late_s, exchanged_s = min(_spread_s(lags) for lags in same), min(_spread_s(lags) for lags in other)
        is_clear = min(late_s, exchanged_s) < self._p.clear_share * max(late_s, exchanged_s)
        if is_clear or (must_decide and self._late is None):
            self._late = late_s < exchanged_s

    def _common_lags(self, feet: Mapping[Placement, Sequence[Lag]]) -> tuple[list[Lags], list[Lags]]:
        """Return combinations in which all shoes differ from the trunk by the same time: same legs, other legs.

        Of those with the other legs, only such as bodies explain and no clock does, with twice the tolerance.
        """
        p = self._p
        near = [
            lags
            for lags in product(*feet.values())
            if max(lag.apart_s for lag in lags) - min(lag.apart_s for lag in lags) <= p.apart_s
        ]
        same = [lags for lags in near if not any(lag.contradicts for lag in lags)]
        other = [lags for lags in near if all(lag.contradicts for lag in lags) and _farthest_s(lags) <= 2.0 * p.apart_s]
        return same, other

    def _likeliest(self, candidates: Sequence[Lags]) -> Lags:
        """Return the nearest, unless another one varies clearly more like the trunk."""
        nearest, best = min(candidates, key=_farthest_s), min(candidates, key=_spread_s)
        return best if _spread_s(best) < self._p.clear_share * _spread_s(nearest) else nearest


def _same_leg(lags: Sequence[Lag]) -> list[Lag]:
    return [lag for lag in lags if not lag.contradicts]


def _nearest(lags: Sequence[Lag]) -> Lag:
    return min(lags, key=lambda lag: abs(lag.apart_s))


def _farthest_s(lags: Lags) -> float:
    return max(abs(lag.apart_s) for lag in lags)


def _spread_s(lags: Lags) -> float:
    return sum(lag.spread_s for lag in lags)
