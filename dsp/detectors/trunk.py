"""Contacts from the vertical specific force of a sensor on the trunk: flight, load, unload, one sample at a time.

Between steps a runner falls and the trunk feels far less than its weight; in stance it feels two to three times it.
A contact is the rise out of such a fall, a toe-off the fall below body weight after it (dsp findings 2.1, 2.2).
"""

from __future__ import annotations

from dataclasses import dataclass

from dsp.records import EventKind
from dsp.signals import GRAVITY_MPS2


@dataclass(frozen=True, slots=True)
class TrunkContactParams:
    """Forces in g of the low-passed vertical specific force, times in s.

    arm_g            below this the trunk is falling (walking stays above about 0.35, running goes below 0.3 in all
                     56 recordings looked at; 0.6 lets the slowest shufflers in, `gate` sorts walkers out)
    contact_g        rising through this is initial contact
    load_g           contact is sure once this is passed
    unload_g         falling through this is toe-off
    contact_offset_s, release_offset_s  what the two crossings are late by against force (dsp findings 1.6, 2.1)
    shortest_stance_s, shortest_step_s, longest_stance_s: nobody steps faster than 300 a minute or stands longer than 0.6 s
    """

    cutoff_hz: float = 15.0
    arm_g: float = 0.6
    contact_g: float = 0.7
    load_g: float = 1.2
    unload_g: float = 1.0
    shortest_stance_s: float = 0.08
    shortest_step_s: float = 0.19
    longest_stance_s: float = 0.6
    contact_offset_s: float = 0.020
    release_offset_s: float = -0.045


@dataclass(frozen=True, slots=True)
class TrunkEvent:
    """decided_s: newest sample when it was sure; t_s: when it happened; depth_g: least force before, peak_g: most since."""

    kind: EventKind
    decided_s: float
    t_s: float
    depth_g: float
    peak_g: float


class TrunkContacts:
    """State machine over low-passed vertical force (m/s2); `delay_s` is the delay of that low-pass."""

    def __init__(self, delay_s: float, params: TrunkContactParams | None = None) -> None:
        self._p = params or TrunkContactParams()
        self._delay_s = delay_s
        self.reset()

    def reset(self) -> None:
        """Forget the state of the step (not a change of settings)."""
        self._in_stance = False
        self._armed = False
        self._previous = 1.0
        self._previous_t = 0.0
        self._lowest = 9.0
        self._depth = 9.0
        self._highest = 0.0
        self._crossed_s = -1.0
        self._contact_s = -9.0

    def run(self, t_s: list[float], force: list[float]) -> list[TrunkEvent]:
        """Events in samples (t_s, low-passed vertical force m/s2); times are corrected for the filter's delay."""
        p = self._p
        events: list[TrunkEvent] = []
        scale = 1.0 / GRAVITY_MPS2
        previous, previous_t = self._previous, self._previous_t
        for t, value in zip(t_s, force, strict=True):
            y = value * scale
            if self._in_stance:
                self._highest = max(self._highest, y)
                held = t - self._contact_s
                if y <= p.unload_g < previous and held > p.shortest_stance_s:
                    when = t - (p.unload_g - y) / (previous - y) * (t - previous_t)
                    self._leave(y)
                    events.append(
                        TrunkEvent(
                            EventKind.TOE_OFF, t, when - self._delay_s - p.release_offset_s, self._depth, self._highest
                        )
                    )
                elif held > p.longest_stance_s:
                    self._leave(y)
            else:
                if y < self._lowest:
                    self._lowest = y
                    self._armed = y < p.arm_g
                if self._armed and previous < p.contact_g <= y and t - self._contact_s > p.shortest_step_s:
                    self._crossed_s = t - (y - p.contact_g) / (y - previous) * (t - previous_t)
                elif y < p.contact_g:
                    self._crossed_s = -1.0
                if y >= p.load_g:
                    if self._crossed_s > 0.0:
                        self._in_stance = True
                        self._contact_s = self._crossed_s
                        self._depth = self._lowest
                        self._highest = y
                        events.append(
                            TrunkEvent(
                                EventKind.INITIAL_CONTACT,
                                t,
                                self._crossed_s - self._delay_s - p.contact_offset_s,
                                self._lowest,
                                y,
                            )
                        )
                    self._lowest = 9.0
                    self._armed = False
                    self._crossed_s = -1.0
            previous, previous_t = y, t
        self._previous, self._previous_t = previous, previous_t
        return events

    def _leave(self, y: float) -> None:
        self._in_stance = False
        self._lowest = y
        self._armed = y < self._p.arm_g
        self._crossed_s = -1.0
