"""Rigid-body motion, and what an ideal IMU measures on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from drivers.virtual.spline import Floats
from dsp.signals import GRAVITY_MPS2


@dataclass(frozen=True, slots=True)
class Motion:
    """Motion of a body in a uniformly moving frame (x forward, y left, z up); with all angles zero, the axes coincide.

    Orientation world <- body is Rz(yaw) Rx(roll) Ry(pitch): roll is then the elevation of the body's left axis (for a
    pelvis its obliquity, + left side higher), and positive pitch turns the front down (anterior tilt, toes down).

    angles_rad  (n, 3) roll, pitch, yaw         rates_radps  (n, 3) their derivatives
    position_m, velocity_mps, acceleration_mps2  (n, 3)
    """

    angles_rad: Floats
    rates_radps: Floats
    position_m: Floats
    velocity_mps: Floats
    acceleration_mps2: Floats

    def rotation(self) -> Floats:
        """Return world <- body, (n, 3, 3)."""
        roll, pitch, yaw = self.angles_rad.T
        cr, sr, cp, sp, cy, sy = np.cos(roll), np.sin(roll), np.cos(pitch), np.sin(pitch), np.cos(yaw), np.sin(yaw)
        rows = [
            [cy * cp - sy * sr * sp, -sy * cr, cy * sp + sy * sr * cp],
            [sy * cp + cy * sr * sp, cy * cr, sy * sp - cy * sr * cp],
            [-cr * sp, sr, cr * cp],
        ]
        return np.moveaxis(np.array(rows), 2, 0)

    def imu(self) -> Floats:
        """Return specific force in m/s2 and angular rate in rad/s in body axes, (n, 6)."""
        roll, pitch, _ = self.angles_rad.T
        roll_rate, pitch_rate, yaw_rate = self.rates_radps.T
        cp, sp = np.cos(pitch), np.sin(pitch)
        upright = yaw_rate * np.cos(roll)
        gyro = [cp * roll_rate - sp * upright, yaw_rate * np.sin(roll) + pitch_rate, sp * roll_rate + cp * upright]
        force = np.einsum("nji,nj->ni", self.rotation(), self.acceleration_mps2 + np.array([0.0, 0.0, GRAVITY_MPS2]))
        return np.concatenate([force, np.stack(gyro, axis=1)], axis=1)
