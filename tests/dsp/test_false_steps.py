"""No running steps where nobody runs: short synthetic scenes of `benchmarks/everyday` (not recordings)."""

from __future__ import annotations

import pytest

from benchmarks.everyday.motion import blocks_of
from benchmarks.false_steps import KINDS, LEFT, RIGHT, SACRUM, count_running, scene_of
from dsp.signals import Placement

SECONDS = 45.0


@pytest.mark.parametrize("gyro", [True, False], ids=["gyro", "no gyro"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_hip_sensor_detects_no_false_step(kind: str, *, gyro: bool) -> None:
    scene = scene_of(kind, SECONDS, 104.0, seed=2)
    found = count_running(blocks_of(scene, (SACRUM,), seed=2, gyro=gyro), SECONDS)
    assert (found.steps, found.running_s) == (0, 0.0)


@pytest.mark.parametrize("worn", [(LEFT,), (LEFT, RIGHT), (SACRUM, LEFT, RIGHT)], ids=["one foot", "feet", "all"])
@pytest.mark.parametrize("kind", ["standing", "car", "lift"])
def test_shoes_that_stay_on_the_ground_detect_no_step(kind: str, worn: tuple[Placement, ...]) -> None:
    scene = scene_of(kind, SECONDS, 104.0, seed=2)
    found = count_running(blocks_of(scene, worn, seed=2), SECONDS)
    assert (found.steps, found.running_s) == (0, 0.0)


@pytest.mark.parametrize("worn", [(LEFT,), (LEFT, RIGHT), (SACRUM, LEFT, RIGHT)], ids=["one foot", "feet", "all"])
@pytest.mark.parametrize("kind", ["sitting", "cycling"])
def test_a_bouncing_heel_and_a_pedal_are_not_running(kind: str, worn: tuple[Placement, ...]) -> None:
    """Before shoes had to travel to count, up to 2 and 40 of these 45 s were reported as running."""
    scene = scene_of(kind, SECONDS, 104.0, seed=6)
    assert count_running(blocks_of(scene, worn, seed=3), SECONDS).running_s == 0.0


@pytest.mark.parametrize("worn", [(LEFT,), (LEFT, RIGHT), (SACRUM, LEFT, RIGHT)], ids=["one foot", "feet", "all"])
@pytest.mark.parametrize("kind", ["walking", "stairs up", "stairs down"])
def test_walking_and_stairs_are_not_running_to_shoes(kind: str, worn: tuple[Placement, ...]) -> None:
    scene = scene_of(kind, SECONDS, 104.0, seed=2)
    found = count_running(blocks_of(scene, worn, seed=2), SECONDS)
    assert found.steps > 5
    assert found.running_s == 0.0
