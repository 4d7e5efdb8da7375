"""Contacts from the vertical specific force of a sensor on the trunk: flight, load, unload, sample by sample.

Between steps a runner falls and the trunk measures far less than its weight; in stance it measures two to three times
it. A contact is the rise out of such a fall (sources 9). Rising through half the body weight scatters least against
ground force (1-5 ms within 19 real trials); higher levels coincide with the impact, lower ones with the swinging leg.
"""

from __future__ import annotations

from dataclasses import dataclass

from dsp.samples.parabola import vertex
from dsp.signals import GRAVITY_MPS2, NEVER_S

_NO_FALL_G = 9.0
"""Lowest force until there is a fall: above every level, so that no contact follows from it."""


@dataclass(frozen=True, slots=True)
class TrunkContactParams:
    """Forces in g of the low-passed vertical specific force, times in s.

    cutoff_hz           of the low-pass
    arm_g               below this the trunk is falling (walking stays above about 0.35, running goes below 0.3 in all
                        56 recordings examined; 0.6 admits the slowest shufflers, `gate` rejects walkers)
    contact_g, rise_g   initial contact: rising through contact_g, but at least rise_g above the lowest force
    running_arm_g       arm_g in a running row
    load_g              contact is certain once this is passed
    unload_g            falling through this, the stance nears its end
    contact_offset_s    delay of that crossing after the rise of ground force: 5 ms in 19 real trials, 11-40 ms in
                        marker-derived runs, in which shocks are smoothed away
    unload_offset_s     the same for the fall, only used when no next contact comes
    shortest_share      of the usual step time (`usual_step_s`, set by the owner; 0 unknown): pockets alternate 0.75,
                        1.25
    bounce_g, bounce_s  a dip that stays above bounce_g within bounce_s of a contact comes from a bouncing sensor: with
                        such quick steps a runner has a real flight
    shortest_stance_s, shortest_step_s, longest_stance_s  no runner takes more than 300 steps/min or has longer stances
    """

    cutoff_hz: float = 15.0
    arm_g: float = 0.6
    contact_g: float = 0.5
    rise_g: float = 0.15
    running_arm_g: float = 0.75
    load_g: float = 1.2
    unload_g: float = 1.0
    contact_offset_s: float = 0.011
    unload_offset_s: float = -0.044
    shortest_stance_s: float = 0.08
    shortest_step_s: float = 0.19
    shortest_share: float = 0.6
    bounce_g: float = 0.3
    bounce_s: float = 0.25
    longest_stance_s: float = 0.6


@dataclass(slots=True)
class TrunkEvent:
    """A load (contact) or unload of the trunk.

    decided_s   newest sample when it was certain
    crossing_s  when the low-passed force crossed the level, on the sensor's clock
    t_s         time of the event: corrected for the low-pass and the level
    depth_g     lowest force before the contact, interpolated between samples
    rise_gps    loading rate from the contact's level to the load, g/s
    """

    contact: bool
    decided_s: float
    crossing_s: float
    t_s: float
    depth_g: float
    rise_gps: float = 0.0


class TrunkContacts:
    """State machine over low-passed vertical force (m/s2).

    delay_s       group delay of that low-pass
    usual_step_s  usual step time in a running row, set by the owner; 0 while unknown
    """

    def __init__(self, delay_s: float, params: TrunkContactParams | None = None) -> None:
        self._p = params or TrunkContactParams()
        self._delay_s = delay_s
        self.usual_step_s = 0.0
        self.reset()

    def reset(self) -> None:
        """Discard the state of the step; `usual_step_s` is kept."""
        self._in_stance = False
        self._level = 0.5
        self._previous = 1.0
        self._previous_t = 0.0
        self._lowest = self._depth = self._falling = _NO_FALL_G
        self._crossed_s = NEVER_S
        self._contact_s = NEVER_S

    def run(self, t_s: list[float], force: list[float]) -> list[TrunkEvent]:
        """Return the events in samples (t_s, low-passed vertical force m/s2), corrected for the filter's delay."""
        p = self._p
        events: list[TrunkEvent] = []
        scale, contact_g, rise_g, unload_g, load_g = 1.0 / GRAVITY_MPS2, p.contact_g, p.rise_g, p.unload_g, p.load_g
        arm_g = p.running_arm_g if self.usual_step_s > 0.0 else p.arm_g
        in_stance, contact_s, crossed_s = self._in_stance, self._contact_s, self._crossed_s
        previous, previous_t = self._previous, self._previous_t
        lowest, level = self._lowest, self._level
        for t, value in zip(t_s, force, strict=True):
            y = value * scale
            if in_stance:
                unloads = y <= unload_g < previous and t - contact_s > p.shortest_stance_s
                if unloads:
                    events.append(self._unload(t, y, previous_t, previous))
                if unloads or t - contact_s > p.longest_stance_s:
                    in_stance = False
                    lowest = self._falling = y
                    level = max(contact_g, y + rise_g)
                    crossed_s = NEVER_S
            elif y < lowest:
                lowest = self._depth = y
                self._falling = previous
                level = max(contact_g, y + rise_g)
                crossed_s = NEVER_S
            else:
                if previous == lowest:
                    self._depth = vertex(self._falling, previous, y)
                if y < level:
                    crossed_s = NEVER_S
                elif lowest < arm_g:
                    if previous < level and t - contact_s > self._min_step_s(lowest):
                        crossed_s = t - (y - level) / (y - previous) * (t - previous_t)
                    if y >= load_g:
                        if crossed_s > NEVER_S:
                            in_stance, contact_s = True, crossed_s
                            loaded = t - (y - load_g) / (y - previous) * (t - previous_t) if previous < load_g else t
                            events.append(self._load(t, crossed_s, (load_g - level) / max(loaded - crossed_s, 1e-3)))
                        lowest = _NO_FALL_G
                        crossed_s = NEVER_S
            previous, previous_t = y, t
        self._in_stance, self._contact_s, self._crossed_s = in_stance, contact_s, crossed_s
        self._previous, self._previous_t = previous, previous_t
        self._lowest, self._level = lowest, level
        return events

    def _min_step_s(self, lowest: float) -> float:
        """Return the minimum time from one contact to the next, after a fall whose lowest force is `lowest`, g."""
        p = self._p
        min_s = max(p.shortest_step_s, p.shortest_share * self.usual_step_s)
        return min_s if lowest < p.bounce_g else max(min_s, p.bounce_s)

    def _load(self, t: float, crossing: float, rise_gps: float) -> TrunkEvent:
        when = crossing - self._delay_s - self._p.contact_offset_s
        return TrunkEvent(
            contact=True, decided_s=t, crossing_s=crossing, t_s=when, depth_g=self._depth, rise_gps=rise_gps
        )

    def _unload(self, t: float, y: float, previous_t: float, previous: float) -> TrunkEvent:
        crossing = t - (self._p.unload_g - y) / (previous - y) * (t - previous_t)
        when = crossing - self._delay_s - self._p.unload_offset_s
        return TrunkEvent(contact=False, decided_s=t, crossing_s=crossing, t_s=when, depth_g=self._depth)
