"""Lever-arm compensation for a sensor on one hip, which moves when the pelvis rolls and pitches about the sacrum.

A sensor at r from the sacrum measures dw/dt x r in addition (rigid body). On the hip of a quick runner this force
alternates in sign from step to step and can mask a flight phase or create a false one. How much of it is really felt is
learned from the part of the strides that alternates: the gyroscope of a sensor that wobbles on its strap measures turns
that its force does not follow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsp.orientation.mount import Mount
from dsp.samples.trace import Trace
from dsp.signals import Placement, Vector

HIP_OFFSET_M = {Placement.LEFT_HIP: (0.1, 0.15), Placement.RIGHT_HIP: (0.1, -0.15)}
"""How far ahead and to the left of the sacrum a sensor on one hip is, roughly: a pelvis is some 0.3 m wide."""


@dataclass(frozen=True, slots=True)
class LeverParams:
    """How the share that is felt is learned.

    phases          points per step that are compared
    memory_strides  length of the running mean
    max_share       upper limit: more would be a hip 0.2 m from the middle
    """

    phases: int = 24
    memory_strides: float = 20.0
    max_share: float = 1.3


class Lever:
    """Removes the effect of the pelvis's turning from the vertical force of a sensor at `offset_m` (ahead, left)."""

    def __init__(self, offset_m: tuple[float, float], params: LeverParams | None = None) -> None:
        self._p = params or LeverParams()
        self._ahead_m, self._left_m = offset_m
        self.forget()

    def forget(self) -> None:
        """Discard what was learned: the sensor has moved."""
        self._strides = 0
        self._product, self._square = 0.0, 0.0
        self.reset()

    def reset(self) -> None:
        """Restart after a gap: how fast it turned before is unknown."""
        self._before: tuple[float, float, float, float] | None = None

    @property
    def share(self) -> float:
        """Share of a rigid pelvis's lift that is felt; 0 before the first stride."""
        return min(self._p.max_share, max(0.0, self._product / self._square)) if self._square > 0.0 else 0.0

    def learn(self, contacts_s: tuple[float, float, float], trace: Trace, mount: Mount) -> None:
        """Learn from the two steps between three contacts: least squares of one step's force minus the other's."""
        one_s, _, three_s = contacts_s
        if one_s <= trace.t_s[0]:
            return
        n = self._p.phases
        axes = trace.steps(contacts_s, n)
        speed = axes[:, 3:] @ np.array(self._arm(mount))
        lift = (np.roll(speed, -1) - np.roll(speed, 1)) * n / (three_s - one_s)
        force = axes[:, :3] @ np.array(mount.up)
        lift, force = lift[:n] - lift[n:], force[:n] - force[n:]
        self._strides += 1
        weight = 1.0 / min(float(self._strides), self._p.memory_strides)
        self._product += weight * (float(lift @ force) - self._product)
        self._square += weight * (float(lift @ lift) - self._square)

    def run(self, t_s: list[float], vertical: list[float], rate: list[list[float]], mount: Mount) -> list[float]:
        """Return the vertical force at the sacrum, m/s2, from that at the sensor; `rate` gx gy gz, rad/s."""
        share = self.share
        ax, ay, az = (share * arm for arm in self._arm(mount))
        out: list[float] = []
        before_s, bx, by, bz = self._before or (t_s[0] - 1.0, rate[0][0], rate[1][0], rate[2][0])
        for t, force, x, y, z in zip(t_s, vertical, *rate, strict=True):
            out.append(force - (ax * (x - bx) + ay * (y - by) + az * (z - bz)) / (t - before_s))
            before_s, bx, by, bz = t, x, y, z
        self._before = before_s, bx, by, bz
        return out

    def _arm(self, mount: Mount) -> Vector:
        """Return how fast a turn of 1 rad/s about each axis of the sensor lifts it, m/s."""
        x, y, z = (self._left_m * f - self._ahead_m * s for f, s in zip(mount.forward, mount.left, strict=True))
        return x, y, z
