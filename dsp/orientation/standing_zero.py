"""The zero of the pelvis angles from several periods of standing (stands), and its uncertainty.

Nobody stands the same way twice, and standing on one leg lets the other hip fall by several degrees. So stands are
averaged, weighted by their length. The runner's own mean posture counts too: people run at most 2.5 deg to a side of
how they stand (sources 2), so a stand that is further off weighs less. What is left of their disagreement is given as
`doubt_rad`. The last stand does not weigh more than others: it may be the one on one leg.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from dsp.orientation.vectors import dot, unit
from dsp.signals import Vector

STANDS = 6
"""Stands that are kept: after a few more an outlier is forgotten, and so is how a belt sat an hour ago."""

LONGEST_S = 10.0
"""Upper limit of the weight of a stand: a longer one is not more upright."""

OBLIQUE_RAD = math.radians(2.5)
"""How far to a side of their standing posture people run; a stand that far off weighs half."""

SURE_RAD = math.radians(2.0)
"""Largest uncertainty of a zero: an absolute angle is accurate to 2 deg at best (sources 2)."""


@dataclass(slots=True)
class _Stand:
    """Sum of the directions of its force, weighted by time, and its length, s."""

    force: Vector
    seconds: float


@dataclass(frozen=True, slots=True)
class Zero:
    """Up in standing, a unit vector in sensor axes, and the standard deviation of obliquity between the stands."""

    up: Vector
    doubt_rad: float

    @property
    def sure(self) -> bool:
        """Whether angles against it may be reported."""
        return self.doubt_rad < SURE_RAD


class StandingZero:
    """Takes quiet standing as it is measured; returns the zero."""

    def __init__(self) -> None:
        self._stands: deque[_Stand] = deque(maxlen=STANDS)

    def add(self, force: Vector, seconds: float, *, fresh: bool) -> None:
        """Take the mean specific force, sensor axes, of `seconds` of standing; `fresh` begins a new stand."""
        if fresh or not self._stands:
            self._stands.append(_Stand((0.0, 0.0, 0.0), 0.0))
        stand = self._stands[-1]
        (x, y, z), (ux, uy, uz) = stand.force, unit(force)
        stand.force = x + seconds * ux, y + seconds * uy, z + seconds * uz
        stand.seconds += seconds

    def zero(self, up: Vector, left: Vector, most_rad: float, *, running: bool) -> Zero | None:
        """Return the zero of a sensor whose `up` and `left` point so without standing; None without a usable stand.

        most_rad  stands further than this from `up` are other postures, or the sensor lay on a table
        running   whether `up` is the runner's mean posture, so that it may weight the stands
        """
        if len(self._stands) == 1:
            only = unit(self._stands[0].force)
            return Zero(only, 0.0) if dot(up, only) > math.cos(most_rad) else None
        weighed: list[tuple[float, float, Vector]] = []
        for stand in self._stands:
            direction = unit(stand.force)
            if dot(up, direction) <= math.cos(most_rad):
                continue
            oblique = math.asin(max(-1.0, min(1.0, dot(left, direction))))
            weight = min(stand.seconds, LONGEST_S)
            if running:
                weight /= 1.0 + (oblique / OBLIQUE_RAD) ** 2
            weighed.append((weight, oblique, direction))
        if not weighed:
            return None
        total = sum(weight for weight, _, _ in weighed)
        x, y, z = (sum(weight * direction[k] for weight, _, direction in weighed) for k in range(3))
        mean = sum(weight * oblique for weight, oblique, _ in weighed) / total
        variance = sum(weight * (oblique - mean) ** 2 for weight, oblique, _ in weighed) / total
        return Zero(unit((x, y, z)), math.sqrt(variance))
