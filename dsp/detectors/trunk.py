"""Contacts from the vertical specific force of a sensor on the trunk: flight, load, unload, one sample at a time.

Between steps a runner falls and the trunk feels far less than its weight; in stance it feels two to three times it.
A contact is the rise out of such a fall (dsp findings 2.1, 2.2). Rising through half the body weight scatters least
against force (1-5 ms within 19 real trials); later levels ride on the impact, earlier ones on the swinging leg.
"""

from __future__ import annotations

from dataclasses import dataclass

from dsp.samples.parabola import vertex
from dsp.signals import GRAVITY_MPS2


@dataclass(frozen=True, slots=True)
class TrunkContactParams:
    """Forces in g of the low-passed vertical specific force, times in s.

    cutoff_hz         of the low-pass
    arm_g             below this the trunk is falling (walking stays above about 0.35, running goes below 0.3 in all
                      56 recordings looked at; 0.6 lets the slowest shufflers in, `gate` sorts walkers out)
    contact_g, rise_g  initial contact: rising through contact_g, but at least rise_g above the lowest force
    running_arm_g     the same in a running row
    load_g            contact is sure once this is passed
    unload_g          falling through this, the stance nears its end
    contact_offset_s  how late that crossing is against force: 5 ms in 19 real trials, 11-40 ms in marker-derived runs
                      whose shocks are smoothed away
    unload_offset_s   the same for the fall, only used when no next contact comes
    shortest_share    of the usual step time (`usual_step_s`, set by the owner; 0 unknown): pockets alternate 0.75, 1.25
    bounce_g, bounce_s  a dip no deeper than this so soon after a contact is a bouncing sensor: so quick a runner flies
    shortest_stance_s, shortest_step_s, longest_stance_s  nobody steps faster than 300 a minute or stands longer
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

    decided_s   newest sample when it was sure
    crossing_s  when the low-passed force crossed the level, on the sensor's clock
    t_s         when it happened: corrected for the low-pass and the level
    depth_g     least force before the contact, between the samples too
    rise_gps    how fast the force rose from the contact's level to the load, g/s
    """

    contact: bool
    decided_s: float
    crossing_s: float
    t_s: float
    depth_g: float
    rise_gps: float = 0.0


class TrunkContacts:
    """State machine over low-passed vertical force (m/s2); `delay_s` is the delay of that low-pass."""

    def __init__(self, delay_s: float, params: TrunkContactParams | None = None) -> None:
        self._p = params or TrunkContactParams()
        self._delay_s = delay_s
        self.usual_step_s = 0.0
        self.reset()

    def reset(self) -> None:
        """Forget the state of the step (not a change of settings)."""
        self._in_stance = False
        self._level = 0.5
        self._previous = 1.0
        self._previous_t = 0.0
        self._lowest = 9.0
        self._depth = 9.0
        self._falling = 9.0
        self._crossed_s = -1.0
        self._contact_s = -9.0

    def run(self, t_s: list[float], force: list[float]) -> list[TrunkEvent]:
        """Events in samples (t_s, low-passed vertical force m/s2); times are corrected for the filter's delay."""
        p = self._p
        events: list[TrunkEvent] = []
        scale = 1.0 / GRAVITY_MPS2
        previous, previous_t = self._previous, self._previous_t
        shortest_s = max(p.shortest_step_s, p.shortest_share * self.usual_step_s)
        arm_g = p.running_arm_g if self.usual_step_s > 0.0 else p.arm_g
        for t, value in zip(t_s, force, strict=True):
            y = value * scale
            if self._in_stance:
                held = t - self._contact_s
                if y <= p.unload_g < previous and held > p.shortest_stance_s:
                    crossing = t - (p.unload_g - y) / (previous - y) * (t - previous_t)
                    self._leave(y)
                    when = crossing - self._delay_s - p.unload_offset_s
                    events.append(
                        TrunkEvent(contact=False, decided_s=t, crossing_s=crossing, t_s=when, depth_g=self._depth)
                    )
                elif held > p.longest_stance_s:
                    self._leave(y)
            elif y < self._lowest:
                self._lowest = self._depth = y
                self._falling = previous
                self._level = max(p.contact_g, y + p.rise_g)
                self._crossed_s = -1.0
            else:
                if previous == self._lowest:
                    self._depth = vertex(self._falling, previous, y)
                if y < self._level:
                    self._crossed_s = -1.0
                elif self._lowest < arm_g:
                    least_s = shortest_s if self._lowest < p.bounce_g else max(shortest_s, p.bounce_s)
                    if previous < self._level and t - self._contact_s > least_s:
                        self._crossed_s = t - (y - self._level) / (y - previous) * (t - previous_t)
                    if y >= p.load_g:
                        if self._crossed_s > 0.0:
                            events.append(self._contact(t, y, previous_t, previous))
                        self._lowest = 9.0
                        self._crossed_s = -1.0
            previous, previous_t = y, t
        self._previous, self._previous_t = previous, previous_t
        return events

    def _contact(self, t: float, y: float, previous_t: float, previous: float) -> TrunkEvent:
        """The contact that became sure between two samples."""
        p, crossing = self._p, self._crossed_s
        self._in_stance = True
        self._contact_s = crossing
        loaded = t - (y - p.load_g) / (y - previous) * (t - previous_t) if previous < p.load_g else t
        return TrunkEvent(
            contact=True,
            decided_s=t,
            crossing_s=crossing,
            t_s=crossing - self._delay_s - p.contact_offset_s,
            depth_g=self._depth,
            rise_gps=(p.load_g - self._level) / max(loaded - crossing, 1e-3),
        )

    def _leave(self, y: float) -> None:
        self._in_stance = False
        self._lowest = self._falling = y
        self._level = max(self._p.contact_g, y + self._p.rise_g)
        self._crossed_s = -1.0
