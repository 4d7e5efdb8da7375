"""Bouncing on both feet, which a hip sensor alone takes for steps: legs do not alternate, so confidence is low."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.everyday.motion import Motion, Scene, blocks_of, still
from dsp.records import Metric, Step
from dsp.signals import GRAVITY_MPS2, Placement
from tests.dsp.virtual import play

SECONDS, RATE_HZ = 60.0, 104.0


def bouncing(per_minute: float, on_ground: float, uneven: float, aside_mps2: float) -> Motion:
    """Return half-sines of force from 3 s on (Morin 2005).

    uneven      share by which steps are longer and shorter in alternation
    aside_mps2  sideways force, alternating between left and right
    """
    rng = np.random.default_rng(1)
    hip, every_s = still(SECONDS, RATE_HZ), 60.0 / per_minute
    t, at, turn = hip.t_s, 3.0, 1.0
    hip.force[t >= at, 2] = 0.0
    while at < SECONDS:
        step_s = every_s * (1.0 + turn * uneven) * (1.0 + 0.02 * rng.normal())
        landed = (t >= at) & (t < at + on_ground * step_s)
        push = np.sin(np.pi * (t[landed] - at) / (on_ground * step_s))
        hip.force[landed, 2] = np.pi / 2.0 / on_ground * GRAVITY_MPS2 * push
        hip.force[landed, 1] = (turn * aside_mps2 + 0.4 * rng.normal()) * push
        at, turn = at + step_s, -turn
    return hip


def heard(hip: Motion, *, gyro: bool) -> tuple[list[Step], list[Metric]]:
    records = play(blocks_of(Scene(RATE_HZ, {Placement.SACRUM: hip}), (Placement.SACRUM,), 1, gyro=gyro))
    late = [each for each in records if isinstance(each, Step | Metric) and each.t_ns > 30e9]
    return [e for e in late if isinstance(e, Step)], [e for e in late if isinstance(e, Metric) and e.key == "running"]


@pytest.mark.parametrize("gyro", [True, False], ids=["gyro", "no gyro"])
@pytest.mark.parametrize(
    ("per_minute", "on_ground", "uneven"),
    [(140, 0.5, 0.0), (160, 0.55, 0.0), (130, 0.6, 0.1)],
    ids=["rope", "rope quickly", "jacks"],
)
def test_bouncing_on_both_feet_has_low_confidence(
    per_minute: float, on_ground: float, uneven: float, *, gyro: bool
) -> None:
    steps, running = heard(bouncing(per_minute, on_ground, uneven, 0.0), gyro=gyro)
    assert len(steps) > 50
    assert {step.side for step in steps} == {None}
    assert max(step.confidence for step in steps) < 0.3
    assert max(each.quality for each in running if each.value) < 0.3


@pytest.mark.parametrize("gyro", [True, False], ids=["gyro", "no gyro"])
def test_running_on_the_spot_has_alternating_legs_and_high_confidence(*, gyro: bool) -> None:
    steps, running = heard(bouncing(170, 0.6, 0.0, 1.5), gyro=gyro)
    assert min(step.confidence for step in steps) >= 0.7
    assert {each.value for each in running} == {1.0}
