"""Mount (sensor-to-segment) alignment of a trunk sensor from running itself, in whatever orientation it is worn.

Running is mirror-symmetric: half a stride later the body does the same with left and right exchanged. So the plane of
symmetry can be estimated from the signals: with `L` the unit vector to the left in sensor axes, a force f becomes f - 2
(L.f) L half a stride later and an angular rate w (a pseudovector) becomes -w + 2 (L.w) L. The L that fits best is an
eigenvector of the half-stride cross products of force and rate.

Three things matter. From the rate, step frequency is removed: a runner who drops more on one leg than on the other
rolls the same way in both halves of the stride, and that difference is to be measured, not to be explained away by a
turned sensor (root mean square error of yaw on 12 marker-derived recordings of 8 people 4.2 deg with it, 3.1 without).
The eigenvector is sought in space, not in the plane across the mean force: one degree of roll between that force and
the runner's own mid-plane leaks enough vertical force sideways to turn the plane by five (2.4 deg in space).

And the force that alternates between the legs carries more information than the force that recurs with every step: the
vertical force is almost all of the second kind, and what of it leaks sideways through a runner's uneven roll looks like
a turned sensor. Weights of 2 to 4 give similar results; root mean square error of five people's runs of 25 s or more,
each person left out of the choice in turn, 2.2 deg (2.3 with equal weights), and no gain over runs of a dozen strides.
What remains is the runners' own asymmetry, which looks like a turned sensor: decision 6 has its bound, what was tried
against it, and what it costs the drop.

The eigenvector comes without a sign. The sign comes from physics: in stance the runner brakes first and pushes after,
so forward force runs against the change of vertical force, and the pelvis pitches with the load in a similar way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsp.orientation.gyro_accord import level_power, plane_trust, sign_trust
from dsp.orientation.standing_zero import StandingZero, Zero
from dsp.orientation.vectors import MIN_LENGTH, across, cross, dot, unit
from dsp.samples.rows import array_of
from dsp.signals import Vector

Array = npt.NDArray[np.float64]

Evidence = Array
"""Evidence of one stride, (27,): mirror matrices of force and rate, forward and left as the load shows them, up."""

SIGNS = slice(18, 24)
"""Of that, what gives the plane its sign: forward from the force and left from the rate, correlations of at most 1."""


@dataclass(frozen=True, slots=True)
class Mount:
    """Unit vectors in sensor axes that point to the runner's front, left and up when standing.

    level          True when `up` was measured in at least 3 s of standing (zero obliquity is then that of standing),
                   and consistent wherever the runner stood (`standing_zero`)
    quality        0-1, how clear the plane of symmetry is
    heading_trust  0-1, in addition: lower where the runner it was estimated from is not symmetric
                   (`orientation.unevenness`)
    """

    forward: Vector
    left: Vector
    up: Vector
    level: bool = False
    quality: float = 1.0
    heading_trust: float = 1.0

    @classmethod
    def from_axes(cls, axes: str) -> Mount:
        """Parse `+x+y+z`: the sensor axes that point forward, left and up. Raise ValueError, stating what is wrong."""
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
        forward, left, up = ((float(x), float(y), float(z)) for x, y, z in vectors)
        return cls(forward, left, up)

    def levelled(self, zero: Zero) -> Mount:
        """Return the mount with the same heading and `up` as measured in standing."""
        left = across(self.left, zero.up)
        return Mount(cross(left, zero.up), left, zero.up, level=zero.sure, quality=self.quality)


@dataclass(frozen=True, slots=True)
class MountFinderParams:
    """Parameters of the search for the plane of symmetry.

    phases          points per step that are compared
    first_strides   minimum strides for a result
    memory_strides  length of the running mean
    force_weight, rate_weight  of force and rate
    change_weight   of the force that alternates (once a stride) against the force that recurs with every step
    power_every     strides between updates of how much force and rate there is to be mirrored; the first `first_powers`
                    strides all update it
    roll_rad        largest angle between the plane of symmetry and the mean force
    level_rad       standing further than this from running is another posture
    """

    phases: int = 24
    first_strides: int = 4
    memory_strides: float = 90.0
    force_weight: float = 1.0
    rate_weight: float = 0.7
    change_weight: float = 3.0
    power_every: int = 4
    first_powers: int = 8
    roll_rad: float = 0.4
    level_rad: float = 0.6


class MountFinder:
    """Takes strides; returns a `Mount` once there are enough. Standing is reported to `standing`."""

    def __init__(self, params: MountFinderParams | None = None) -> None:
        self._p = params or MountFinderParams()
        self._mean: Evidence = np.zeros(27)
        self._strides = 0
        self._powers = 0.0, 0.0  # of force and rate across up, weighted like their matrices
        self._power_count = 0.0
        self.standing = StandingZero()
        points = np.arange(2 * self._p.phases)
        self._next, self._previous = np.roll(points, -1), np.roll(points, 1)
        turn = 2.0 * np.pi * np.arange(self._p.phases) / self._p.phases
        self._step_frequency = np.stack([np.cos(turn), np.sin(turn)], axis=1) * math.sqrt(2.0 / self._p.phases)

    @property
    def phases(self) -> int:
        """Points per step that `stride` expects."""
        return self._p.phases

    @property
    def strides(self) -> int:
        """Number of strides taken."""
        return self._strides

    @property
    def signs(self) -> list[float]:
        """Mean `SIGNS` of the strides taken."""
        signs: list[float] = self._mean[SIGNS].tolist()
        return signs

    def stride(self, both: Array) -> Evidence:
        """Take two successive steps, resampled to (2 phases, 6): force m/s2, rate rad/s; return their evidence."""
        phases = self._p.phases
        mean = both.sum(axis=0) * (0.5 / phases)
        both = both - mean
        # The mean force of a whole stride is vertical from the first one on; the orientation filter is still settling.
        up_now = mean[:3] / max(_size(mean[:3]), MIN_LENGTH)
        x, y, z = up_now.tolist()
        level = array_of((1.0 - x * x, -x * y, -x * z), (-y * x, 1.0 - y * y, -y * z), (-z * x, -z * y, 1.0 - z * z))
        # Sum and difference of the steps: what recurs with every step (twice a stride), and what alternates (once).
        one, two = both[:phases], both[phases:]
        same, other = one + two, one - two
        same[:, 3:] -= self._step_frequency.dot(self._step_frequency.T.dot(same[:, 3:]))
        twice, once = same.T.dot(same), other.T.dot(other)
        changing = self._p.change_weight * once[:3, :3]
        force, rate = twice[:3, :3] - changing, once[3:, 3:] - twice[3:, 3:]
        of_force = self._p.force_weight / max(_size(level.dot(force).dot(level)), MIN_LENGTH)
        of_rate = self._p.rate_weight / max(_size(level.dot(rate).dot(level)), MIN_LENGTH)
        vertical = both[:, :3].dot(up_now)
        change = vertical[self._next] - vertical[self._previous]
        # Correlations; the means of all of these are already zero.
        with_load = (vertical / max(_size(vertical), MIN_LENGTH) - change / max(_size(change), MIN_LENGTH)).dot(both)
        ahead = level.dot(with_load[:3]) / max(_size(both[:, :3]), MIN_LENGTH)
        leftward = level.dot(with_load[3:]) / max(_size(both[:, 3:]), MIN_LENGTH)
        if self._strides < self._p.first_powers or self._strides % self._p.power_every == 0:
            self._add_powers(
                of_force * level_power(twice[:3, :3] + changing, (x, y, z)),
                of_rate * level_power(twice[3:, 3:] + once[3:, 3:], (x, y, z)),
            )
        evidence = np.concatenate([of_force * force.ravel(), of_rate * rate.ravel(), ahead, leftward, up_now])
        self.take(evidence)
        return evidence

    def _add_powers(self, force: float, rate: float) -> None:
        self._power_count = min(self._power_count + 1.0, self._p.memory_strides / self._p.power_every)
        of_force, of_rate = self._powers
        self._powers = of_force + (force - of_force) / self._power_count, of_rate + (rate - of_rate) / self._power_count

    def take(self, evidence: Evidence) -> None:
        """Take the evidence that another finder's `stride` returned."""
        self._strides += 1
        self._mean = self._mean + (evidence - self._mean) / min(float(self._strides), self._p.memory_strides)

    def mount(self, heading_trust: float = 1.0) -> Mount | None:
        """Return the current estimate, with this `heading_trust`; None before `first_strides`."""
        found = self._plane()
        if found is None:
            return None
        left, up, spread = found
        forward = cross(left, up)
        means = self._mean.tolist()
        fx, fy, fz, lx, ly, lz = means[SIGNS]
        ahead, leftward = dot(forward, (fx, fy, fz)), dot(left, (lx, ly, lz))
        sign = ahead + leftward
        agree = sign_trust(ahead, leftward) * min(
            plane_trust(means[:9], self._powers[0], forward, left),
            plane_trust(means[9:18], self._powers[1], forward, left),
        )
        if sign < 0.0:
            left = -left[0], -left[1], -left[2]
        quality = agree * spread * min(1.0, abs(sign) / 0.5) * min(1.0, self._strides / 8.0)
        zero = self.standing.zero(up, left, self._p.level_rad, running=True)
        if zero is None:
            return Mount(cross(left, up), left, up, quality=quality, heading_trust=heading_trust)
        left = across(left, zero.up)
        return Mount(cross(left, zero.up), left, zero.up, level=zero.sure, quality=quality, heading_trust=heading_trust)

    def left(self) -> Vector | None:
        """Return the normal of the plane of symmetry, left or right (no sign); None before `first_strides`."""
        found = self._plane()
        return None if found is None else found[0]

    def _plane(self) -> tuple[Vector, Vector, float] | None:
        """Return the normal of the plane of symmetry (left or right), up, and how clear the plane is, 0-1."""
        if self._strides < self._p.first_strides:
            return None
        x, y, z = self._mean[24:27].tolist()
        up = unit((x, y, z))
        values, vectors = np.linalg.eigh((self._mean[:9] + self._mean[9:18]).reshape(3, 3))
        x, y, z = vectors[:, 0].tolist()
        if abs(dot((x, y, z), up)) > math.sin(self._p.roll_rad):
            return None
        least, middle, _ = values.tolist()
        spread = (middle - least) / (abs(least) + abs(middle) + 1e-9)
        # Only its heading is used: the roll wanders by a degree while being estimated, and would show as a slow tilt.
        return across((x, y, z), up), up, max(0.0, min(1.0, spread))


def _size(values: Array) -> float:
    """Return the root of the sum of squares."""
    flat = values.ravel()
    return math.sqrt(flat.dot(flat))
