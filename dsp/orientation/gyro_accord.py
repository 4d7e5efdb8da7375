"""Whether the gyroscope and the accelerometer of a sensor agree: with turned or inverted axes they do not.

Each alone shows the plane of symmetry and, by its own physics, what is forward and left (`mount`). Compared are

* how much of the level power of each is mirrored in the plane that both gave: of seven runs of five people 15 % at most
  goes against that plane, but 27-84 % of the one or the other where the gyroscope's axes are exchanged or turned by 90
  deg;
* whether the load shows the same forward in the force as in the rate: the weaker one does with a correlation of 0.26 or
  more (in front of the belt 0.01), with a gyroscope inverted, mirrored or with exchanged axes of -0.71 to -0.25.

The scale of the gyroscope cannot be checked in this way: half of its values are those of a runner who turns half as
far.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsp.signals import Vector

Array = npt.NDArray[np.float64]

MIRRORED = (0.4, 0.6)
"""Power mirrored minus power against it, as a share of both: no trust at the first value, full trust from the second
on."""

AGAINST = 0.2
"""A correlation of the wrong sign that leaves no trust."""


def plane_trust(mirror: list[float], power: float, forward: Vector, left: Vector) -> float:
    """Return the trust, 0-1, that the plane across `left` is that of a mirror matrix of this level power.

    mirror  symmetric matrix, 9 numbers
    """
    if power <= 0.0:
        return 1.0  # not weighted, so not tested
    none, all_of_it = MIRRORED
    share = (_along(mirror, forward) - _along(mirror, left)) / power
    return max(0.0, min(1.0, (share - none) / (all_of_it - none)))


def level_power(products: Array, up: Vector) -> float:
    """Return the part of the trace of a (3, 3) matrix of products that is perpendicular to `up`, a unit vector."""
    numbers: list[float] = products.ravel().tolist()
    return numbers[0] + numbers[4] + numbers[8] - _along(numbers, up)


def _along(matrix: list[float], v: Vector) -> float:
    """Return the quadratic form of a symmetric matrix (9 numbers) with a vector."""
    xx, xy, xz, _, yy, yz, _, _, zz = matrix
    x, y, z = v
    return xx * x * x + yy * y * y + zz * z * z + 2.0 * (xy * x * y + xz * x * z + yz * y * z)


def sign_trust(force: float, rate: float) -> float:
    """Return the trust, 0-1, from the correlations of the load with forward force and leftward rate."""
    weaker = min(force, rate) if force + rate >= 0.0 else min(-force, -rate)
    return max(0.0, min(1.0, 1.0 + weaker / AGAINST))
