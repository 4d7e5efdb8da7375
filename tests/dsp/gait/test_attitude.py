"""Angles at the sensor's rate: one record for each valid sample."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from dsp.gait.attitude import AttitudeStage
from dsp.pipeline import PipelineParams
from dsp.records import Attitude, Step
from dsp.signals import IMU6, NS_PER_S, Placement, SampleBlock
from tests.dsp.synthetic import blocks_of, make
from tests.dsp.test_stream_contract import cut, play

SIGNALS = PipelineParams(signals=True)


@pytest.fixture(scope="module", params=[52.0, 104.0, 208.0])
def clean(request: pytest.FixtureRequest) -> list[SampleBlock]:
    made = make(seconds=12.0, rate_hz=request.param, noise=0.02)
    return blocks_of(made, [Placement.SACRUM], 10, rate_hz=request.param)


def without(block: SampleBlock, lost: npt.NDArray[np.bool_]) -> list[SampleBlock]:
    """Return the block without these samples."""
    return [replace(block, t_ns=block.t_ns[~lost], rows=block.values[~lost])] if not lost.all() else []


@pytest.mark.parametrize("what", ["nothing", "no rates", "one channel", "absurd"])
@pytest.mark.parametrize("seed", [1, 2])
def test_invalid_samples_are_treated_as_missing(clean: list[SampleBlock], what: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    damaged, missing = [], []
    for block in clean:
        # Single samples, and whole packets.
        lost = (rng.random(len(block.t_ns)) < 0.02) | (rng.random() < 0.04)
        values = block.values.copy()
        channels = {"nothing": slice(None), "no rates": slice(3, 6), "one channel": slice(1, 2), "absurd": slice(2, 3)}
        values[lost, channels[what]] = 1e9 if what == "absurd" else np.nan
        damaged += cut(replace(block, rows=values), [int(rng.integers(1, 12))])
        missing += without(block, lost)
    found = play(damaged, SIGNALS)
    assert found == play(missing, SIGNALS)
    stamps = [r.t_ns for r in found if isinstance(r, Attitude)]
    assert stamps == [t for block in missing for t in block.t_ns.tolist()]
    assert sum(r.obliquity_deg is not None for r in found if isinstance(r, Attitude)) > 0.3 * len(stamps)


def test_without_a_gyroscope_every_record_is_empty(clean: list[SampleBlock]) -> None:
    """Gravity alone does not show how the pelvis leans within a stride."""
    force = [replace(block, layout=IMU6[:3], rows=block.values[:, :3]) for block in clean]
    found = [r for r in play(force, SIGNALS) if isinstance(r, Attitude)]
    assert len(found) == sum(len(block.t_ns) for block in clean)
    assert {r.obliquity_deg for r in found} == {None}


def test_rates_that_fail_for_good_cost_a_second_of_records(clean: list[SampleBlock]) -> None:
    damaged = []
    for block in clean:
        values = block.values.copy()
        values[block.t_ns > 8_000_000_000, 3:] = np.nan
        damaged.append(replace(block, rows=values))
    stamps = np.array([r.t_ns for r in play(damaged, SIGNALS) if isinstance(r, Attitude)]) * 1e-9
    steps = np.diff(stamps)
    assert np.sum(steps > 0.1) == 1
    assert stamps[np.argmax(steps)] == pytest.approx(8.0, abs=0.05)
    assert steps.max() == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("alone_s", [0.5, 2.0])
def test_rates_may_fail_for_as_long_as_in_the_intake(clean: list[SampleBlock], alone_s: float) -> None:
    stage = AttitudeStage(alone_s)
    whole, *failing = clean[: len(clean) // 2]
    stage.take(whole)
    for block in failing:
        values = block.values.copy()
        values[:, 3:] = np.nan
        stage.take(replace(block, rows=values))
    ends_ns = int(whole.t_ns[-1]) + round(alone_s * NS_PER_S)
    due = [t for block in failing for t in block.t_ns.tolist() if t > ends_ns]
    assert [record.t_ns for record in stage.finish()] == [*whole.t_ns.tolist(), *due]


def test_a_missing_force_axis_leaves_steps_and_no_angles(clean: list[SampleBlock]) -> None:
    damaged = []
    for block in clean:
        values = block.values.copy()
        values[:, 1] = np.nan
        damaged.append(replace(block, rows=values))
    found = play(damaged, SIGNALS)
    assert not any(isinstance(record, Attitude) for record in found)
    assert sum(isinstance(record, Step) for record in found) > 10
