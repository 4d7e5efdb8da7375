"""The first steps of a run, and one foot alone: no duplicate step, no wrong step time, no halved cadence."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from drivers.virtual.runner import RunnerParams, VirtualRunner
from dsp.records import Metric, Side, Step
from dsp.signals import Placement, Quantity
from tests.dsp.virtual import in_order, play, worn_by

SACRUM, LEFT, RIGHT = Placement.SACRUM, Placement.LEFT_FOOT, Placement.RIGHT_FOOT


@pytest.mark.parametrize("seed", [1, 3, 7])
@pytest.mark.parametrize("worn", [[SACRUM, LEFT], [SACRUM, LEFT, RIGHT]])
def test_every_step_is_emitted_once_from_the_first_on(seed: int, worn: list[Placement]) -> None:
    runner = VirtualRunner(RunnerParams(seed=seed))
    steps = [r for r in play(worn_by(runner, worn, 16.0)) if isinstance(r, Step)]
    true = runner.truth_steps(0.0, 16.0)
    assert len(true) - 1 <= len(steps) <= len(true)
    assert all(0.3 < (b.t_ns - a.t_ns) * 1e-9 < 0.42 for a, b in pairwise(steps))
    assert all(s.step_time_s is not None and 0.3 < s.step_time_s < 0.42 for s in steps[:-1])


@pytest.mark.parametrize("late_s", [-0.18, -0.15, 0.18, 0.2])
def test_a_foot_whose_clock_is_half_a_step_off_adds_no_steps(late_s: float) -> None:
    runner = VirtualRunner(RunnerParams(seed=7))
    blocks = [
        replace(b, t_ns=b.t_ns + round(late_s * 1e9)) if b.placement is LEFT else b
        for b in worn_by(runner, [SACRUM, LEFT], 16.0)
    ]
    steps = [r for r in play(in_order(blocks)) if isinstance(r, Step)]
    assert abs(len(steps) - len(runner.truth_steps(0.0, 16.0))) <= 1


@pytest.mark.parametrize("placement", [LEFT, Placement.FOOT])
def test_one_foot_counts_both_feet_in_its_cadence(placement: Placement) -> None:
    runner = VirtualRunner(RunnerParams(seed=7))
    records = play(replace(b, placement=placement) for b in worn_by(runner, [LEFT], 20.0))
    cadence = [r.value for r in records if isinstance(r, Metric) and r.key == "cadence_spm"]
    assert cadence[0] == pytest.approx(165.0, abs=6.0)
    assert cadence[-1] == pytest.approx(runner.cadence_spm(19.0), abs=2.0)
    assert all(r.step_time_s is None for r in records if isinstance(r, Step))


@pytest.mark.parametrize("worn", [[SACRUM], [SACRUM, LEFT], [SACRUM, LEFT, RIGHT]])
def test_step_times_lead_to_the_next_contact_exactly(worn: list[Placement]) -> None:
    """The next contact, once emitted, is not revised, even when another sensor sees it later and better."""
    runner = VirtualRunner(RunnerParams(seed=5))
    steps = [r for r in play(worn_by(runner, worn, 30.0)) if isinstance(r, Step)]
    assert len(steps) > 50
    for step, following in pairwise(steps):
        if step.step_time_s is not None:
            assert step.t_ns + step.step_time_s * 1e9 == pytest.approx(following.t_ns, abs=2.0)
        if step.flight_ms is not None and step.toe_off_ns is not None:
            assert step.flight_ms == pytest.approx((following.t_ns - step.toe_off_ns) * 1e-6, abs=1e-3)


def test_a_battery_value_before_the_motion_changes_nothing() -> None:
    """The merge still waits for the motion of a device that sends its battery level first."""
    runner = VirtualRunner(RunnerParams(seed=4))
    motion = worn_by(runner, [SACRUM, LEFT], 20.0)
    first = next(block for block in motion if block.placement is SACRUM)
    battery = replace(
        first, layout=(Quantity.BATTERY_PCT,), t_ns=first.t_ns[:1] - 1_000_000, rows=first.values[:1, :1] * 0.0 + 88.0
    )
    plain, mixed = (
        [r for r in play(blocks) if isinstance(r, Step)]
        for blocks in (motion, [battery, *motion[:400], battery, *motion[400:]])
    )
    assert mixed == plain
    assert sum(step.drop_excursion_deg is not None for step in mixed if step.side is Side.RIGHT) > 5
