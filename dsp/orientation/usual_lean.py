"""The usual lean of the trunk, mean over a stride: the reference of levelling for some strides after a hole.

From stride to stride the mean lean differs by 0.4-0.6 deg (one standard deviation, seven recordings), hardly more than
what the velocity of one stride shows, and independently of it.
"""

from __future__ import annotations

from dsp.signals import Vector

STRIDES = 6
"""Strides that are averaged."""

MIN_STRIDES = 3
"""Minimum strides for a usual lean."""


class UsualLean:
    """Mean of up, in sensor axes, over strides before the last hole; over those after it until enough were taken."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Discard it: a start, or no steps."""
        self._up: Vector = (0.0, 0.0, 0.0)
        self._strides = 0

    @property
    def known(self) -> bool:
        """Whether enough strides were taken."""
        return self._strides >= MIN_STRIDES

    def add(self, up: Vector) -> None:
        """Take a stride: one without a hole, or one after a hole while no lean is usual yet."""
        self._strides = min(self._strides + 1, STRIDES)
        (x, y, z), n = self._up, self._strides
        self._up = x + (up[0] - x) / n, y + (up[1] - y) / n, z + (up[2] - z) / n

    def shift(self, by: Vector) -> None:
        """Add a correction of up: the error existed in the strides before too."""
        if self._strides:
            x, y, z = self._up
            self._up = x + by[0], y + by[1], z + by[2]

    def tilt(self, up: Vector, one: Vector, two: Vector) -> tuple[float, float]:
        """Return the tilt about the level axes `one` and `two` that would bring `up` back to the usual, rad."""
        x, y, z = (u - v for u, v in zip(up, self._up, strict=True))
        return -(x * two[0] + y * two[1] + z * two[2]), x * one[0] + y * one[1] + z * one[2]
