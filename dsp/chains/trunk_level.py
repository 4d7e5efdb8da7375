"""Attitude of a trunk sensor: with a gyro strapdown levelled stride by stride, else the direction of mean force."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque

from dsp.gait.drop import BEFORE_CONTACT_S
from dsp.orientation.bend import Bend, Pace
from dsp.orientation.hole import Found, Hole, towards_usual
from dsp.orientation.lean import correct_up_since, mean_up
from dsp.orientation.leveller import Leveller, LevelParams
from dsp.orientation.mean_direction import MeanDirection
from dsp.orientation.mount import Mount
from dsp.orientation.stillness import QuietWindow
from dsp.orientation.strapdown import Strapdown
from dsp.samples.trace import Trace
from dsp.signals import Vector

CORRECTIONS = 6
"""Newest tilt corrections that are kept: they reach back as far as the strides that a filled gap is compared with."""


class TrunkLevel:
    """Tracks the attitude of a trunk sensor: strapdown integration, levelling, and correction for bends in the road.

    levelled    whether there is a gyro
    has_lean    whether up is known in all directions, so that lean is measured: with one axis of force missing it
                is not
    turn_radps  slow turning in the newest stride, + to the left, set by the owner; 0 once it was used
    """

    def __init__(self, pace: Pace, params: LevelParams | None = None) -> None:
        self.levelled = False
        self.has_lean = False
        self.turn_radps = 0.0
        self._strapdown = Strapdown()
        self._leveller = Leveller(self._strapdown, params)
        self._bend = Bend(pace)
        self._mean_direction = MeanDirection()
        self._bias_known = False
        self._corrected_s = 0.0
        self._corrections: deque[Found] = deque(maxlen=CORRECTIONS)
        self._holes: list[Hole] = []  # whose end has not been processed yet
        self._hole_end_s = float("-inf")

    @property
    def bias(self) -> Vector:
        """Gyroscope bias, rad/s."""
        return self._strapdown.bias

    @property
    def trust(self) -> float:
        """Consistency of levelling with its model, 0-1 (`orientation.consistency`); 1 without a gyro."""
        return self._leveller.trust if self.levelled else 1.0

    def doubt_bias(self) -> None:
        """Keep the bias but not its certainty: the sensor has moved, and until noticed the turn was taken for bias."""
        self._bias_known = False

    def start(self, trace: Trace, until: int, period_s: float, *, levelled: bool, has_lean: bool) -> None:
        """Align with the mean force of samples 0 to `until`, inclusive."""
        self.levelled, self.has_lean = levelled, has_lean
        before_s = trace.t_s[0] - period_s
        force = [axis[: until + 1] for axis in trace.axes[:3]]
        if levelled:
            turns = [axis[: until + 1] for axis in trace.turns]
            self._strapdown.align_over(before_s, trace.t_s[: until + 1], force, turns)
            self._leveller.start(trace.t_s[0], keep_bias=self._bias_known)
            self._bend.reset()
            self.turn_radps = 0.0
        else:
            x, y, z = (sum(axis) / (until + 1) for axis in force)
            self._mean_direction.align(before_s, (x, y, z))
        self._corrected_s = trace.t_s[0]
        self._corrections.clear()
        self._holes.clear()
        self._bias_known = True

    def disturb(self, hole: Hole) -> None:
        """Note that samples were filled in: levelling is less certain from then on."""
        if self.levelled:
            self._leveller.add_hole(hole)
            self._holes.append(hole)
            self._hole_end_s = hole.end_s

    def run(self, t_s: list[float], start: int, stop: int, trace: Trace) -> list[float]:
        """Return the vertical force, m/s2, of samples `start` to `stop`, at `t_s`.

        Adds the direction of up, and with a gyro the velocity, to the trace.
        """
        new = slice(start, stop)
        ax, ay, az, *_ = trace.axes
        force = [ax[new], ay[new], az[new]]
        if not self.levelled:
            return self._mean_direction.run(t_s, force, trace)
        gx, gy, gz = trace.turns
        turns = [gx[new], gy[new], gz[new]]
        if not self._holes or self._holes[0].end_s > t_s[-1]:
            return self._strapdown.run(t_s, force, turns, trace)
        return self._over_holes(t_s, force, turns, trace)

    def _over_holes(
        self, t_s: list[float], force: list[list[float]], turns: list[list[float]], trace: Trace
    ) -> list[float]:
        """Do the same, but correct up towards the usual right after the first sample that follows a filled gap."""
        vertical: list[float] = []
        done, n = 0, len(t_s)
        while done < n:
            hole = self._holes.pop(0) if self._holes and self._holes[0].end_s <= t_s[-1] else None
            part = slice(done, bisect_left(t_s, hole.end_s) + 1 if hole else n)
            vertical += self._strapdown.run(t_s[part], [a[part] for a in force], [a[part] for a in turns], trace)
            if hole:
                towards_usual(hole, self._strapdown, trace, self._corrections)
            done = part.stop
        return vertical

    def stride(
        self, contacts_s: tuple[float, float, float], trace: Trace, period_s: float, mount: Mount | None
    ) -> None:
        """Level by the velocity at the last two of three contacts, unless something was corrected since the second."""
        one_s, two_s, three_s = contacts_s
        if not self.levelled or two_s <= self._corrected_s:
            return
        strapdown, leveller = self._strapdown, self._leveller
        vx = 0.5 * (trace.at(trace.vx, two_s) + trace.at(trace.vx, three_s))
        vy = 0.5 * (trace.at(trace.vy, two_s) + trace.at(trace.vy, three_s))
        mid_s = 0.5 * (two_s + three_s)
        leveller.up = mean_up(trace, one_s, three_s)
        bend = self._bend.change(mid_s, self.turn_radps, strapdown, leveller, mount)
        self.turn_radps = 0.0
        before = strapdown.up()
        leveller.stride(mid_s, (vx, vy), *bend, seen=(three_s - max(one_s, self._hole_end_s)) / (three_s - one_s))
        (x, y, z), (up_x, up_y, up_z) = before, strapdown.up()
        change = up_x - x, up_y - y, up_z - z
        from_s = three_s - BEFORE_CONTACT_S - period_s
        correct_up_since(trace, from_s, change)
        if not leveller.uncertain:
            self._corrections.append((from_s, change))
        self._corrected_s = strapdown.t_s

    def learn_without_steps(self, now_s: float, quiet: QuietWindow | None) -> None:
        """Level by a window without steps: the trunk stood still (`quiet`), or moved in an unknown way (None)."""
        if not self.levelled:
            return
        leveller, strapdown = self._leveller, self._strapdown
        if quiet is None:
            leveller.other_motion(now_s, strapdown.v)
        else:
            (x, y, z), (bx, by, bz) = quiet.rate, strapdown.bias
            leveller.standing(now_s, strapdown.v, (x - bx, y - by, z - bz))
        self._corrected_s = now_s
