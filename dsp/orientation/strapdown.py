"""Strapdown integration, sample by sample: the gyroscope rotates a quaternion, the rotated force becomes velocity.

Only the horizontal velocity in the near-inertial frame is integrated, to which gravity adds nothing; its drift is what
`leveller` learns from. Forces are never normalised: in running the mean of the force is gravity, the mean of its
direction is not.

How far the sensor turned between two samples comes from the intake (`samples.averaging`), so that the angle is right at
the sample's own timestamp whatever the rate.
"""

from __future__ import annotations

import math

from dsp.samples.trace import Trace
from dsp.signals import GRAVITY_MPS2, Vector

THIRD = 1.0 / 3.0
ALIGN_TIMES = 3
"""Iterations of `align_over`. Each leaves half the square of the tilt error (rad): of 30 deg 8, then 0.6, then none."""


class Strapdown:
    """Orientation quaternion, horizontal velocity and gyroscope bias of one 6-axis sensor; corrected by `Leveller`.

    t_s   time of the newest sample
    q     rotation from sensor axes to the near-inertial frame (z up), w x y z
    v     horizontal velocity in that frame, m/s
    bias  of the gyroscope, sensor axes, rad/s
    """

    __slots__ = ("bias", "q", "t_s", "v")

    def __init__(self) -> None:
        self.t_s = 0.0
        self.q = (1.0, 0.0, 0.0, 0.0)
        self.v = (0.0, 0.0)
        self.bias: Vector = (0.0, 0.0, 0.0)

    def align(self, t_s: float, up: Vector) -> None:
        """Start at `t_s` with the direction `up` (sensor axes, any length) as vertical."""
        norm = math.sqrt(up[0] * up[0] + up[1] * up[1] + up[2] * up[2]) or 1.0
        x, y, z = up[0] / norm, up[1] / norm, up[2] / norm
        if z > -0.999:
            w, qx, qy = 1.0 + z, y, -x
        else:
            w, qx, qy = 0.0, 1.0, 0.0
        size = math.sqrt(w * w + qx * qx + qy * qy)
        self.q = (w / size, qx / size, qy / size, 0.0)
        self.v = (0.0, 0.0)
        self.t_s = t_s

    def align_over(self, before_s: float, t_s: list[float], force: list[list[float]], turns: list[list[float]]) -> None:
        """Start at `before_s` with the orientation for which these samples leave the velocity unchanged.

        It works best over a whole stride. The direction of their mean force alone is off by many degrees where the
        sensor turns meanwhile.

        force  ax ay az, m/s2
        turns  mean rates from the sample before to this one about x y z, rad/s
        """
        x, y, z = (sum(axis) / len(axis) for axis in force)
        self.align(before_s, (x, y, z))
        fallen = GRAVITY_MPS2 * (t_s[-1] - before_s)
        for _ in range(ALIGN_TIMES):
            q = self.q
            self.run(t_s, force, turns, Trace())
            vx, vy = self.v
            self.q, self.v, self.t_s = q, (0.0, 0.0), before_s
            self.correct((vy / fallen, -vx / fallen), (0.0, 0.0, 0.0), (0.0, 0.0))

    def run(self, t_s: list[float], force: list[list[float]], turns: list[list[float]], trace: Trace) -> list[float]:
        """Advance over samples; return their vertical specific force, m/s2.

        force  ax ay az, m/s2
        turns  mean rates from the sample before to this one about x y z, rad/s

        The up direction and the horizontal velocity are appended to the trace.
        """
        w, x, y, z = self.q
        scale = 1.0 / math.sqrt(w * w + x * x + y * y + z * z)
        w *= scale
        x *= scale
        y *= scale
        z *= scale
        bx, by, bz = self.bias
        vx, vy = self.v
        before = self.t_s
        ups_x, ups_y, ups_z = trace.up
        vxs, vys = trace.vx, trace.vy
        vertical: list[float] = []
        for t, ax, ay, az, gx, gy, gz in zip(t_s, *force, *turns, strict=True):
            dt = t - before
            before = t
            half = 0.5 * dt
            i = (gx - bx) * half
            j = (gy - by) * half
            k = (gz - bz) * half
            # (c, i, j, k): rotation quaternion up to its norm, exact to third order; `q` is normalised once per call.
            c = 1.0 - (i * i + j * j + k * k) * THIRD
            w, x, y, z = (
                w * c - x * i - y * j - z * k,
                x * c + w * i + y * k - z * j,
                y * c + w * j - x * k + z * i,
                z * c + w * k + x * j - y * i,
            )
            x2 = x + x
            y2 = y + y
            z2 = z + z
            wz = w * z2
            xy = x * y2
            xx = x * x2
            yy = y * y2
            zz = 1.0 - z * z2
            wy = w * y2
            xz = x2 * z
            wx = w * x2
            yz = y2 * z
            vx += ((zz - yy) * ax + (xy - wz) * ay + (xz + wy) * az) * dt
            vy += ((xy + wz) * ax + (zz - xx) * ay + (yz - wx) * az) * dt
            xz -= wy
            yz += wx
            zz = 1.0 - xx - yy
            ups_x.append(xz)
            ups_y.append(yz)
            ups_z.append(zz)
            vertical.append(xz * ax + yz * ay + zz * az)
            vxs.append(vx)
            vys.append(vy)
        self.q = (w, x, y, z)
        self.v = (vx, vy)
        self.t_s = before
        return vertical

    def up(self) -> Vector:
        """Return the up direction in sensor axes, a unit vector."""
        w, x, y, z = self.q
        return 2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)

    def level_rows(self) -> tuple[Vector, Vector]:
        """Return the two level axes (x and y) of the near-inertial frame, in sensor axes."""
        w, x, y, z = self.q
        return (
            (1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)),
            (2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - w * x)),
        )

    def correct(self, tilt: tuple[float, float], bias: Vector, velocity: tuple[float, float]) -> None:
        """Apply corrections: a small rotation of the frame about its x and y, rad; additions to bias and velocity."""
        w, x, y, z = self.q
        i, j = 0.5 * tilt[0], 0.5 * tilt[1]
        w, x, y, z = w - i * x - j * y, x + i * w + j * z, y + j * w - i * z, z + i * y - j * x
        size = math.sqrt(w * w + x * x + y * y + z * z)
        self.q = (w / size, x / size, y / size, z / size)
        bx, by, bz = self.bias
        self.bias = (bx + bias[0], by + bias[1], bz + bias[2])
        self.v = (self.v[0] + velocity[0], self.v[1] + velocity[1])
