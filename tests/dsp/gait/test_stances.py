"""Sides of a sensor that is worn ahead of the sacrum, where the turning pelvis pushes it sideways too."""

from __future__ import annotations

import numpy as np
import pytest

from dsp.pipeline import Pipeline
from dsp.records import Side, Step
from dsp.signals import IMU6, Placement, SampleBlock
from tests.dsp.synthetic import make

AHEAD = {
    Placement.WAIST_FRONT: (0.2, 0.0, 0.0),
    Placement.LEFT_HIP: (0.1, 0.14, 0.0),
    Placement.RIGHT_HIP: (0.1, -0.14, 0.0),
}
RATE_HZ = 104.0


def steps_of(placement: Placement, *, gyro: bool, restored_at: int | None = None) -> tuple[list[Step], int]:
    """Return the steps of a sensor at this place on a turning pelvis, and how many have the side of the other leg."""
    made = make(seconds=40.0, rate_hz=RATE_HZ, gyro_bias_radps=(0.0, 0.0, 0.0))
    values = made.sensors[Placement.SACRUM].copy()
    rate, arm = values[:, 3:], np.array(AHEAD.get(placement, (0.0, 0.0, 0.0)))
    values[:, :3] += np.cross(np.gradient(rate, 1.0 / RATE_HZ, axis=0), arm) + np.cross(rate, np.cross(rate, arm))
    stamps, channels = np.round(made.t_s * 1e9).astype(np.int64), 6 if gyro else 3
    pipeline, records = Pipeline(), []
    for a in range(0, len(stamps), 10):
        if a == restored_at:
            state, pipeline = pipeline.state(), Pipeline()
            pipeline.restore(state)
        here = slice(a, a + 10)
        block = SampleBlock("imu", placement, IMU6[:channels], stamps[here], values[here, :channels], RATE_HZ)
        records += pipeline.update(block)
    steps = [record for record in records + pipeline.finish() if isinstance(record, Step)]
    nearest = [int(np.argmin(abs(made.contacts_s + 0.02 - step.t_ns * 1e-9))) for step in steps]
    true = [Side.LEFT if made.left[k] else Side.RIGHT for k in nearest]
    return steps, sum(step.side is side.other for step, side in zip(steps, true, strict=True))


@pytest.mark.parametrize("placement", list(AHEAD))
def test_ahead_of_the_sacrum_no_side_is_named_without_a_gyro(placement: Placement) -> None:
    steps, _ = steps_of(placement, gyro=False)
    assert len(steps) > 80
    assert {step.side for step in steps} == {None}
    assert min(step.confidence for step in steps[20:]) == 0.7


@pytest.mark.parametrize("placement", list(AHEAD))
def test_ahead_of_the_sacrum_sides_are_right_with_a_gyro(placement: Placement) -> None:
    steps, wrong = steps_of(placement, gyro=True)
    assert wrong == 0
    assert all(step.side for step in steps[20:])


@pytest.mark.parametrize("gyro", [True, False])
def test_on_the_sacrum_sides_are_right_with_and_without_a_gyro(*, gyro: bool) -> None:
    steps, wrong = steps_of(Placement.SACRUM, gyro=gyro)
    assert wrong == 0
    assert all(step.side for step in steps[20:])


def test_restored_without_a_gyro_it_still_names_no_side() -> None:
    steps, _ = steps_of(Placement.WAIST_FRONT, gyro=False, restored_at=2000)
    assert {step.side for step in steps} == {None}
