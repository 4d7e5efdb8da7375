"""A synthetic runner for the core's own tests: simple curves, known truth, any mount orientation.

Pelvis: obliquity, tilt and rotation as Fourier series of the stride; trunk force as half-sines in stance. Feet: a pitch
rate with swing, landing, flat stance and push-off. Not a model of a person; the recorded runs are for that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsp.signals import GRAVITY_MPS2, IMU6, NS_PER_S, Placement, SampleBlock

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Made:
    """A synthetic run: its truth, and sensor samples (n, 6) by placement."""

    t_s: Array
    sensors: dict[Placement, Array]
    contacts_s: Array
    releases_s: Array
    left: npt.NDArray[np.bool_]
    obliquity_deg: Array
    tilt_deg: Array


def _rotations(yaw: Array, obliquity: Array, tilt: Array) -> Array:
    """Return the rotations (n, 3, 3) pelvis -> world, in the order yaw, obliquity, tilt; radians."""
    cy, sy, co, so, ct, st = np.cos(yaw), np.sin(yaw), np.cos(obliquity), np.sin(obliquity), np.cos(tilt), np.sin(tilt)
    zero, one = np.zeros_like(yaw), np.ones_like(yaw)

    def matrix(rows: list[list[Array]]) -> Array:
        return np.stack([np.stack(row, -1) for row in rows], -2)

    turn = matrix([[cy, -sy, zero], [sy, cy, zero], [zero, zero, one]])
    roll = matrix([[one, zero, zero], [zero, co, -so], [zero, so, co]])
    pitch = matrix([[ct, zero, st], [zero, one, zero], [-st, zero, ct]])
    return turn @ roll @ pitch


def make(
    seconds: float = 20.0,
    rate_hz: float = 200.0,
    stand_s: float = 4.0,
    cadence_spm: float = 168.0,
    contact_s: float = 0.24,
    drop_left_deg: float = 5.0,
    drop_right_deg: float = 4.0,
    mount: Array | None = None,
    gyro_bias_radps: tuple[float, float, float] = (0.02, -0.03, 0.01),
    noise: float = 0.0,
    seed: int = 1,
) -> Made:
    """Make a run after `stand_s` of standing; `mount` rotates pelvis axes to the axes of the sacrum sensor."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    step = 60.0 / cadence_spm
    first = stand_s + 0.5 if stand_s > 0.0 else 0.1
    contacts = np.arange(first, seconds - 1.0, step)
    left = np.arange(len(contacts)) % 2 == 0
    run = (t >= first).astype(float) * np.clip((t - first) / (2 * step), 0.0, 1.0)
    # Stride phase, 0 at each left contact.
    phase = 2.0 * np.pi * (t - first) / (2 * step)
    mean, half = 0.5 * (drop_left_deg + drop_right_deg), 0.5 * (drop_left_deg - drop_right_deg)
    lag = 2.0 * np.pi * 0.09 / (2 * step)
    oblique = run * (0.5 * mean * np.sin(phase - lag + 0.5) + 0.25 * half * (1 - np.cos(2 * phase)))
    tilt = run * (8.0 + 2.5 * np.cos(2 * phase + 0.6))
    turn = run * 6.0 * np.cos(phase + 0.4)
    rotation = _rotations(np.radians(turn), np.radians(oblique), np.radians(tilt))
    up = np.where(t < first, GRAVITY_MPS2, 0.0)
    ahead, across = np.zeros_like(t), np.zeros_like(t)
    for at, is_left in zip(contacts, left, strict=True):
        x = (t - at) / contact_s
        stance = (x >= 0.0) & (x < 1.0)
        up += np.where(stance, GRAVITY_MPS2 * np.pi * step / (2 * contact_s) * np.sin(np.pi * x), 0.0)
        ahead += np.where(stance, -2.5 * np.sin(2 * np.pi * x), 0.0)
        across += np.where(stance, (1.0 if is_left else -1.0) * 1.2 * np.sin(np.pi * x), 0.0)
    # Smoothed over 25 ms, as straps and skin do.
    kernel = np.ones(max(1, int(0.025 * rate_hz)))
    kernel /= kernel.sum()
    world = np.stack([np.convolve(v, kernel, "same") for v in (ahead, across, up)], 1)
    world[t < first - 0.1] = (0.0, 0.0, GRAVITY_MPS2)
    sacrum = np.concatenate([np.einsum("nij,ni->nj", rotation, world), _rate(rotation, rate_hz)], 1)
    turned = np.eye(3) if mount is None else mount
    sacrum = np.concatenate([sacrum[:, :3] @ turned.T, sacrum[:, 3:] @ turned.T + np.array(gyro_bias_radps)], 1)
    feet = {
        Placement.LEFT_FOOT: _foot(t, contacts[left], contact_s, 2 * step),
        Placement.RIGHT_FOOT: _foot(t, contacts[~left], contact_s, 2 * step),
    }
    sensors = {Placement.SACRUM: sacrum, **feet}
    for values in sensors.values():
        values += noise * rng.normal(size=values.shape)
    return Made(t, sensors, contacts, contacts + contact_s, left, oblique, tilt)


def _rate(rotation: Array, rate_hz: float) -> Array:
    """Return the angular rate (n, 3) in body axes, rad/s."""
    step = np.swapaxes(rotation[:-1], 1, 2) @ rotation[1:]
    w = (
        0.5
        * rate_hz
        * np.stack([step[:, 2, 1] - step[:, 1, 2], step[:, 0, 2] - step[:, 2, 0], step[:, 1, 0] - step[:, 0, 1]], 1)
    )
    return np.concatenate([w[:1], 0.5 * (w[1:] + w[:-1]), w[-1:]])


def _foot(t: Array, contacts: Array, contact_s: float, stride_s: float) -> Array:
    """Return foot samples (n, 6): pitch rate about +y (toe down), gravity and a backward jolt at the end of swing."""
    out = np.zeros((len(t), 6))
    out[:, 2] = GRAVITY_MPS2
    for at in contacts:
        x = t - at
        push = np.exp(-0.5 * ((x - contact_s) / 0.05) ** 2)
        swing = np.exp(-0.5 * ((x - stride_s + 0.12) / 0.07) ** 2)
        slap = np.exp(-0.5 * ((x - 0.02) / 0.012) ** 2)
        out[:, 4] += 8.0 * push + 5.0 * slap - 9.0 * swing
        out[:, 0] += -40.0 * np.exp(-0.5 * ((x + 0.03) / 0.03) ** 2) + 8.0 * push
    return out


def blocks_of(
    made: Made, placements: list[Placement], size: int, t0_ns: int = 0, rate_hz: float = 200.0
) -> list[SampleBlock]:
    """Return blocks of `size` samples, the sensors alternating."""
    t_ns = t0_ns + np.round(made.t_s * NS_PER_S).astype(np.int64)
    out: list[SampleBlock] = []
    for a in range(0, len(t_ns), size):
        for placement in placements:
            values = made.sensors[placement][a : a + size]
            out.append(SampleBlock(str(placement), placement, IMU6, t_ns[a : a + size], values, rate_hz))
    return out
