"""The same run through another sensor: worn elsewhere or loosely, clipped, drifting, with gaps and sampling jitter."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks.harder_runs.runners import FORCE, RATE, Array, of, put
from dsp.signals import GRAVITY_MPS2
from tests.recorded import Recorded

Sensor = Callable[[dict[str, Array], int], dict[str, Array]]
"""A scene's change of the samples, given a seed."""


def worn_at(recorded: Recorded, sensor: str, place_m: tuple[float, float, float]) -> Recorded:
    """Return the run with the sensor elsewhere on a rigid pelvis: the accelerations of the rotation are added."""
    columns = dict(recorded.columns)
    rate, period = of(columns, RATE), float(np.median(np.diff(columns["t_s"])))
    place = np.array(place_m)
    turning = np.gradient(rate, period, axis=0)
    force = of(columns, FORCE) + np.cross(turning, place) + np.cross(rate, np.cross(rate, place))
    put(columns, FORCE, force)
    return replace(recorded, columns={name.replace("sacrum", sensor): values for name, values in columns.items()})


def wobbling(recorded: Recorded, hz: float, damping: float) -> Recorded:
    """Return the run with soft tissue under the sensor: a spring and a damper (base excitation, per axis)."""
    columns = dict(recorded.columns)
    period = float(np.median(np.diff(columns["t_s"])))
    force = of(columns, FORCE)
    spring, damper = (2.0 * math.pi * hz) ** 2, 2.0 * damping * 2.0 * math.pi * hz
    felt = np.empty_like(force)
    # Relative position and velocity of the sensor on the tissue; steps of a quarter of a sample keep it stable.
    place, speed = -force[0] / spring, np.zeros(3)
    parts = 4
    for k, now in enumerate(force):
        for _ in range(parts):
            speed = speed + period / parts * (-now - spring * place - damper * speed)
            place = place + period / parts * speed
        felt[k] = -spring * place - damper * speed
    put(columns, FORCE, felt)
    return replace(recorded, columns=columns)


def creeping(recorded: Recorded, degrees_per_minute: float, seed: int) -> Recorded:
    """Return the run with a sliding belt: the sensor turns slowly about one axis."""
    columns = dict(recorded.columns)
    t_s = columns["t_s"]
    axis = np.random.default_rng(seed).normal(size=3)
    axis /= np.linalg.norm(axis)
    angle = np.radians(degrees_per_minute / 60.0 * (t_s - t_s[0]))[:, None]
    for names in (FORCE, RATE):
        v = of(columns, names)
        along = (v @ axis)[:, None] * axis
        put(columns, names, along + (v - along) * np.cos(angle) - np.cross(axis, v) * np.sin(angle))
    return replace(recorded, columns=columns)


def biased(recorded: Recorded, dps: float, drift_dps: float, over_s: float, seed: int) -> Recorded:
    """Return the run with a gyroscope bias of `dps` and random sign on every axis, and a drift as it warms up."""
    columns = dict(recorded.columns)
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], (2, 3))
    warm = 1.0 - np.exp(-(columns["t_s"] - columns["t_s"][0]) / over_s)
    put(columns, RATE, of(columns, RATE) + np.radians(dps * signs[0] + np.outer(warm, drift_dps * signs[1])))
    return replace(recorded, columns=columns)


def off(recorded: Recorded, offset_g: float, scale: float, seed: int) -> Recorded:
    """Return the run with accelerometer offset and scale error on every axis, with random signs."""
    columns = dict(recorded.columns)
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], (2, 3))
    put(columns, FORCE, of(columns, FORCE) * (1.0 + scale * signs[0]) + GRAVITY_MPS2 * offset_g * signs[1])
    return replace(recorded, columns=columns)


def clipped(columns: dict[str, Array], force_g: float, rate_dps: float) -> dict[str, Array]:
    """Return the samples clipped to the sensor's ranges."""
    limits = {"a": force_g * GRAVITY_MPS2, "g": math.radians(rate_dps)}
    return {
        name: values if name == "t_s" else np.clip(values, -limits[name[-2]], limits[name[-2]])
        for name, values in columns.items()
    }


def jittered(columns: dict[str, Array], share: float, seed: int) -> dict[str, Array]:
    """Return samples taken up to `share` of a period early or late, with nominal timestamps."""
    t_s = columns["t_s"]
    period = float(np.median(np.diff(t_s)))
    at = t_s + period * np.random.default_rng(seed).uniform(-share, share, len(t_s))
    return {name: values if name == "t_s" else np.interp(at, t_s, values) for name, values in columns.items()}


def with_gaps(
    columns: dict[str, Array], loss: float, shortest_s: float, longest_s: float, seed: int
) -> dict[str, Array]:
    """Return the samples without random bursts that make up the share `loss` of all."""
    rng = np.random.default_rng(seed)
    t_s = columns["t_s"]
    keep = np.ones(len(t_s), dtype=bool)
    at = float(t_s[0])
    mean_s = 0.5 * (shortest_s + longest_s)
    while True:
        at += rng.exponential(mean_s / loss)
        if at > t_s[-1]:
            return {name: values[keep] for name, values in columns.items()}
        gap_s = rng.uniform(shortest_s, longest_s)
        keep &= (t_s <= at) | (t_s >= at + gap_s)
        at += gap_s


def unchanged(columns: dict[str, Array], _seed: int) -> dict[str, Array]:
    """Return the samples unchanged."""
    return columns


def gaps(loss: float, shortest_s: float, longest_s: float) -> Sensor:
    """See `with_gaps`."""
    return lambda columns, seed: with_gaps(columns, loss, shortest_s, longest_s, seed)


def clip(force_g: float, rate_dps: float) -> Sensor:
    """See `clipped`."""
    return lambda columns, _: clipped(columns, force_g, rate_dps)


def jitter(share: float) -> Sensor:
    """See `jittered`."""
    return lambda columns, seed: jittered(columns, share, seed)
