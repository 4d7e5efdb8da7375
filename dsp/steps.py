"""Fusion: what all sensors saw of a stance becomes one `Step`, timed by the best of them.

A stance is one thing however many sensors saw it: sightings within `same_s` of each other belong together, unless they
name different legs. Feet time better than the trunk (dsp findings 2.2, 2.3) and know their side for certain; the trunk
gives the drop. A step is told once the next contact is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dsp.records import Side, Step
from dsp.sightings import Contact, Drop, Release
from dsp.signals import NS_PER_S, Placement

TIMING_ORDER = (
    Placement.LEFT_FOOT,
    Placement.RIGHT_FOOT,
    Placement.FOOT,
    Placement.SACRUM,
    Placement.WAIST_FRONT,
    Placement.LEFT_HIP,
    Placement.RIGHT_HIP,
    Placement.CHEST,
    Placement.POCKET,
)
DROP_ORDER = (Placement.SACRUM, Placement.WAIST_FRONT, Placement.LEFT_HIP, Placement.RIGHT_HIP)
FEET = frozenset({Placement.LEFT_FOOT, Placement.RIGHT_FOOT, Placement.FOOT})


@dataclass(frozen=True, slots=True)
class FusionParams:
    """same_s: sightings closer than this are one stance (half a running step is 0.15 s or more);
    settle_s: with several sensors, how long the next contact waits for the others to agree;
    longest_step_s: a later contact is not the next step; longest_wait_s: a stance without a next one is told after this.
    """

    same_s: float = 0.12
    settle_s: float = 0.20
    longest_step_s: float = 1.1
    longest_wait_s: float = 1.3
    memory_s: float = 3.0


@dataclass(slots=True)
class _Stance:
    """One stance under construction: per placement its contact and toe-off."""

    t_s: float
    side: Side | None
    sure_side: bool
    confidence: float
    running: bool
    seen: dict[Placement, list[float | None]] = field(default_factory=dict)
    drops: dict[Placement, Drop] = field(default_factory=dict)

    def best(self) -> Placement:
        """The placement that times it."""
        return min(self.seen, key=TIMING_ORDER.index)


class StepFusion:
    """Contacts and releases in; steps out, in the order of their contacts."""

    def __init__(self, params: FusionParams | None = None) -> None:
        self._p = params or FusionParams()
        self._open: list[_Stance] = []
        self._told_s = -1e9
        self._alive: dict[Placement, float] = {}

    def contact(self, c: Contact) -> None:
        """A sensor saw a foot land."""
        self._alive[c.placement] = c.decided_s
        stance = self._find(c.t_s, c.side, c.placement)
        if stance is None:
            if c.t_s <= self._told_s + self._p.same_s:
                return
            stance = _Stance(c.t_s, c.side, c.placement in FEET, c.confidence, c.running)
            self._open.append(stance)
        stance.seen[c.placement] = [c.t_s, None]
        if c.placement in FEET and c.side is not None:
            stance.side, stance.sure_side = c.side, True
        elif stance.side is None:
            stance.side = c.side
        stance.confidence = max(stance.confidence, c.confidence)
        stance.running = stance.running or c.running
        stance.t_s = stance.seen[stance.best()][0] or stance.t_s
        self._open.sort(key=lambda s: s.t_s)

    def release(self, r: Release) -> None:
        """A sensor saw it leave."""
        for stance in self._open:
            seen = stance.seen.get(r.placement)
            if seen is None or seen[0] != r.contact_s:
                continue
            seen[1] = r.t_s
            if not stance.sure_side and r.side is not None:
                stance.side = r.side
            if r.drop is not None:
                stance.drops[r.placement] = r.drop
            return

    def take(self, now_s: float, *, end: bool = False) -> list[Step]:
        """Steps that are complete at data time `now_s`."""
        out: list[Step] = []
        several = sum(1 for t in self._alive.values() if now_s - t < 2.0) > 1
        settle = self._p.settle_s if several else 0.0
        while self._open:
            stance = self._open[0]
            following = self._open[1] if len(self._open) > 1 else None
            complete = stance.seen[stance.best()][1] is not None or now_s > stance.t_s + 0.6
            if following is not None and complete and now_s >= following.t_s + settle:
                pass
            elif not end and now_s <= stance.t_s + self._p.longest_wait_s:
                break
            self._open.pop(0)
            self._told_s = stance.t_s
            out.append(self._step(stance, following))
        return out

    def _find(self, t_s: float, side: Side | None, placement: Placement) -> _Stance | None:
        best: _Stance | None = None
        for stance in self._open:
            if abs(stance.t_s - t_s) > self._p.same_s or placement in stance.seen:
                continue
            if placement in FEET and stance.sure_side and side is not None and stance.side is not side:
                continue
            if best is None or abs(stance.t_s - t_s) < abs(best.t_s - t_s):
                best = stance
        return best

    def _step(self, stance: _Stance, following: _Stance | None) -> Step:
        source = stance.best()
        contact_s, release_s = stance.seen[source]
        assert contact_s is not None
        step_s: float | None = None
        if following is not None:
            other = stance.side is None or following.side is None or following.side is not stance.side
            gap = following.t_s - contact_s
            step_s = gap if other and gap < self._p.longest_step_s else None
        flight_s = None
        if step_s is not None and release_s is not None and contact_s + step_s > release_s:
            flight_s = contact_s + step_s - release_s
        drop_source = next((p for p in DROP_ORDER if p in stance.drops), None)
        drop = stance.drops[drop_source] if drop_source else None
        return Step(
            t_ns=round(contact_s * NS_PER_S),
            toe_off_ns=None if release_s is None else round(release_s * NS_PER_S),
            step_time_s=step_s,
            contact_ms=None if release_s is None else 1e3 * (release_s - contact_s),
            flight_ms=None if flight_s is None else 1e3 * flight_s,
            side=stance.side,
            drop_peak_deg=drop.peak_deg if drop else None,
            drop_excursion_deg=drop.excursion_deg if drop else None,
            source=source,
            drop_source=drop_source,
            confidence=stance.confidence,
        )
