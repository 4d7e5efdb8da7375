"""Contacts from the pitch rate of one foot (rad/s, + toe down).

In swing the foot turns toe up fast; it lands where that turn ends (the rate rises through zero), lies still, and lifts
its heel ever faster until the toe leaves the ground (the first peak of the rate) (dsp findings 2.3: initial contact
-31 ms, toe-off -12 ms against force, the same at 50, 100 and 200 Hz).
"""

from __future__ import annotations

from dataclasses import dataclass

from dsp.records import EventKind


@dataclass(frozen=True, slots=True)
class FootContactParams:
    """Rates in rad/s, times in s.

    swing_share      a swing is deeper than this share of the usual one ...
    swing_least      ... and than this (slow walking swings with 4 or more)
    push_share       a push-off is higher than this share of the usual swing
    contact_offset_s, release_offset_s  what the two instants are off against force, mean over runs
    guard_s          shortest swing (dsp findings 2.3)
    """

    swing_share: float = 0.45
    swing_least: float = 2.2
    push_share: float = 0.2
    contact_offset_s: float = -0.031
    release_offset_s: float = -0.012
    guard_s: float = 0.06
    shortest_stance_s: float = 0.09
    longest_stance_s: float = 2.0
    shortest_stride_s: float = 0.38


@dataclass(frozen=True, slots=True)
class FootEvent:
    """A contact or toe-off of one foot.

    decided_s     newest sample when it was sure
    t_s           when it happened
    contact_s     contact of the same stance
    swing_radps   how fast the swing before was (without a gyro: the stop, g)
    """

    kind: EventKind
    decided_s: float
    t_s: float
    contact_s: float
    swing_radps: float


class FootContacts:
    """State machine over pitch rate and its low-passed copy."""

    def __init__(self, delay_s: float, params: FootContactParams | None = None) -> None:
        self._p = params or FootContactParams()
        self._delay_s = delay_s
        self._usual = 0.0
        self.reset()

    def reset(self) -> None:
        """Forget the state of the step; the usual swing stays known."""
        self._previous = 0.0
        self._previous_t = 0.0
        self._smooth_1 = 0.0
        self._smooth_2 = 0.0
        self._deepest = 0.0
        self._below_s = -1.0
        self._in_stance = False
        self._settled = False
        self._contact_s = -9.0

    def run(self, t_s: list[float], rate: list[float], smooth: list[float]) -> list[FootEvent]:
        """Events in samples; `smooth` is the low-passed `rate`."""
        p = self._p
        events: list[FootEvent] = []
        previous, previous_t = self._previous, self._previous_t
        s1, s2 = self._smooth_1, self._smooth_2
        for t, x, s in zip(t_s, rate, smooth, strict=True):
            if self._in_stance:
                held = t - self._contact_s
                push = p.push_share * self._usual
                if held > p.shortest_stance_s:
                    if s < push:
                        self._settled = True
                    elif self._settled and s < s1 >= s2 and s1 > push:
                        bend = s2 - 2.0 * s1 + s
                        shift = 0.5 * (s2 - s) / bend if bend < 0.0 else 0.0
                        when = previous_t + shift * (t - previous_t) - self._delay_s - p.release_offset_s
                        events.append(FootEvent(EventKind.TOE_OFF, t, when, self._contact_s, self._usual))
                        self._swing()
                if held > p.longest_stance_s or x < -0.5 * max(self._usual, p.swing_least):
                    self._swing()
            else:
                self._deepest = min(self._deepest, x)
                threshold = max(p.swing_share * self._usual, p.swing_least)
                if x < -threshold and self._below_s < 0.0:
                    self._below_s = t
                if previous < 0.0 <= x and self._deepest < -threshold and t - self._below_s > p.guard_s:
                    when = t - x / (x - previous) * (t - previous_t) - p.contact_offset_s
                    if when - self._contact_s > p.shortest_stride_s:
                        self._usual += (0.2 if self._usual else 1.0) * (-self._deepest - self._usual)
                        self._contact_s = when
                        self._in_stance = True
                        self._settled = False
                        events.append(FootEvent(EventKind.INITIAL_CONTACT, t, when, when, -self._deepest))
                    self._deepest = 0.0
                    self._below_s = -1.0
            previous, previous_t = x, t
            s2, s1 = s1, s
        self._previous, self._previous_t = previous, previous_t
        self._smooth_1, self._smooth_2 = s1, s2
        return events

    def _swing(self) -> None:
        self._in_stance = False
        self._deepest = 0.0
        self._below_s = -1.0
