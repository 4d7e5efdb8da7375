"""A knock on a sensor costs at most the steps it hides and adds no false ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.virtual.runner import RunnerParams, VirtualRunner
from dsp.records import Step
from dsp.signals import GRAVITY_MPS2, Placement, SampleBlock
from tests.dsp.virtual import play, worn_by

SACRUM, LEFT, RIGHT = Placement.SACRUM, Placement.LEFT_FOOT, Placement.RIGHT_FOOT


def knocked(block: SampleBlock, force_g: float, rate_radps: float) -> SampleBlock:
    """Return the block with 50 ms from 15.1 s on far outside any runner's range."""
    hit = (block.t_ns >= 15_100_000_000) & (block.t_ns < 15_150_000_000)
    values = block.values.copy()
    values[hit, :3] += force_g * GRAVITY_MPS2
    values[hit, 3:] += rate_radps
    return replace(block, rows=values)


@pytest.mark.parametrize(("force_g", "rate_radps"), [(16.0, 0.0), (50.0, 0.0), (50.0, 150.0)])
@pytest.mark.parametrize("where", [LEFT, RIGHT])
def test_a_knock_on_a_shoe_adds_no_false_step(where: Placement, force_g: float, rate_radps: float) -> None:
    runner = VirtualRunner(RunnerParams(seed=2))
    blocks = worn_by(runner, [SACRUM, LEFT, RIGHT], 30.0)
    hit = [knocked(each, force_g, rate_radps) if each.placement is where else each for each in blocks]
    steps = [each for each in play(hit) if isinstance(each, Step)]
    true = runner.truth_steps(0.0, 30.0)
    assert len(true) - 2 <= len(steps) <= len(true)
    after = [each for each in steps if each.t_ns > 16_500_000_000]
    assert len(after) > 30
    assert all(each.step_time_s is None or 0.28 < each.step_time_s < 0.45 for each in after)
