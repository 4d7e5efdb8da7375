"""The zero of the pelvis angles out of several stands, and how far they leave it in doubt.

Nobody stands the same way twice, and who waits on one leg lets the other hip fall by several degrees. So stands are
averaged, by how long they were. And the runner's own middle speaks: people run at most 2.5 deg to a side of how they
stand (sources 2), so a stand that is further off says the less about it. What is left of their disagreement is told as
`doubt_rad`. The last stand is not believed more than others: it may be the one on one leg.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from dsp.orientation.vectors import dot, unit
from dsp.signals import Vector

STANDS = 6
"""That are remembered: after a few more an odd one is forgotten, and so is how a belt sat an hour ago."""

LONGEST_S = 10.0
"""More of one stand does not make it more upright."""

OBLIQUE_RAD = math.radians(2.5)
"""How far to a side people run of how they stand; a stand that far off counts half."""

SURE_RAD = math.radians(2.0)
"""More doubt than this is no zero: what an absolute angle may claim is 2 deg (sources 2)."""


@dataclass(slots=True)
class _Stand:
    """The direction of its mean force, times how long it was, s."""

    force: Vector
    seconds: float


@dataclass(frozen=True, slots=True)
class Zero:
    """Up in standing, a unit vector in sensor axes, and the spread of the stands it is of, one standard deviation."""

    up: Vector
    doubt_rad: float

    @property
    def sure(self) -> bool:
        """Whether angles may be told against it."""
        return self.doubt_rad < SURE_RAD


class StandingZero:
    """Takes quiet standing as it goes on, gives the zero."""

    def __init__(self) -> None:
        self._stands: deque[_Stand] = deque(maxlen=STANDS)

    def add(self, force: Vector, seconds: float, *, fresh: bool) -> None:
        """Mean specific force, sensor axes, of so much standing: of a stand that begins, or of the one that goes on."""
        if fresh or not self._stands:
            self._stands.append(_Stand((0.0, 0.0, 0.0), 0.0))
        stand = self._stands[-1]
        (x, y, z), (ux, uy, uz) = stand.force, unit(force)
        stand.force = x + seconds * ux, y + seconds * uy, z + seconds * uz
        stand.seconds += seconds

    def zero(self, up: Vector, left: Vector, most_rad: float, *, running: bool) -> Zero | None:
        """The zero of a sensor whose `up` and `left` point so, as far as is known without standing.

        running  whether `up` is the runner's middle, so that it may weigh the stands
        Stands further than `most_rad` from `up` are other postures, or the sensor lay about; None without any other.
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
