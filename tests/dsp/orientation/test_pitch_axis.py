"""The pitch axis of a shoe sensor that slips on its lace or is clipped on again."""

from __future__ import annotations

import math

import numpy as np
import pytest

from drivers.virtual.runner import RunnerParams, VirtualRunner
from dsp.orientation.pitch_axis import PitchAxis
from dsp.orientation.vectors import dot
from dsp.packed import Array
from dsp.signals import Placement

CHUNK, RATE_HZ = 4, 104.0


def turn(degrees: float, axis: int) -> Array:
    """Return the rotation (3, 3) about x, y or z of the shoe."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    out, i, j = np.eye(3), (axis + 1) % 3, (axis + 2) % 3
    out[i, i] = out[j, j] = cos
    out[i, j], out[j, i] = sin, -sin
    return out


@pytest.mark.parametrize(("degrees", "axis"), [(180.0, 2), (90.0, 2), (90.0, 0), (60.0, 1)])
def test_after_a_slip_the_axis_is_found_again_within_seven_seconds(degrees: float, axis: int) -> None:
    """Earlier the old axis was kept for half a minute; after half a turn, every step was lost."""
    runner = VirtualRunner(RunnerParams(seed=4, mounts_deg={Placement.LEFT_FOOT: (0.0, 0.0, 0.0)}))
    samples = np.array(runner.imu(Placement.LEFT_FOOT, 0, int(30 * RATE_HZ), RATE_HZ))
    slipped = turn(degrees, axis)
    found = PitchAxis(CHUNK / RATE_HZ)
    before = None
    for k in range(0, len(samples) - CHUNK, CHUNK):
        means = samples[k : k + CHUNK].mean(axis=0)
        if k / RATE_HZ >= 20.0:
            before = before or found.axis
            means = np.concatenate([slipped @ means[:3], slipped @ means[3:]])
        found.update(means.tolist())
        if k / RATE_HZ > 27.0:
            assert found.axis is not None
            assert float(np.array(found.axis) @ slipped @ np.array(before)) > 0.95


@pytest.mark.parametrize("dead_from_s", [0.0, 9.0])
def test_a_dead_accelerometer_raises_no_error_and_keeps_the_axis(dead_from_s: float) -> None:
    runner = VirtualRunner(RunnerParams(seed=4, mounts_deg={Placement.LEFT_FOOT: (0.0, 0.0, 0.0)}))
    samples = np.array(runner.imu(Placement.LEFT_FOOT, 0, int(25 * RATE_HZ), RATE_HZ))
    samples[int(dead_from_s * RATE_HZ) :, :3] = 0.0
    found, before = PitchAxis(CHUNK / RATE_HZ), None
    for k in range(0, len(samples) - CHUNK, CHUNK):
        found.update(samples[k : k + CHUNK].mean(axis=0).tolist())
        if k / RATE_HZ < dead_from_s:
            before = found.axis
    assert (found.axis is None) == (before is None) == (dead_from_s == 0.0)
    if found.axis is not None and before is not None:
        assert dot(found.axis, before) > 0.95


@pytest.mark.parametrize("chunk_s", [0.25, 0.5, 1.0, 2.0, 6.0])
def test_chunks_of_any_length_raise_no_error(chunk_s: float) -> None:
    """Chunks of a second had no margin, and a single chunk has no trend."""
    found, rng = PitchAxis(chunk_s), np.random.default_rng(1)
    for k in range(60):
        moves = 5.0 if k % 4 == 0 else 0.1
        found.update([*rng.normal([0.0, 0.0, 9.8], 1.0), *rng.normal(0.0, moves, 3)])


def test_a_tiny_angle_has_no_skewness() -> None:
    """The square of 1e-110 is a number, but its power of 1.5 underflows."""
    found = PitchAxis(0.05)
    for k in range(200):
        found.update([0.0, 0.0, 8.0, 2.0, 1e-110 * (1.0, -1.0, 3.0, 0.0)[k % 4], 0.0])
    assert found.axis is None
