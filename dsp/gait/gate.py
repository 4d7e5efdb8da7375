"""Detect running: contacts are held back until a row of them looks like running, then emitted.

On the trunk, flight distinguishes a runner from a walker. Over whole steps the mean vertical force is 1 g, so a stance
that lasts a share d of its step and is a half-sine (Morin 2005) swings round 1 g by sqrt(pi^2 / (8 d) - 1) g, root mean
square: 0.48 g where one stance follows the other without flight, more with flight. Real runners: 0.55-1.7, real walkers
on the trunk up to 0.46. The slowest shufflers have no flight (0.3-0.5); they are distinguished from walkers by their
rhythm and by how fast the foot takes the load.

Strides are judged, not steps: in a trouser pocket steps of 0.30 and 0.50 s alternate, on the hip they differ by 70 ms.
The thigh of a walker swings by itself, so in a pocket more swing and a quicker rhythm are required.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import mul

from dsp.samples.trace import Trace
from dsp.signals import GRAVITY_MPS2, NEVER_S


@dataclass(frozen=True, slots=True)
class GateParams:
    """When a row of contacts is running.

    deep_g                 flights in which both steps of a stride go below this are flights in any running rhythm, ...
    flight_g               if the force swings round 1 g by this much, root mean square over the stride
    shallow_g              up to this depth they count in any running rhythm ...
    clear_g                with this swing: a half-sine stance of 95 % of its step (recorded walkers reach 0.46),
    shuffle_g              and with this one only in a rhythm that walkers do not have ...
    landing_gps            and loads this quick, g/s (shufflers 10-40, fast walkers 3-9, a cyclist out of the saddle
                           4-10)
    shortest_s, longest_s  stride of running (300 to 122 steps a minute)
    quick_s, slow_s        stride of running with shallow flights and little swing (200 to 140 steps a minute)
    share                  minimum share of a step in its stride (pockets 0.38; walking thighs 0.22-0.29)
    even_share             the same with shallow flights, which pockets do not have
    row                    contacts needed: two strides that agree
    on_g, on_share         a running row continues while the flights are no shallower than this and the stride stays
                           within this share of the usual one: a runner who begins to walk slows down by a quarter
    """

    deep_g: float = 0.15
    flight_g: float = 0.48
    shallow_g: float = 0.60
    clear_g: float = 0.55
    shuffle_g: float = 0.34
    landing_gps: float = 10.0
    shortest_s: float = 0.40
    longest_s: float = 0.98
    quick_s: float = 0.60
    slow_s: float = 0.86
    share: float = 0.30
    even_share: float = 0.42
    row: int = 4
    on_g: float = 0.72
    on_share: float = 0.15


POCKET = GateParams(flight_g=0.70, shallow_g=0.15, clear_g=0.70, longest_s=0.88)
"""On a thigh: seven in eight strides of 14 runners swing by 0.8 g or more, those of 4 walkers, who step slower, by
less."""

LONGEST_S = 1.2
"""Longest step of a runner; the force of a longer pause is not evaluated."""


def swing_square_g(trace: Trace, from_s: float, until_s: float) -> float:
    """Return the mean square of the low-passed vertical force about 1 g between two times of the trace, g^2."""
    first = trace.first_at(from_s)
    force = trace.force[first : max(first + 1, trace.first_at(until_s)) : 2]
    if not force:
        return 0.0
    mean, square = sum(force) / len(force), sum(map(mul, force, force)) / len(force)
    return float((square - 2.0 * GRAVITY_MPS2 * mean) / (GRAVITY_MPS2 * GRAVITY_MPS2) + 1.0)


class RunningGate:
    """Decides, contact by contact, whether the row it belongs to is running."""

    def __init__(self, params: GateParams | None = None) -> None:
        self._p = params or GateParams()
        self.reset()

    def reset(self) -> None:
        """Begin a new row, after a gap."""
        self._last_s = NEVER_S
        self._step_s = 0.0
        self._stride_s = 0.0
        self._square = 0.0
        self._depth_g = 9.0
        self._rise_gps = 0.0
        self._row = 0

    @property
    def open(self) -> bool:
        """Whether the last contact belonged to a running row."""
        return self._row >= self._p.row

    def contact(self, at_s: float, depth_g: float, rise_gps: float, trace: Trace) -> bool:
        """Take the next contact, `at_s` on the trace's clock; True when it continues the row, False when it begins one.

        depth_g   lowest force before it
        rise_gps  loading rate, g/s
        """
        step = at_s - self._last_s
        square = swing_square_g(trace, self._last_s, at_s) if step < LONGEST_S else 0.0
        continues = self._continues(step, max(depth_g, self._depth_g), min(rise_gps, self._rise_gps), square)
        if continues:
            self._row += 1
            if self._step_s:
                stride = step + self._step_s
                self._stride_s += (0.25 if self._stride_s else 1.0) * (stride - self._stride_s)
            self._step_s, self._square = step, square
        else:
            self._row, self._step_s, self._stride_s = 1, 0.0, 0.0
        self._last_s, self._depth_g, self._rise_gps = at_s, depth_g, rise_gps
        return continues

    def _continues(self, step: float, weaker_g: float, slower_gps: float, square: float) -> bool:
        """Return whether a step this long, with these two flights, continues the row."""
        p, before = self._p, self._step_s
        if before <= 0.0:
            return weaker_g < p.shallow_g and p.share * p.shortest_s < step < (1.0 - p.share) * p.longest_s
        stride = step + before
        share = min(step, before) / stride
        if self.open and share > p.share and weaker_g < p.on_g and abs(stride / self._stride_s - 1.0) < p.on_share:
            return True
        swing = math.sqrt(max(0.0, (square * step + self._square * before) / stride))
        if weaker_g < p.deep_g and share > p.share and p.shortest_s < stride < p.longest_s:
            return swing > p.flight_g
        if weaker_g >= p.shallow_g or share <= p.even_share:
            return False
        if swing > p.clear_g:
            return p.shortest_s < stride < p.longest_s
        return p.quick_s < stride < p.slow_s and swing > p.shuffle_g and slower_gps > p.landing_gps
