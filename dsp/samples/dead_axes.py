"""Detects dead axes of an IMU: they still deliver numbers (zeros, a bias, the last value), but do not react to motion.

Whatever shakes a body part by 1 g on one axis moves every axis: in 27,702 half-seconds of 117 recorded sensors on
runners and walkers (hip, waist, pocket, shoe) in which the force swung that far on one axis, it swung by at least
1.4 m/s2 on each of them, and each rate by at least 0.27 rad/s. A dead axis shows only noise: in consumer parts less
than 0.3 m/s2 and 0.05 rad/s peak to peak. A runner who stands still, or a sensor on a table, proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsp.packed import Array
from dsp.signals import GRAVITY_MPS2

WINDOW_S = 0.5
"""Length of the windows that are checked."""

_NOTHING_SEEN = np.full(6, np.inf), np.full(6, -np.inf), 0.0
"""Minimum and maximum of an empty window, and its length so far, s."""


@dataclass(frozen=True, slots=True)
class DeadAxesParams:
    """When an axis counts as dead, and when as alive again.

    windows        an axis is dead once it is still in this many shaken windows in a row; the dead axes are alive again
                   once all of them move in as many in a row
    skipped        windows left unchecked after one in which every axis moved, `skipped_quiet` after one without
                   shaking: a dead axis is still detected within 4 s of running, at a fifth of the cost
    swing_mps2     a window is shaken if the force on one axis swings further than this
    still_mps2, still_radps   an axis that swings by less is still: between the noise and the smallest motion above
    read           number of samples read from a window
    """

    windows: int = 2
    skipped: int = 4
    skipped_quiet: int = 2
    swing_mps2: float = GRAVITY_MPS2
    still_mps2: float = 0.5
    still_radps: float = 0.1
    read: int = 8


class DeadAxes:
    """Checks the windows of one sensor; `axes` holds the indices of the dead axes in `IMU6`, ascending.

    each_axis  judge every axis by itself. If False, only the gyro as a whole is judged: a foot may turn about one axis
               alone, and its force may act along one
    """

    def __init__(self, *, each_axis: bool, params: DeadAxesParams | None = None) -> None:
        self._p = params or DeadAxesParams()
        self._each_axis = each_axis
        self._limits = [self._p.still_mps2] * 3 + [self._p.still_radps] * 3
        self.axes: list[int] = []
        self._taken_count = 0
        self._still = [0] * 6  # shaken windows in a row in which an axis was still
        self._to_skip = 0  # windows
        self._moving = 0  # windows in a row in which the dead axes moved
        self._low, self._high, self._seen_s = _NOTHING_SEEN

    def take_count(self) -> int | None:
        """Return the number of dead axes if it has changed since the last call, else None; 0 at first."""
        before, self._taken_count = self._taken_count, len(self.axes)
        return self._taken_count if self._taken_count != before else None

    def check(self, axes: list[list[float]], first: int, end: int, missing: list[int]) -> bool:
        """Check samples `first` to `end` of six lists, zeros where `missing`; return whether more axes are dead now.

        Two samples that differ prove that an axis moves: a quick check, and nearly always enough.
        """
        if self._to_skip:
            self._to_skip -= 1
            return False
        p, last, before = self._p, end - 1, end - 1 - (end - first) // 4
        moved = [abs(axis[last] - axis[before]) for axis in axes]
        if self._each_axis:
            alive = min(moved[3:]) > p.still_radps and min(moved[:3]) > p.still_mps2
        else:
            alive = max(moved[3:]) > p.still_radps
        if alive:
            self._still, self._to_skip = [0] * 6, p.skipped
            return False
        part, limits = slice(first, end, max(1, (end - first) // p.read)), self._limits
        if max(max(force) - min(force) for force in (axis[part] for axis in axes[:3])) <= p.swing_mps2:
            self._still, self._to_skip = [0] * 6, p.skipped_quiet
            return False
        still = [k for k in range(6) if moved[k] < limits[k] and max(axes[k][part]) - min(axes[k][part]) < limits[k]]
        if not self._each_axis:
            still = [3, 4, 5] if still[-3:] == [3, 4, 5] else []
        if not still:
            self._still, self._to_skip = [0] * 6, p.skipped
            return False
        return self._count([k for k in still if k not in missing])

    def _count(self, still: list[int]) -> bool:
        """Count one more shaken window in which these axes were still; return whether more axes are dead now."""
        self._still = [count + 1 if k in still else 0 for k, count in enumerate(self._still)]
        more = [k for k, count in enumerate(self._still) if count >= self._p.windows]
        if more:
            self.axes = sorted({*self.axes, *more})
            self._still, self._moving = [0] * 6, 0
            self._low, self._high, self._seen_s = _NOTHING_SEEN
        return bool(more)

    def recheck(self, rows: Array, span_s: float) -> None:
        """Take (n, 6) raw samples over `span_s` to see whether the dead axes move again."""
        if not self.axes or not len(rows):
            return
        self._low, self._high = np.fmin(self._low, rows.min(0)), np.fmax(self._high, rows.max(0))
        self._seen_s += span_s
        if self._seen_s < WINDOW_S:
            return
        moves = [self._high[k] - self._low[k] > self._limits[k] for k in self.axes]
        self._moving = self._moving + 1 if (all if self._each_axis else any)(moves) else 0
        self._low, self._high, self._seen_s = _NOTHING_SEEN
        if self._moving >= self._p.windows:
            self.axes = []
