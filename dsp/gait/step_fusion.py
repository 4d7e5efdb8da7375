"""Sensor fusion: what all sensors saw of a stance becomes one `Step`, timed by the best of them.

A stance is one thing however many sensors saw it. Sensors differ by a constant (where they sit, how well their clocks
agree), so each foot's offset against the trunk is learned from the stances both saw; after that, sightings close to
each other are the same stance unless they name different legs. Feet with a gyroscope time better than the trunk
(sources 9), feet know their side for certain, the trunk gives the drop. A step is emitted once the next contact is
known.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dsp.gait.agreement import Clocks
from dsp.gait.sightings import Contact, Drop, Release
from dsp.placements import FEET
from dsp.records import Side, Step
from dsp.signals import NEVER_S, NS_PER_S, Placement

ORDER = (
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
"""Priority at equal confidence; for drop, the first trunk sensor that has one."""

_FIRST_STEP_S, _STEP_RANGE_S, _STEP_GAIN = 0.35, (0.2, 0.6), 0.2
"""The usual step time of the trunk: start value, steps that count, and weight of each in the running mean."""

_NEXT_STEPS = 1.5
"""Stances less than this many step times apart are successive ones."""


@dataclass(frozen=True, slots=True)
class FusionParams:
    """Parameters of the fusion; times in s.

    same_s          sightings closer than this are one stance once offsets are known (half a running step is 0.15)
    first_share     before that: the nearest within this share of a step; over a half, so that each finds a partner
    learn           stances seen by foot and trunk after which the foot's offset counts as known
    memory          stances over which the running mean of an offset extends
    settle_s        with several sensors, how long the next contact waits for the others to agree
    release_wait_s  how long a stance waits for its toe-off
    longest_step_s  a later contact is not the next step
    longest_wait_s  a stance without a next one is emitted this long after its contact ...
    late_s          ... and after its first sighting: at a start, sensors deliver seconds at once, one after the other
    alive_s         a sensor without contacts for this long is not waited for
    """

    same_s: float = 0.12
    first_share: float = 0.6
    learn: int = 5
    memory: float = 30.0
    settle_s: float = 0.20
    release_wait_s: float = 0.6
    longest_step_s: float = 1.1
    longest_wait_s: float = 1.3
    late_s: float = 0.6
    alive_s: float = 2.0


@dataclass(slots=True)
class _Seen:
    """One sensor's view of a stance."""

    contact_s: float
    confidence: float
    release_s: float | None = None
    released: bool = False
    drop: Drop | None = None


@dataclass(slots=True)
class _Stance:
    """A stance under construction.

    t_s           its contact, on the trunk's clock where there is a trunk
    first_seen_s  time of the first sighting
    fixed_s       its contact as implied by the step time emitted for the stance before; it no longer changes
    sure_side     whether the side comes from a shoe
    """

    t_s: float
    first_seen_s: float
    fixed_s: float | None = None
    side: Side | None = None
    sure_side: bool = False
    seen: dict[Placement, _Seen] = field(default_factory=dict)

    def best(self) -> Placement:
        """Return the placement that times it."""
        if len(self.seen) == 1:
            return next(iter(self.seen))
        return min(self.seen, key=lambda p: (-self.seen[p].confidence, ORDER.index(p)))


class StepFusion:
    """Takes contacts and releases; returns steps, in the order of their contacts."""

    def __init__(self, params: FusionParams | None = None) -> None:
        self._p = params or FusionParams()
        self.due_s = float("inf")  # when `take` next returns a step, if nothing is seen until then
        self._open: list[_Stance] = []
        self._emitted_s = NEVER_S
        self._emitted_contact_s = NEVER_S
        self._alive: dict[Placement, float] = {}
        self._offset_s: dict[Placement, float] = {}
        self._matched: dict[Placement, int] = {}
        self._clocks = Clocks()
        self._trunk_s = NEVER_S
        self._step_s = _FIRST_STEP_S
        self._last: _Stance | None = None

    def use_clocks(self, clocks: Clocks) -> None:
        """Use these clocks: drop shoes that match no other sensor, correct offsets that differ from those learned."""
        self._clocks = clocks
        for shoe in clocks.unmatched:
            for table in (self._alive, self._offset_s, self._matched):
                table.pop(shoe, None)
        for shoe, apart_s in clocks.apart_s.items():
            if abs(self._offset_s.get(shoe, 0.0) - apart_s) > self._p.same_s:
                self._offset_s[shoe] = apart_s
                self._matched[shoe] = self._p.learn

    def contact(self, c: Contact) -> None:
        """Take a contact that a sensor saw."""
        p = self._p
        if c.placement in self._clocks.unmatched:
            return
        self._alive[c.placement] = c.decided_s
        foot = c.placement in FEET
        if not foot:
            step = c.t_s - self._trunk_s
            self._trunk_s = c.t_s
            if _STEP_RANGE_S[0] < step < _STEP_RANGE_S[1]:
                self._step_s += _STEP_GAIN * (step - self._step_s)
        t_s = c.t_s - self._offset_s.get(c.placement, 0.0)
        stance = self._find(t_s, c)
        if stance is None:
            if t_s <= self._emitted_s + p.same_s:
                return
            stance = _Stance(t_s, c.decided_s)
            self._open.append(stance)
        stance.seen[c.placement] = _Seen(c.t_s, c.confidence)
        if foot and c.side is not None:
            stance.side, stance.sure_side = c.side, True
        elif stance.side is None:
            stance.side = c.side
        self._learn_offset(stance)
        self._open.sort(key=lambda s: s.t_s)

    def release(self, r: Release) -> None:
        """Take the end of a stance that a sensor saw."""
        for stance in self._open:
            seen = stance.seen.get(r.placement)
            if seen is None or seen.contact_s != r.contact_s:
                continue
            seen.release_s, seen.released, seen.drop = r.t_s, True, r.drop
            if not stance.sure_side and r.side is not None:
                stance.side = r.side
            return

    def take(self, now_s: float, *, end: bool = False) -> list[Step]:
        """Return the steps that are complete at data time `now_s`; at the `end`, all."""
        out: list[Step] = []
        several = len(self._alive) > 1 and sum(now_s - t < self._p.alive_s for t in self._alive.values()) > 1
        settle_s = self._p.settle_s if several else 0.0
        while self._open:
            stance = self._open[0]
            following = self._open[1] if len(self._open) > 1 else None
            self.due_s = self._emission_s(stance, following, settle_s)
            if now_s < self.due_s and not end:
                return out
            self._open.pop(0)
            self._emitted_s = stance.t_s
            contact_s = self._contact_s(stance)
            if contact_s <= self._emitted_contact_s:  # on a clock that has just been corrected
                continue
            self._emitted_contact_s = contact_s
            self._set_side(stance, following)
            out.append(self._step(stance, following, contact_s))
            self._last = stance
        self.due_s = float("inf")
        return out

    def _emission_s(self, stance: _Stance, following: _Stance | None, settle_s: float) -> float:
        """Return when a stance is emitted if nothing more is seen of it."""
        p = self._p
        late_s = stance.first_seen_s + p.late_s
        last_s = max(stance.t_s + p.longest_wait_s, late_s)
        if following is None:
            return last_s
        emission_s = following.t_s + settle_s
        if not stance.seen[stance.best()].released:
            emission_s = max(emission_s, stance.t_s + p.release_wait_s)
        if stance.sure_side and following.side is stance.side:
            emission_s = max(emission_s, late_s)
        return min(emission_s, last_s)

    def _set_side(self, stance: _Stance, following: _Stance | None) -> None:
        """Set a stance's side where a shoe gave that of the stance before or after it: it is the other leg's."""
        if stance.sure_side:
            return
        for near in (self._last, following):
            if near is not None and near.sure_side and abs(near.t_s - stance.t_s) < _NEXT_STEPS * self._step_s:
                stance.side = near.side.other if near.side else None
                return

    def _find(self, t_s: float, c: Contact) -> _Stance | None:
        """Return the open stance that a contact belongs to, if there is one."""
        offset_known = c.placement not in FEET or self._matched.get(c.placement, 0) >= self._p.learn
        best, nearest = None, self._p.same_s if offset_known else self._p.first_share * self._step_s
        for stance in self._open:
            if c.placement in stance.seen:
                continue
            if c.placement in FEET and stance.sure_side and c.side is not stance.side:
                continue
            feet_known = all(self._matched.get(p, 0) >= self._p.learn for p in stance.seen if p in FEET)
            reach = nearest if feet_known else max(nearest, self._p.first_share * self._step_s)
            if abs(stance.t_s - t_s) <= reach and (best is None or abs(stance.t_s - t_s) < abs(best.t_s - t_s)):
                best = stance
        return best

    def _learn_offset(self, stance: _Stance) -> None:
        """Learn the offset of a foot against the trunk from a stance that both saw."""
        if len(stance.seen) == 1:
            return
        trunk = next((p for p in ORDER if p not in FEET and p in stance.seen), None)
        foot = next((p for p in ORDER if p in FEET and p in stance.seen), None)
        if trunk is None or foot is None:
            return
        difference = stance.seen[foot].contact_s - stance.seen[trunk].contact_s
        count = self._matched.get(foot, 0) + 1
        old = self._offset_s.get(foot, 0.0)
        self._matched[foot] = count
        self._offset_s[foot] = old + (difference - old) / min(float(count), self._p.memory)
        stance.t_s = stance.seen[trunk].contact_s

    def _contact_s(self, stance: _Stance) -> float:
        """Return the contact on the clock of the feet, if they time steps: a trunk's is moved by their offset."""
        if stance.fixed_s is not None:
            return stance.fixed_s
        best = stance.best()
        contact_s = stance.seen[best].contact_s
        if best in FEET:
            return contact_s
        moved = [
            offset
            for foot, offset in self._offset_s.items()
            if self._matched[foot] >= self._p.learn
            and stance.t_s - self._alive.get(foot, NEVER_S) < self._p.alive_s
            and (foot in self._clocks.apart_s or abs(offset) <= self._p.first_share * self._step_s)
        ]
        if not moved:
            return contact_s
        return contact_s + sum(moved) / len(moved)

    def _step(self, stance: _Stance, following: _Stance | None, contact_s: float) -> Step:
        source = stance.best()
        view = stance.seen[source]
        release_s = None if view.release_s is None else view.release_s + (contact_s - view.contact_s)
        step_s: float | None = None
        if following is not None:
            other = following.side is not stance.side
            if stance.side is None or following.side is None:
                # A trunk detects every step; a foot pod without a side may be the same foot again.
                other = not FEET.issuperset({*stance.seen, *following.seen})
            gap = self._contact_s(following) - contact_s
            if other and 0.0 < gap < self._p.longest_step_s:
                step_s = gap
                following.fixed_s = contact_s + gap
        flight_s = None
        if step_s is not None and release_s is not None and contact_s + step_s > release_s:
            flight_s = contact_s + step_s - release_s
        drop_source = next((p for p in ORDER if p in stance.seen and stance.seen[p].drop is not None), None)
        drop = stance.seen[drop_source].drop if drop_source else None
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
            confidence=view.confidence,
            drop_trust=drop.trust if drop else 1.0,
        )
