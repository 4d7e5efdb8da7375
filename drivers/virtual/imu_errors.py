"""Errors of a low-cost body-worn IMU: mounting, scale factor, cross-axis sensitivity, bias, drift, noise, range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from drivers.virtual.spline import Floats
from dsp.signals import GRAVITY_MPS2, Placement

_ERROR_STREAM = 23
_NOISE_STREAM = 29


@dataclass(frozen=True, slots=True)
class ImuErrors:
    """Error magnitudes; each sensor draws its values within +- these once, from the runner's seed.

    Defaults: the LSM6DSO class as assumed in our benchmark of orientation filters (gyro +-1 dps at rest, 3.8
    mdps/rtHz; accelerometer +-20 mg, 110 ug/rtHz; sensitivity within 1 %).

    mount_tilt_deg, mount_yaw_deg  mounting error about a level axis, and about the vertical
    drift_dps                      gyro bias change while the sensor warms up, time constant 300 s
    acc_step_mps2, gyro_step_radps quantisation; 0 = none
    wobble_deg                     amplitude of a loose strap's rocking about the forward axis (9 Hz) after each impact
    """

    mount_tilt_deg: float = 12.0
    mount_yaw_deg: float = 8.0
    gyro_bias_dps: float = 1.0
    acc_bias_mg: float = 20.0
    drift_dps: float = 0.15
    gyro_noise_mdps_rthz: float = 3.8
    acc_noise_ug_rthz: float = 110.0
    scale_pct: float = 1.0
    cross_pct: float = 0.5
    acc_step_mps2: float = 0.0
    gyro_step_radps: float = 0.0
    acc_range_g: float = 32.0
    gyro_range_dps: float = 4000.0
    wobble_deg: float = 0.0


def turn(roll_deg: float, pitch_deg: float, yaw_deg: float) -> Floats:
    """Return body <- sensor, (3, 3), for a sensor turned by yaw, then roll, then pitch (as in `Motion`)."""
    roll, pitch, yaw = np.deg2rad([roll_deg, pitch_deg, yaw_deg])
    about_z = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, np.cos(roll), -np.sin(roll)], [0, np.sin(roll), np.cos(roll)]])
    about_y = np.array([[np.cos(pitch), 0, np.sin(pitch)], [0, 1, 0], [-np.sin(pitch), 0, np.cos(pitch)]])
    return np.asarray(about_z @ about_x @ about_y)


class FlawedImu:
    """One sensor with its errors; deterministic: the same sample index gives the same values."""

    def __init__(
        self, errors: ImuErrors, seed: int, placement: Placement, mount_deg: tuple[float, float, float] | None
    ) -> None:
        self._errors = errors
        self._key = [seed, _ERROR_STREAM, list(Placement).index(placement)]
        rng = np.random.default_rng(self._key)
        bearing = rng.uniform(0, 2 * np.pi)
        tilt = errors.mount_tilt_deg * rng.uniform(0.4, 1.0)
        yaw = errors.mount_yaw_deg * rng.uniform(-1, 1)
        self.mount: Floats = turn(*(mount_deg or (tilt * np.cos(bearing), tilt * np.sin(bearing), yaw)))
        self._acc_gain = self._gain(rng)
        self._gyro_gain = self._gain(rng)
        self._acc_bias_mps2 = errors.acc_bias_mg / 1000 * GRAVITY_MPS2 * rng.uniform(-1, 1, 3)
        self._gyro_bias_radps = np.deg2rad(errors.gyro_bias_dps) * rng.uniform(-1, 1, 3)
        self._gyro_drift_radps = np.deg2rad(errors.drift_dps) * rng.uniform(-1, 1, 3)

    def _gain(self, rng: np.random.Generator) -> Floats:
        cross = self._errors.cross_pct / 100 * rng.uniform(-1, 1, (3, 3))
        np.fill_diagonal(cross, 1 + self._errors.scale_pct / 100 * rng.uniform(-1, 1, 3))
        return np.asarray(cross)

    def sense(self, perfect: Floats, t_s: Floats, rate_hz: float, block: int) -> Floats:
        """Apply the errors to ideal samples (n, 6) in body axes at `t_s` (n,); noise is drawn per block."""
        errors = self._errors
        noise = np.random.default_rng([*self._key, _NOISE_STREAM, block % 2**32]).standard_normal(perfect.shape)
        bandwidth = np.sqrt(rate_hz / 2)
        acc = perfect[:, :3] @ (self.mount @ self._acc_gain.T) + self._acc_bias_mps2
        acc += noise[:, :3] * errors.acc_noise_ug_rthz * 1e-6 * GRAVITY_MPS2 * bandwidth
        gyro = perfect[:, 3:] @ (self.mount @ self._gyro_gain.T) + self._gyro_bias_radps
        gyro += self._gyro_drift_radps * (1 - np.exp(-t_s / 300.0))[:, None]
        gyro += noise[:, 3:] * np.deg2rad(errors.gyro_noise_mdps_rthz * 1e-3) * bandwidth
        acc = _digitised(acc, errors.acc_step_mps2, errors.acc_range_g * GRAVITY_MPS2)
        gyro = _digitised(gyro, errors.gyro_step_radps, float(np.deg2rad(errors.gyro_range_dps)))
        return np.concatenate([acc, gyro], axis=1)


def _digitised(values: Floats, step: float, limit: float) -> Floats:
    inside = np.clip(values, -limit, limit)
    return np.asarray(np.round(inside / step) * step if step else inside)
