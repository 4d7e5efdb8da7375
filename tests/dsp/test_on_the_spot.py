"""Synthetic feet that move on the spot are not running, at any sampling rate."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.everyday.motion import Scene, blocks_of
from benchmarks.everyday.on_the_spot import heels, marching, pedals
from benchmarks.false_steps import LEFT, RIGHT, count_running
from dsp.signals import Placement

SECONDS = 40.0


@pytest.mark.parametrize("worn", [(LEFT,), (LEFT, RIGHT)], ids=["one foot", "feet"])
@pytest.mark.parametrize("rate_hz", [52.0, 208.0])
@pytest.mark.parametrize("made", [heels, pedals, marching])
def test_feet_on_the_spot_are_not_running(
    made: Callable[[float, float, np.random.Generator], Scene], rate_hz: float, worn: tuple[Placement, ...]
) -> None:
    scene = made(SECONDS, rate_hz, np.random.default_rng(1))
    found = count_running(blocks_of(scene, worn, seed=1), SECONDS)
    assert found.steps > 0
    assert found.running_s == 0.0
