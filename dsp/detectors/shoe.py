"""Contacts from the size of the force on a shoe without a gyroscope.

At the end of swing the shoe is stopped hard (the largest force of the stride, 4-9 g), it lands as that force falls
away, lies still near 1 g, and is pushed off with a second, smaller peak. The size needs no axes, so no mount. Toe-off
only ends the stance here: it differs from the true one by 20-130 ms and is not reported.
"""

from __future__ import annotations

from dataclasses import dataclass

from dsp.detectors.foot import EventKind, FootEvent
from dsp.signals import GRAVITY_MPS2, NEVER_S


@dataclass(frozen=True, slots=True)
class ShoeContactParams:
    """Sizes in g of the low-passed force, times in s.

    cutoff_hz                 of the low-pass
    stop_share, stop_least_g  the stop is higher than this share of the usual one and than this
    landed_share              contact: the force has fallen to this share of the stop
    still_g                   the shoe lies below this
    push_g                    the push-off peak is above this
    push_max_share            and below this share of the stop (0.4-0.75 in twelve foot runs): otherwise it is the stop,
                              and the one before was a push-off
    contact_offset_s          how late that is against true contacts in six marker-derived runs (-5..+40 ms)
    shortest_stance_s, longest_stance_s, shortest_stride_s  limits of any stance and stride
    """

    cutoff_hz: float = 6.0
    stop_share: float = 0.8
    stop_least_g: float = 3.0
    landed_share: float = 0.7
    still_g: float = 2.0
    push_g: float = 1.5
    push_max_share: float = 0.95
    contact_offset_s: float = 0.015
    shortest_stance_s: float = 0.09
    longest_stance_s: float = 1.2
    shortest_stride_s: float = 0.38


class ShoeContacts:
    """State machine over the low-passed size of the force (m/s2), which is `delay_s` late."""

    def __init__(self, delay_s: float, params: ShoeContactParams | None = None) -> None:
        self._p = params or ShoeContactParams()
        self._delay_s = delay_s
        self._usual = 0.0
        self.reset()

    def reset(self) -> None:
        """Discard the state of the step; the usual stop is kept."""
        self._one = 1.0
        self._two = 1.0
        self._previous_t = 0.0
        self._peak = 0.0
        self._in_stance = False
        self._was_still = False
        self._contact_s = NEVER_S

    def run(self, t_s: list[float], size: list[float]) -> list[FootEvent]:
        """Return the events in samples of the low-passed force, m/s2."""
        p = self._p
        events: list[FootEvent] = []
        one, two, previous_t = self._one, self._two, self._previous_t
        for t, value in zip(t_s, size, strict=True):
            y = value / GRAVITY_MPS2
            if self._in_stance:
                held = t - self._contact_s
                self._was_still = self._was_still or (y < p.still_g and held > p.shortest_stance_s)
                peaked = y < one >= two and one > p.push_g and held > p.shortest_stance_s
                if peaked and one > p.push_max_share * self._usual:
                    self._in_stance, self._peak, self._contact_s = False, one, NEVER_S
                elif peaked and self._was_still:
                    when = previous_t - self._delay_s
                    events.append(FootEvent(EventKind.TOE_OFF, when, self._contact_s, self._usual))
                    self._in_stance, self._peak = False, 0.0
                elif held > p.longest_stance_s:
                    self._in_stance, self._peak = False, 0.0
            else:
                self._peak = max(self._peak, y)
                level = p.landed_share * self._peak
                if y < level <= one and self._peak > max(p.stop_least_g, p.stop_share * self._usual):
                    crossing = t - (level - y) / (one - y) * (t - previous_t)
                    when = crossing - self._delay_s - p.contact_offset_s
                    if when - self._contact_s > p.shortest_stride_s:
                        self._usual += (0.2 if self._usual else 1.0) * (self._peak - self._usual)
                        self._contact_s, self._in_stance, self._was_still = when, True, False
                        events.append(FootEvent(EventKind.INITIAL_CONTACT, when, when, self._peak))
            two, one, previous_t = one, y, t
        self._one, self._two, self._previous_t = one, two, previous_t
        return events
