"""Channels that start late, fail, come back, or deliver an implausible value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from drivers.stream_merge import StreamMerge
from dsp.packed import Array
from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Attitude, Metric, Step
from dsp.samples.channels import MAX_MPS2, MAX_RADPS
from dsp.samples.intake import Intake
from dsp.samples.trace import Trace
from dsp.signals import IMU6, Placement, Quantity, SampleBlock
from tests.dsp.synthetic import Made, blocks_of, make
from tests.dsp.test_stream_contract import cut, play
from tests.dsp.virtual import play_restored

NAN = float("nan")
RATE_HZ = 104.0


@pytest.fixture(scope="module")
def made() -> Made:
    return make(seconds=24.0, rate_hz=RATE_HZ, noise=0.02)


def changed(
    made: Made, change: Callable[[Array, Array], None], placement: Placement = Placement.SACRUM, size: int = 10
) -> list[SampleBlock]:
    """Return the blocks of one sensor after `change(t_s, values)` in place."""
    values = made.sensors[placement].copy()
    change(made.t_s, values)
    run = replace(made, sensors={placement: values})
    return blocks_of(run, [placement], size, rate_hz=RATE_HZ)


def unchanged(_t_s: Array, _values: Array) -> None:
    """All channels all the time."""


def steps(blocks: list[SampleBlock]) -> list[Step]:
    return [r for r in play(blocks, PipelineParams()) if isinstance(r, Step)]


@pytest.fixture(scope="module")
def reference(made: Made) -> list[Step]:
    return steps(changed(made, unchanged))


@pytest.mark.parametrize("columns", [slice(3, 6), slice(0, 1), slice(0, 6)])
def test_a_channel_missing_from_the_first_sample_is_not_given_up(
    made: Made, reference: list[Step], columns: slice
) -> None:
    def first(t_s: Array, values: Array) -> None:
        values[t_s == t_s[0], columns] = NAN

    found = steps(changed(made, first))
    assert len(found) == len(reference)
    assert sum(s.drop_excursion_deg is not None for s in found) == sum(
        s.drop_excursion_deg is not None for s in reference
    )


@pytest.mark.parametrize("late_s", [0.9, 2.0])
def test_a_gyro_that_starts_late_is_used(made: Made, reference: list[Step], late_s: float) -> None:
    merge, blocks = StreamMerge([IMU6[:3], IMU6[3:]]), []
    for block in changed(made, unchanged):
        parts = [replace(block, layout=IMU6[:3], rows=block.values[:, :3])]
        if block.t_ns[0] >= late_s * 1e9:
            parts.append(replace(block, layout=IMU6[3:], rows=block.values[:, 3:], t_ns=block.t_ns + 3_000_000))
        blocks += [merged for part in parts if (merged := merge.update(part)) is not None]
    found = steps(blocks)
    assert len(found) == len(reference)
    assert sum(s.drop_excursion_deg is not None for s in found) > 30


def test_a_gyro_that_fails_costs_no_steps(made: Made, reference: list[Step]) -> None:
    def dies(t_s: Array, values: Array) -> None:
        values[t_s > 12.0, 3:] = NAN

    found = steps(changed(made, dies))
    assert len(found) > len(reference) - 6
    assert all(s.drop_excursion_deg is None for s in found if s.t_ns > 13e9)
    assert {s.confidence for s in found if s.t_ns > 15e9} == {0.7}


def test_a_gyro_that_comes_back_is_used_again(made: Made, reference: list[Step]) -> None:
    def away(t_s: Array, values: Array) -> None:
        values[(t_s > 10.0) & (t_s < 14.0), 3:] = NAN

    found = steps(changed(made, away))
    assert len(found) > len(reference) - 10
    late = [s for s in found if s.t_ns > 18e9]
    assert len(late) > 8
    assert all(s.drop_excursion_deg is not None and s.confidence == 0.9 for s in late)


@pytest.mark.parametrize("dead", range(105, 110))
def test_a_gyro_that_started_late_and_failed_is_used_again_only_after_a_second(made: Made, dead: int) -> None:
    back_s = made.t_s[1000 + dead]

    def away(t_s: Array, values: Array) -> None:
        values[t_s < 2.0, 3:] = NAN
        values[1000 : 1000 + dead, 3:] = NAN

    intake, used_s = Intake(trace := Trace()), []
    for block in changed(made, away, size=1):
        intake.put(block)
        used_s += [trace.t_s[-1] for ready in intake.take() if ready != "restart" and intake.has_gyro]
    assert min(t for t in used_s if t > made.t_s[1000]) > back_s + 0.9
    assert max(used_s) > 20.0


def test_a_shoe_gyro_that_fails_and_comes_back(made: Made) -> None:
    def away(t_s: Array, values: Array) -> None:
        values[(t_s > 9.0) & (t_s < 14.0), 3:] = NAN

    before = steps(changed(made, unchanged, Placement.LEFT_FOOT))
    found = steps(changed(made, away, Placement.LEFT_FOOT))
    assert [s.t_ns for s in found if s.t_ns > 17e9] == pytest.approx([s.t_ns for s in before if s.t_ns > 17e9], abs=5e6)


@pytest.mark.parametrize("sizes", [[1], [3, 17, 1, 64], [211]])
def test_channels_that_come_and_go_give_the_same_however_the_input_is_cut(made: Made, sizes: list[int]) -> None:
    def comes_and_goes(t_s: Array, values: Array) -> None:
        values[t_s < 2.0, 3:] = NAN
        values[(t_s > 9.0) & (t_s < 13.0), 3:] = NAN
        values[(t_s > 17.0) & (t_s < 17.1), 1] = NAN
        values[900, 2] = 1e30

    blocks = changed(made, comes_and_goes, size=len(made.t_s))
    records = play_restored([c for b in blocks for c in cut(b, sizes)], PipelineParams(signals=True))
    assert records == play(blocks)
    assert any(isinstance(r, Attitude) and r.obliquity_deg is not None and r.t_ns > 18e9 for r in records)


@pytest.mark.parametrize("column", [0, 2, 3, 5])
@pytest.mark.parametrize("value", [1e3, 1e4, 1e5, 1e8, 1e30, 1e200, float("inf"), float("-inf")])
def test_one_absurd_value_costs_no_step(made: Made, reference: list[Step], column: int, value: float) -> None:
    def absurd(t_s: Array, values: Array) -> None:
        values[t_s.searchsorted(11.54), column] = value

    found = steps(changed(made, absurd))
    assert len(found) == len(reference)
    peaks = [[s.drop_excursion_deg or 0.0 for s in run] for run in (found, reference)]
    assert max(abs(a - b) for a, b in zip(*peaks, strict=True)) < 1.0


def test_values_that_runners_reach_are_plausible() -> None:
    intake = Intake(trace := Trace())
    values = np.array([[60 * 9.81, 0.0, 0.0, 0.0, 70.0, 0.0]] * 50)
    assert np.abs(values).max() < min(MAX_MPS2, 6 * MAX_RADPS)
    t_ns = np.arange(50, dtype=np.int64) * 10_000_000
    intake.put(SampleBlock("s", Placement.LEFT_FOOT, IMU6, t_ns, values, 100.0))
    assert "restart" in list(intake.take())
    assert len(trace.t_s) >= 45
    assert set(trace.axes[4]) == {70.0}


def test_a_sensor_without_force_gives_no_steps(made: Made) -> None:
    gyro = [replace(b, layout=IMU6[3:], rows=b.values[:, 3:]) for b in changed(made, unchanged, Placement.LEFT_FOOT)]
    assert steps(gyro) == []


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), NAN])
def test_a_speed_that_is_not_finite_is_ignored(value: float) -> None:
    layout = (Quantity.SPEED_MPS, Quantity.CADENCE_SPM)
    blocks = [
        SampleBlock(
            "pod",
            Placement.FOOT,
            layout,
            np.array([s * 1_000_000_000], dtype=np.int64),
            np.array([[value if s % 2 else 3.0, 170.0]]),
        )
        for s in range(20)
    ]
    pipeline = Pipeline()
    records = [r for b in blocks for r in pipeline.update(b)] + pipeline.finish()
    assert all(np.isfinite(r.value) for r in records if isinstance(r, Metric))
    assert np.isfinite(pipeline.summary(20_000_000_000).exposure_m or 0.0)
