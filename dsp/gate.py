"""Running or not: contacts are held back until three in a row look like running, then let out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GateParams:
    """When a row of contacts is running.

    deep_g, shallow_g    least vertical force before a contact, g: below deep_g it is a flight whatever the rhythm; up
                         to shallow_g only in a running rhythm (slow shuffles; walking stays above about 0.35 g)
    slow_step_s          longest step of the running rhythm for shallow flights (133 steps a minute; brisk walking is
                         120 and stays under 135)
    shortest_s, longest_s  any running step (300 to 100 a minute)
    row                  contacts needed
    unlike               largest ratio between successive step times
    """

    deep_g: float = 0.30
    shallow_g: float = 0.55
    slow_step_s: float = 0.45
    shortest_s: float = 0.19
    longest_s: float = 0.60
    row: int = 3
    unlike: float = 1.6


class RunningGate:
    """Tells, contact by contact, whether the row it belongs to is running."""

    def __init__(self, params: GateParams | None = None) -> None:
        self._p = params or GateParams()
        self._last_s = -9.0
        self._step_s = 0.0
        self._row = 0

    @property
    def open(self) -> bool:
        """Whether the last contact belonged to a running row."""
        return self._row >= self._p.row

    def reset(self) -> None:
        """After a gap: the row begins again."""
        self._last_s, self._step_s, self._row = -9.0, 0.0, 0

    def contact(self, t_s: float, depth_g: float) -> bool:
        """Take the next contact; True when it continues the row, False when a new row begins with it."""
        p = self._p
        step = t_s - self._last_s
        self._last_s = t_s
        flight = depth_g < p.deep_g or (depth_g < p.shallow_g and step < p.slow_step_s)
        steady = self._step_s == 0.0 or 1.0 / p.unlike < step / self._step_s < p.unlike
        if flight and p.shortest_s < step < p.longest_s and steady:
            self._row += 1
            self._step_s = step
            return True
        self._row = 1 if flight else 0
        self._step_s = 0.0
        return False
