"""Running or not: contacts are held back until a row of them looks like running, then let out.

Judged on strides, not steps: in a trouser pocket steps of 0.30 and 0.50 s take turns, on the hip they differ by 70 ms.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GateParams:
    """When a row of contacts is running.

    deep_g      flights in which both steps of a stride go below this are flights in any running rhythm;
    shallow_g   up to this they count only in the rhythm that walkers do not have (slow shuffles stay near 0.5 g,
                walking trunks go down to 0.35, thighs lower)
    shortest_s, longest_s  stride of running with deep flights (300 to 122 steps a minute)
    quick_s, slow_s        stride of running with shallow flights (200 to 140 steps a minute)
    share       least share of a step in its stride (pockets 0.38; walking thighs 0.22-0.29)
    even_share  the same with shallow flights, which pockets do not have
    row         contacts needed: two strides that agree
    """

    deep_g: float = 0.15
    shallow_g: float = 0.60
    shortest_s: float = 0.40
    longest_s: float = 0.98
    quick_s: float = 0.60
    slow_s: float = 0.86
    share: float = 0.30
    even_share: float = 0.42
    row: int = 4


class RunningGate:
    """Tells, contact by contact, whether the row it belongs to is running."""

    def __init__(self, params: GateParams | None = None) -> None:
        self._p = params or GateParams()
        self.reset()

    def reset(self) -> None:
        """After a gap: the row begins again."""
        self._last_s = -9.0
        self._step_s = 0.0
        self._depth_g = 9.0
        self._row = 0

    @property
    def open(self) -> bool:
        """Whether the last contact belonged to a running row."""
        return self._row >= self._p.row

    def contact(self, t_s: float, depth_g: float) -> bool:
        """Take the next contact; True when it continues the row, False when a new row begins with it."""
        p = self._p
        step, before, weaker = t_s - self._last_s, self._step_s, max(depth_g, self._depth_g)
        self._last_s, self._depth_g = t_s, depth_g
        if before > 0.0:
            stride = step + before
            deep = weaker < p.deep_g and p.shortest_s < stride < p.longest_s
            shallow = weaker < p.shallow_g and p.quick_s < stride < p.slow_s
            share = min(step, before) / stride
            continues = (deep and share > p.share) or (shallow and share > p.even_share)
        else:
            continues = weaker < p.shallow_g and p.share * p.shortest_s < step < (1.0 - p.share) * p.longest_s
        self._row = self._row + 1 if continues else 1
        self._step_s = step if continues else 0.0
        return continues
