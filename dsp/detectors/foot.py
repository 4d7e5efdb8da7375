"""Initial contacts and toe-offs from the pitch rate of one foot (rad/s, + toe down), walking and running.

In swing the foot turns toe up fast; that turn ends, the foot lands (`landing`), lies still, and lifts its heel ever
faster until the toes leave the ground (`push_off`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from dsp.detectors.landing import Landing, LandingParams
from dsp.signals import NEVER_S


@dataclass(frozen=True, slots=True)
class FootContactParams:
    """Rates in rad/s, times in s.

    swing_share       a swing is deeper than this share of the usual one ...
    min_swing         ... and than this (slow walking swings with 4 or more)
    guard_s           shortest swing (sources 9)
    heel_down_s       a foot that landed on its toes has its heel down by then
    toes              shares of the peak before with which the heel comes down: below the first, heels land first; above
                      the second, toes do; in between, as before
    push_share        a push-off is higher than this share of the usual swing
    weak_share        and of the usual push-off: a foot shifted under a standing leg makes a smaller one
    fallen_share      it is over when the rate has fallen to this share of its peak (walking: -20 to +10 ms against the
                      marked toe-offs of eight people, two of their feet +30 and +40),
    pushed_s          or, in a running stance, this long after the peak
    running_stance_s  the longest stance that can be running (sources 7: 0.15-0.35)
    shortest_stance_s, longest_stance_s, shortest_stride_s  limits of any stance and stride, walking or running
    memory            length of the running mean of the usual swing, in steps
    """

    swing_share: float = 0.45
    min_swing: float = 2.2
    guard_s: float = 0.06
    heel_down_s: float = 0.12
    toes: tuple[float, float] = (0.25, 0.45)
    push_share: float = 0.2
    weak_share: float = 0.4
    fallen_share: float = 0.5
    pushed_s: float = 0.05
    running_stance_s: float = 0.45
    shortest_stance_s: float = 0.09
    longest_stance_s: float = 2.0
    shortest_stride_s: float = 0.38
    memory: float = 5.0
    landing: LandingParams = field(default_factory=LandingParams)


class EventKind(StrEnum):
    """Gait events, in the field's terms."""

    INITIAL_CONTACT = "initial_contact"
    TOE_OFF = "toe_off"


@dataclass(frozen=True, slots=True)
class FootEvent:
    """A contact or toe-off of one foot.

    t_s        time of the event; of a toe-off: the end of the push-off
    contact_s  contact of the same stance
    size       of a contact: peak rate of the swing before (without a gyroscope: of the stop, g); of a toe-off: peak of
               the low-passed push-off
    jump       of a contact: how far the pitch rate jumped
    """

    kind: EventKind
    t_s: float
    contact_s: float
    size: float
    jump: float = 0.0


class FootContacts:
    """State machine over the pitch rate and its low-passed copy, which is `delay_s` late."""

    def __init__(self, delay_s: float, params: FootContactParams | None = None) -> None:
        self._p = params or FootContactParams()
        self._delay_s = delay_s
        self._usual = self._usual_push = 0.0
        self._heel_down = 0.0
        self._landings = 0
        self._landing: Landing | None = None
        self._deepest = self._below_s = self._threshold = 0.0
        self._top = self._top_s = self._lowest = self._slap = 0.0
        self._settled = self._toes_first = False
        self.reset()

    def reset(self) -> None:
        """Discard the state of the step; how the foot usually swings and lands is kept."""
        self._t_s = 0.0
        self._rate = 0.0
        self._smooth = (0.0, 0.0)
        self.contact_s = NEVER_S
        self._enter_swing()

    def start_stance(self, contact_s: float) -> None:
        """Take a contact that another detector found."""
        self._enter_stance(contact_s)

    def run(self, t_s: list[float], rate: list[float], smooth: list[float]) -> list[FootEvent]:
        """Return the events in samples; `smooth` is the low-passed `rate`."""
        events: list[FootEvent] = []
        previous_t, previous = self._t_s, self._rate
        s2, s1 = self._smooth
        for t, x, s in zip(t_s, rate, smooth, strict=True):
            event = None
            if self._in_stance:
                event = self._stance_sample((previous_t, t), x, (s2, s1, s))
            elif self._landing is not None:
                event = self._end_swing(self._landing, t, x)
            else:
                if x < self._deepest:
                    self._deepest = x
                    if x < -self._threshold and self._below_s == NEVER_S:
                        self._below_s = t
                if previous < 0.0 <= x and self._deepest < -self._threshold and t - self._below_s > self._p.guard_s:
                    self._landing = Landing(self._p.landing, (previous_t, previous), (t, x))
            if event is not None:
                events.append(event)
            previous_t, previous, s2, s1 = t, x, s1, s
        self._t_s, self._rate, self._smooth = previous_t, previous, (s2, s1)
        return events

    def _end_swing(self, landing: Landing, t: float, x: float) -> FootEvent | None:
        """Return the contact at the end of a swing, unless the swing continues."""
        if not landing.add(t, x, self._usual):
            if x < -self._threshold:
                self._landing = None
            return None
        when, swing = landing.contact_s(toes_first=self._toes_first), -self._deepest
        if when - self.contact_s <= self._p.shortest_stride_s:
            self._enter_swing()
            return None
        self._usual += (1.0 / self._p.memory if self._usual else 1.0) * (swing - self._usual)
        self._enter_stance(when)
        self._slap = landing.peak
        return FootEvent(EventKind.INITIAL_CONTACT, when, when, swing, landing.jump)

    def _stance_sample(self, t: tuple[float, float], x: float, smooth: tuple[float, float, float]) -> FootEvent | None:
        """Process a sample of stance: the last two times, the rate, and the last three of its low-passed copy."""
        p, held = self._p, t[1] - self.contact_s
        if held < p.heel_down_s:
            self._lowest = min(self._lowest, x)
        elif held > p.longest_stance_s or x < -0.5 * max(self._usual, p.min_swing):
            self._enter_swing()
            return None
        if held < p.shortest_stance_s:
            return None
        s2, s1, s = smooth
        push = p.push_share * self._usual
        if not self._top:
            if s < push:
                self._settled = True
            elif self._settled and s < s1 >= s2:
                self._top, self._top_s = s1, t[0]
            return None
        if s > self._top:
            self._top, self._top_s = s, t[1]
        level = p.fallen_share * self._top
        if s >= level and (t[1] - self._top_s < p.pushed_s or held > p.running_stance_s):
            return None
        over_s = t[1] if s >= level or s1 <= s else t[0] + (level - s1) / (s - s1) * (t[1] - t[0])
        if self._top < p.weak_share * self._usual_push:
            self._top = 0.0
            return None
        self._usual_push += (1.0 / p.memory if self._usual_push else 1.0) * (self._top - self._usual_push)
        self._learn_landing()
        event = FootEvent(EventKind.TOE_OFF, over_s - self._delay_s, self.contact_s, self._top)
        self._enter_swing()
        return event

    def _learn_landing(self) -> None:
        """Learn whether toes land first, from how fast the heel came down after contact against the peak before it."""
        if self._slap > self._p.landing.min_peak:
            self._landings += 1
            share = 1.0 / min(float(self._landings), self._p.memory)
            self._heel_down += share * (-self._lowest / self._slap - self._heel_down)
            self._toes_first = self._heel_down > self._p.toes[0 if self._toes_first else 1]

    def _enter_stance(self, contact_s: float) -> None:
        self._in_stance = True
        self.contact_s = contact_s
        self._settled = False
        self._top = 0.0
        self._top_s = 0.0
        self._lowest = 0.0
        self._slap = 0.0

    def _enter_swing(self) -> None:
        self._in_stance = False
        self._landing = None
        self._threshold = max(self._p.swing_share * self._usual, self._p.min_swing)
        self._deepest = 0.0
        self._below_s = NEVER_S
