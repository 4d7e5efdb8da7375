"""Which way is up for a trunk sensor: held level stride by stride with a gyro, else the direction of the mean force."""

from __future__ import annotations

from dsp.gait.drop import BEFORE_CONTACT_S
from dsp.orientation.bend import Bend, Pace
from dsp.orientation.lean import mean_up, tilt_since
from dsp.orientation.leveller import Leveller, LevelParams
from dsp.orientation.mean_direction import MeanDirection
from dsp.orientation.mount import Mount
from dsp.orientation.stillness import Look
from dsp.orientation.strapdown import Strapdown
from dsp.samples.trace import Trace
from dsp.signals import Vector


class TrunkLevel:
    """Owns the strapdown, what holds it level, and what a bend does to it.

    levelled    whether there is a gyro
    turn_radps  slow turning in the stride read last, + to the left, set by the reader; 0 once it was used
    """

    def __init__(self, pace: Pace, params: LevelParams | None = None) -> None:
        self.levelled = False
        self.turn_radps = 0.0
        self._strapdown = Strapdown()
        self._leveller = Leveller(self._strapdown, params)
        self._bend = Bend(pace)
        self._mean_direction = MeanDirection()
        self._bias_known = False
        self._corrected_s = 0.0

    @property
    def bias(self) -> Vector:
        """Of the gyro, rad/s."""
        return self._strapdown.bias

    def forget_bias(self) -> None:
        """The sensor has moved: before it was noticed, the turn was taken for bias."""
        self._bias_known = False

    def start(self, trace: Trace, until: int, period_s: float, *, levelled: bool) -> None:
        """Align with the mean force of samples 0 to `until`, the last included."""
        self.levelled = levelled
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
        self._bias_known = True

    def disturb(self, gap_s: float) -> None:
        """Samples were filled in over `gap_s`."""
        if self.levelled:
            self._leveller.disturb(gap_s)

    def run(self, t_s: list[float], start: int, stop: int, trace: Trace) -> list[float]:
        """Vertical force, m/s2, of samples start to stop, at `t_s`; up, and with a gyro velocity, go to the trace."""
        force = [axis[start:stop] for axis in trace.axes[:3]]
        if not self.levelled:
            return self._mean_direction.run(t_s, force, trace)
        return self._strapdown.run(t_s, force, [axis[start:stop] for axis in trace.turns], trace)

    def stride(
        self, contacts_s: tuple[float, float, float], trace: Trace, period_s: float, mount: Mount | None
    ) -> None:
        """Learn from the velocity at the last two of three contacts, if nothing was corrected between."""
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
        leveller.stride(mid_s, (vx, vy), *bend)
        x, y, z = (b - a for a, b in zip(before, strapdown.up(), strict=True))
        tilt_since(trace, three_s - BEFORE_CONTACT_S - period_s, (x, y, z))
        self._corrected_s = strapdown.t_s

    def look(self, now_s: float, quiet: Look | None) -> None:
        """Learn from a while without steps, in which the trunk was `quiet` or did not stand still."""
        if not self.levelled:
            return
        leveller, strapdown = self._leveller, self._strapdown
        if quiet is None:
            leveller.free(now_s, strapdown.v)
        else:
            (x, y, z), (bx, by, bz) = quiet.rate, strapdown.bias
            leveller.still(now_s, strapdown.v, (x - bx, y - by, z - bz))
        self._corrected_s = now_s
