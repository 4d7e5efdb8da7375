"""From a synthetic motion to the samples of a sensor in any mounting.

A motion is the specific force in world axes and three angles of the body part that carries the sensor. The sensor
measures the force in its own axes and the angular rate, with a random mounting, gyroscope bias, noise and a range of
+-16 g. Everything here is synthetic: stated physics with random parameters, not recordings of people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsp.signals import GRAVITY_MPS2, IMU6, NS_PER_S, Placement, SampleBlock

Array = npt.NDArray[np.float64]

NOISE_MPS2, NOISE_RADPS = 0.02, 0.002
"""SD of the noise of a cheap sensor at 100 Hz (assumed: 110 ug and 3.8 mdps per root Hz, doubled)."""
BIAS_RADPS = 0.035
"""SD of the gyroscope bias: 2 deg/s, assumed."""


@dataclass
class Motion:
    """Motion of one body part.

    force             (n, 3) m/s2 in world axes: x forward, y left, z up; +9.81 on z at rest
    yaw, roll, pitch  (n,) rad, applied in this order: + to the left, left side up, nose down
    """

    t_s: Array
    force: Array
    yaw: Array
    roll: Array
    pitch: Array


@dataclass
class Scene:
    """Motions of the body parts during one activity."""

    rate_hz: float
    parts: dict[Placement, Motion]


def still(seconds: float, rate_hz: float) -> Motion:
    """Return a motion at rest."""
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    force = np.zeros((len(t), 3))
    force[:, 2] = GRAVITY_MPS2
    return Motion(t, force, np.zeros(len(t)), np.zeros(len(t)), np.zeros(len(t)))


def attitude(motion: Motion) -> Array:
    """Return the rotations (n, 3, 3) from body to world axes."""
    out = np.empty((len(motion.t_s), 3, 3))
    cy, sy = np.cos(motion.yaw), np.sin(motion.yaw)
    cr, sr = np.cos(motion.roll), np.sin(motion.roll)
    cp, sp = np.cos(motion.pitch), np.sin(motion.pitch)
    out[:, 0] = np.stack([cy * cp - sy * sr * sp, -sy * cr, cy * sp + sy * sr * cp], 1)
    out[:, 1] = np.stack([sy * cp + cy * sr * sp, cy * cr, sy * sp - cy * sr * cp], 1)
    out[:, 2] = np.stack([-cr * sp, sr, cr * cp], 1)
    return out


def samples(motion: Motion, rate_hz: float, rng: np.random.Generator, *, gyro: bool = True) -> Array:
    """Return samples (n, 6) in m/s2 and rad/s of a sensor in a random mounting; without a gyroscope, NaN for it."""
    axes = attitude(motion)
    step = np.swapaxes(axes[:-1], 1, 2) @ axes[1:]
    half = 0.5 * rate_hz
    rate = half * np.stack(
        [step[:, 2, 1] - step[:, 1, 2], step[:, 0, 2] - step[:, 2, 0], step[:, 1, 0] - step[:, 0, 1]], 1
    )
    rate = np.concatenate([rate[:1], 0.5 * (rate[1:] + rate[:-1]), rate[-1:]])
    force = np.einsum("nij,ni->nj", axes, motion.force)
    mount = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    mount *= np.sign(np.linalg.det(mount))
    out = np.concatenate([force @ mount.T, rate @ mount.T], 1)
    out[:, :3] += NOISE_MPS2 * rng.normal(size=force.shape)
    out[:, 3:] += NOISE_RADPS * rng.normal(size=force.shape) + BIAS_RADPS * rng.normal(size=3)
    out[:, :3] = np.clip(out[:, :3], -16.0 * GRAVITY_MPS2, 16.0 * GRAVITY_MPS2)
    if not gyro:
        out[:, 3:] = np.nan
    return out


def blocks_of(scene: Scene, worn: tuple[Placement, ...], seed: int, *, gyro: bool = True) -> list[SampleBlock]:
    """Return blocks of ten samples of each sensor, ordered by the time of their last sample."""
    rng = np.random.default_rng([seed, 7])
    out: list[SampleBlock] = []
    for placement in worn:
        motion = scene.parts[placement]
        values = samples(motion, scene.rate_hz, rng, gyro=gyro)
        t_ns = np.round(motion.t_s * NS_PER_S).astype(np.int64)
        out += [
            SampleBlock(placement.value, placement, IMU6, t_ns[a : a + 10], values[a : a + 10], scene.rate_hz)
            for a in range(0, len(t_ns), 10)
        ]
    return sorted(out, key=lambda block: int(block.t_ns[-1]))


def wander(t_s: Array, rng: np.random.Generator, slowest_s: float, size: float) -> Array:
    """Return a smooth random curve with standard deviation `size`, changing within about `slowest_s`."""
    knots = np.arange(t_s[0] - 2 * slowest_s, t_s[-1] + 3 * slowest_s, slowest_s)
    values = rng.normal(size=len(knots))
    x = (t_s - knots[0]) / slowest_s
    k = np.clip(x.astype(int), 1, len(knots) - 3)
    u = x - k
    # Catmull-Rom spline through the knots: continuous speed, little overshoot.
    a, b, c, d = values[k - 1], values[k], values[k + 1], values[k + 2]
    curve: Array = b + 0.5 * u * (c - a + u * (2 * a - 5 * b + 4 * c - d + u * (3 * (b - c) + d - a)))
    return size * curve


def bump(t_s: Array, at_s: float, width_s: float) -> Array:
    """Return a smooth bump of height 1: a raised cosine `width_s` wide that begins at `at_s`."""
    out = np.zeros(len(t_s))
    inside = slice(*np.searchsorted(t_s, (at_s, at_s + width_s)))
    out[inside] = 0.5 - 0.5 * np.cos(2.0 * np.pi * (t_s[inside] - at_s) / width_s)
    return out


def ring(t_s: Array, at_s: float, hz: float, decay_s: float) -> Array:
    """Return an impact: a damped oscillation that begins at `at_s` with a height of about 1."""
    out = np.zeros(len(t_s))
    inside = slice(*np.searchsorted(t_s, (at_s, at_s + 8.0 * decay_s)))
    x = t_s[inside] - at_s
    out[inside] = np.exp(-x / decay_s) * np.sin(2.0 * np.pi * hz * x)
    return out


def held(t_s: Array, rise_s: tuple[float, float], fall_s: tuple[float, float]) -> Array:
    """Return a smooth rise from 0 to 1 and, later, fall back to 0."""
    out = np.zeros(len(t_s))
    inside = slice(*np.searchsorted(t_s, (rise_s[0], fall_s[1])))
    x = t_s[inside]
    up = np.clip((x - rise_s[0]) / (rise_s[1] - rise_s[0]), 0.0, 1.0)
    down = np.clip((x - fall_s[0]) / (fall_s[1] - fall_s[0]), 0.0, 1.0)
    out[inside] = up * up * (3.0 - 2.0 * up) - down * down * (3.0 - 2.0 * down)
    return out


def ramp(t_s: Array, from_s: float, to_s: float) -> Array:
    """Return a smooth rise from 0 to 1."""
    x = np.clip((t_s - from_s) / (to_s - from_s), 0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)
