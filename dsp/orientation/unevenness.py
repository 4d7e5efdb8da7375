"""How uneven a runner's step times are, and how far that turns the plane of symmetry that the mount is based on.

A runner who limps is not mirror-symmetric. Six recorded runs of four people were played with steps of 1 + k and 1 - k
times their length: the plane turned by 3.0 deg (root mean square; at most 5.7) at k = 0.2, by half of that at 0.1, one
way or the other, while the sensor stayed where it was. Unevenness here is 2 k: the difference over the mean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnevennessParams:
    """Effect of unevenness on the heading.

    half            unevenness that halves the quality: there the plane turns by 2.5 deg (root mean square), as much as
                    its error without any (decision 6)
    even            less than this is the contacts' own scatter
    rad_per_unit    largest turn of the plane by a change of it: 5.7 deg of 0.4
    recent_strides  strides that are averaged: single contacts scatter by some 10 ms
    memory          length of the running mean in strides, as in the mount itself
    """

    half: float = 1.0 / 3.0
    even: float = 0.02
    rad_per_unit: float = math.radians(14.0)
    recent_strides: float = 8.0
    memory: float = 90.0


class Unevenness:
    """Takes strides; rates the mount that was learned from them."""

    def __init__(self, params: UnevennessParams | None = None) -> None:
        self._p = params or UnevennessParams()
        self._recent = self._usual = 0.0
        self._strides = self._since = 0

    def reset(self) -> None:
        """Restart after a gap: which of two steps is the left one is unknown again."""
        self._recent = 0.0
        self._since = 0

    def stride(self, contacts_s: tuple[float, float, float]) -> None:
        """Take three contacts, s; the first is of the same foot every time."""
        p, (one_s, two_s, three_s) = self._p, contacts_s
        self._strides += 1
        self._since += 1
        uneven = 2.0 * (2.0 * two_s - one_s - three_s) / (three_s - one_s)
        self._recent += (uneven - self._recent) / min(float(self._since), p.recent_strides)
        self._usual += (abs(self._recent) - self._usual) / min(float(self._strides), p.memory)

    @property
    def quality(self) -> float:
        """Quality of the heading of a mount found from these strides, 0-1."""
        p = self._p
        return 1.0 / (1.0 + (max(0.0, self._usual - p.even) / p.half) ** 2)

    @property
    def allowed_rad(self) -> float:
        """Largest turn of the plane that the change of the step times since earlier strides explains, rad."""
        return self._p.rad_per_unit * abs(abs(self._recent) - self._usual)
