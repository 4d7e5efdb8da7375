"""How a trunk sensor sits on the pelvis, found from the running itself, whatever way up it was put on.

Running is mirror-symmetric: half a stride later the body does the same with left and right exchanged. So the plane of
symmetry can be read off the signals: with `L` the unit vector to the left in sensor axes, a force f becomes
f - 2 (L.f) L half a stride later and an angular rate w (a pseudovector) becomes -w + 2 (L.w) L. The L that fits best
is an eigenvector of the half-stride cross products of force and rate.

Three things matter. Of the rate, step frequency is left out: there a runner who drops more on one leg than on the other
rolls in both halves of the stride alike, and that difference is what is to be measured, not to be explained away by a
turned sensor (root mean square error of yaw on 12 marker-derived recordings of 8 people 4.2 deg with it, 3.1 without).
The eigenvector is sought in space, not in the plane across the mean force: one degree of roll between that force
and the runner's own middle leaks enough vertical force sideways to turn the plane by five (2.4 deg in space).

And the force that changes sides with the legs says more than the force that comes with every step: the vertical force
is almost all of the second kind, and what of it leaks sideways through a runner's uneven roll looks like a turned
sensor. Weights of 2 to 4 do alike; root mean square error of five people's runs of 25 s or more, each person left out
of the choice in turn, 2.2 deg (2.3 with equal weights), and no gain over runs of a dozen strides. What is left is the
runners' own asymmetry: direction of travel, pitch axis, pelvis rotation in the level frame, and weights from the other
people's measured asymmetry were all tried: 2.5-7 deg; the two best on the same recordings (1.5-2.1 deg) did not last
with people left out.

The eigenvector comes without a sign. The sign is physics: in stance the runner brakes first and pushes after, so
forward force runs against the change of vertical force, and the pelvis pitches with the load in a like way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsp.orientation import Vector

Array = npt.NDArray[np.float64]

Signs = tuple[Array, Array, Array, Array]
"""What one stride says: the mirror's matrix (3, 3), forward and left as the load shows them, up; each (3,)."""

_EYE = np.eye(3)
_LEAST = 1e-12
"""Keeps the unit vector of nothing at zero."""


@dataclass(frozen=True, slots=True)
class Mount:
    """Unit vectors in sensor axes that point to the runner's front, left and up when standing.

    level  True when `up` was seen in at least 3 s of standing (then zero obliquity is the standing one)
    quality  0-1
    """

    forward: Vector
    left: Vector
    up: Vector
    level: bool = False
    quality: float = 1.0

    @classmethod
    def from_axes(cls, axes: str) -> Mount:
        """Read `+x+y+z`: the sensor axes that point forward, left and up. ValueError says what is wrong."""
        text = axes.strip().lower()
        if len(text) != 6 or any(s not in "+-" for s in text[::2]) or sorted(text[1::2]) != ["x", "y", "z"]:
            raise ValueError(
                f"mount {axes!r}: expected the sensor axes that point forward, left and up, "
                "each x, y or z once with its sign, such as +x+y+z"
            )
        vectors = np.zeros((3, 3))
        for row in range(3):
            vectors[row, "xyz".index(text[2 * row + 1])] = 1.0 if text[2 * row] == "+" else -1.0
        if float(np.linalg.det(vectors)) < 0.0:
            raise ValueError(f"mount {axes!r}: these axes are left-handed; one of the signs must be wrong")
        return cls(_vector(vectors[0]), _vector(vectors[1]), _vector(vectors[2]))

    def levelled(self, force: Vector) -> Mount:
        """The same heading with `up` as seen in standing: mean specific force, sensor axes, any length."""
        up = _unit(np.array(force))
        left = np.array(self.left)
        left = _unit(left - (left @ up) * up)
        return Mount(_vector(np.cross(left, up)), _vector(left), _vector(up), level=True, quality=self.quality)


@dataclass(frozen=True, slots=True)
class MountFinderParams:
    """How the plane of symmetry is sought.

    phases          points per step that are compared
    first_strides   needed before anything is said
    memory_strides  weight of the past
    rate_weight     of the rate against the force
    change_weight   of the force that changes sides (once a stride) against the force that comes with every step
    roll_rad        a plane of symmetry leans no further from the mean force
    level_rad       standing further than this from running is another posture
    """

    phases: int = 24
    first_strides: int = 4
    memory_strides: float = 90.0
    rate_weight: float = 0.7
    change_weight: float = 3.0
    roll_rad: float = 0.4
    level_rad: float = 0.6


class MountFinder:
    """Takes strides, gives a `Mount` once there are enough."""

    def __init__(self, params: MountFinderParams | None = None) -> None:
        self._p = params or MountFinderParams()
        self._mirror = np.zeros((3, 3))
        self._ahead = np.zeros(3)
        self._leftward = np.zeros(3)
        self._up = np.zeros(3)
        self._strides = 0
        self._standing: Array | None = None
        points = np.arange(2 * self._p.phases)
        self._after, self._before = np.roll(points, -1), np.roll(points, 1)
        turn = 2.0 * np.pi * np.arange(self._p.phases) / self._p.phases
        self._slow = np.stack([np.cos(turn), np.sin(turn)], axis=1) * math.sqrt(2.0 / self._p.phases)

    @property
    def phases(self) -> int:
        """Points per step that `stride` wants."""
        return self._p.phases

    @property
    def strides(self) -> int:
        """Strides taken in."""
        return self._strides

    def stand(self, force: Vector) -> None:
        """Mean specific force of at least 3 s of standing, sensor axes."""
        f = np.array(force)
        self._standing = f / np.linalg.norm(f)

    def stride(self, first: Array, second: Array) -> Signs:
        """Two successive steps, each resampled to (phases, 6): force m/s2 and rate rad/s; what they said."""
        mean = (first.sum(axis=0) + second.sum(axis=0)) * (0.5 / self._p.phases)
        # The mean force of a whole stride is level from the first stride on; the orientation filter still settles then.
        up_now = _unit(mean[:3])
        level = _EYE - up_now[:, None] * up_now
        one, two = first - mean, second - mean
        same, other = 0.5 * (one + two), 0.5 * (one - two)
        same[:, 3:] -= self._slow @ (self._slow.T @ same[:, 3:])
        twice, once = same.T @ same, other.T @ other
        force = twice[:3, :3] - self._p.change_weight * once[:3, :3]
        rate = twice[3:, 3:] - once[3:, 3:]
        mirror = np.zeros((3, 3))
        for matrix, weight in ((force, 1.0), (rate, -self._p.rate_weight)):
            levelled = level @ matrix @ level
            size = math.sqrt(float(np.vdot(levelled, levelled)))
            if size > 0.0:
                mirror += weight / size * matrix
        both = np.concatenate([one, two])
        vertical = both[:, :3] @ up_now
        change = vertical[self._after] - vertical[self._before]
        # Correlations; the means of all of these are zero already.
        squares = (both * both).sum(axis=0)
        with_load = (_unit(vertical) - _unit(change)) @ both
        ahead = level @ with_load[:3] / max(math.sqrt(float(squares[:3].sum())), _LEAST)
        leftward = level @ with_load[3:] / max(math.sqrt(float(squares[3:].sum())), _LEAST)
        signs = mirror, ahead, leftward, up_now
        self.take(signs)
        return signs

    def take(self, signs: Signs) -> None:
        """What another finder's `stride` gave."""
        mirror, ahead, leftward, up_now = signs
        keep = 1.0 - 1.0 / min(self._strides + 1.0, self._p.memory_strides)
        share = 1.0 - keep
        self._mirror = keep * self._mirror + share * mirror
        self._ahead = keep * self._ahead + share * ahead
        self._leftward = keep * self._leftward + share * leftward
        self._up = keep * self._up + share * up_now
        self._strides += 1

    def mount(self) -> Mount | None:
        """The mount as known now; None before `first_strides`."""
        if self._strides < self._p.first_strides:
            return None
        up = self._up / np.linalg.norm(self._up)
        values, vectors = np.linalg.eigh(self._mirror)
        left = vectors[:, 0]
        if abs(float(left @ up)) > math.sin(self._p.roll_rad):
            return None
        # Only its heading is kept: the roll wanders by a degree while it is being found, and would show as a slow tilt.
        left = _unit(left - (left @ up) * up)
        forward = _cross(left, up)
        sign = float(forward @ self._ahead + left @ self._leftward)
        if sign < 0.0:
            left, forward = -left, -forward
        spread = float(values[1] - values[0]) / (abs(float(values[0])) + abs(float(values[1])) + 1e-9)
        level = self._standing is not None and float(up @ self._standing) > math.cos(self._p.level_rad)
        if level and self._standing is not None:
            up = self._standing
            left = _unit(left - (left @ up) * up)
            forward = _cross(left, up)
        quality = max(0.0, min(1.0, spread)) * min(1.0, abs(sign) / 0.5) * min(1.0, self._strides / 8.0)
        return Mount(_vector(forward), _vector(left), _vector(up), level=level, quality=quality)


def _unit(v: Array) -> Array:
    return v / max(math.sqrt(float(v @ v)), _LEAST)


def _cross(a: Array, b: Array) -> Array:
    ax, ay, az = a.tolist()
    bx, by, bz = b.tolist()
    return np.array([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])


def _vector(v: Array) -> Vector:
    return float(v[0]), float(v[1]), float(v[2])
