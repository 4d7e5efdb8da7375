"""Axes that still deliver numbers after they have died: detected while the sensor is shaken, never while it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dsp.metrics.dead_axes import KEY
from dsp.packed import Array
from dsp.pipeline import PipelineParams
from dsp.records import Metric, Record, Side, Step
from dsp.signals import GRAVITY_MPS2, IMU6, NS_PER_S, Placement, SampleBlock
from tests.dsp.synthetic import Made, blocks_of, make
from tests.dsp.test_stream_contract import cut, play
from tests.dsp.virtual import play_restored

RATE_HZ = 104.0
Change = Callable[[Array, Array], None]


@pytest.fixture(scope="module")
def made() -> Made:
    return make(seconds=24.0, rate_hz=RATE_HZ, noise=0.02)


def changed(made: Made, change: Change, placement: Placement = Placement.SACRUM, size: int = 10) -> list[SampleBlock]:
    values = made.sensors[placement].copy()
    change(made.t_s, values)
    return blocks_of(replace(made, sensors={placement: values}), [placement], size, rate_hz=RATE_HZ)


def steps(records: list[Record]) -> list[Step]:
    return [r for r in records if isinstance(r, Step)]


def dead(records: list[Record]) -> list[tuple[float, Side | None]]:
    return [(r.value, r.side) for r in records if isinstance(r, Metric) and r.key == KEY]


def zeroed(t_s: Array, values: Array) -> None:
    values[t_s > 10.0, 3:] = 0.0


def bias_only(t_s: Array, values: Array) -> None:
    values[:, 3:] = np.array([0.02, -0.03, 0.01]) + 0.003 * np.random.default_rng(1).normal(size=(len(t_s), 3))


def frozen(t_s: Array, values: Array) -> None:
    values[t_s > 10.0, 3:] = values[np.searchsorted(t_s, 10.0), 3:]


def one_axis(t_s: Array, values: Array) -> None:
    values[t_s > 10.0, 4] = 0.0


@pytest.mark.parametrize("change", [zeroed, bias_only, frozen, one_axis])
def test_a_dead_gyro_at_the_hip_costs_no_steps_and_no_drop_is_reported(made: Made, change: Change) -> None:
    records = play(changed(made, change))
    late = [s for s in steps(records) if s.t_ns > 15 * NS_PER_S]
    assert len(steps(records)) > len(made.contacts_s) - 10
    assert len(late) >= sum(made.contacts_s > 15.0) - 2
    assert {s.drop_excursion_deg for s in late} == {None}
    assert {s.confidence for s in late} == {0.7}
    assert {side for _, side in dead(records)} == {None}


@pytest.mark.parametrize("change", [zeroed, bias_only, frozen])
def test_a_shoe_with_a_dead_gyro_counts_steps_by_its_force(made: Made, change: Change) -> None:
    records = play(changed(made, change, Placement.LEFT_FOOT))
    assert dead(records)[-1] == (3.0, Side.LEFT)
    late = [s for s in steps(records) if s.t_ns > 15 * NS_PER_S]
    assert len(late) >= sum(made.contacts_s[made.left] > 15.0) - 2
    assert {s.confidence for s in late} == {0.6}


@pytest.mark.parametrize("axis", [0, 1])
def test_a_dead_accelerometer_axis_at_the_hip_costs_no_steps_and_no_drop_is_reported(made: Made, axis: int) -> None:
    def dies(t_s: Array, values: Array) -> None:
        values[t_s > 10.0, axis] = 2.0

    records = play(changed(made, dies))
    late = [s for s in steps(records) if s.t_ns > 15 * NS_PER_S]
    assert dead(records)[-1] == (1.0, None)
    assert len(late) >= sum(made.contacts_s > 15.0) - 2
    assert {s.drop_excursion_deg for s in late} == {None}


@pytest.mark.parametrize("placement", [Placement.SACRUM, Placement.LEFT_FOOT])
def test_a_gyro_that_is_alive_again_is_used_again(made: Made, placement: Placement) -> None:
    def away(t_s: Array, values: Array) -> None:
        values[(t_s > 8.0) & (t_s < 13.0), 3:] = 0.0

    records = play(changed(made, away, placement))
    late = [s for s in steps(records) if s.t_ns > 19 * NS_PER_S]
    assert len(late) > 3
    assert {s.confidence for s in late} == {0.9 if placement is Placement.SACRUM else 0.95}
    assert dead(records)[-1][0] == 0.0
    assert sum(value == 0.0 for value, _ in dead(records)) == 1


@pytest.mark.parametrize("step", [0.0, 0.6, 1.2], ids=["fine", "8 bit at 8 g", "8 bit at 16 g"])
@pytest.mark.parametrize("placement", [Placement.SACRUM, Placement.LEFT_FOOT])
def test_standing_still_or_lying_on_a_table_is_no_dead_axis(placement: Placement, step: float) -> None:
    rng = np.random.default_rng(4)
    t_ns = np.arange(3000, dtype=np.int64) * 9_615_385
    values = rng.normal(size=(3000, 6)) * [0.05, 0.05, 0.05, 0.003, 0.003, 0.003]
    values[:, 2] += GRAVITY_MPS2
    if step:
        values[:, :3] = step * np.round(values[:, :3] / step)
        values[:, 3:] = 0.27 * np.round(values[:, 3:] / 0.27)
    blocks = [
        SampleBlock("s", placement, IMU6, t_ns[k : k + 10], values[k : k + 10], RATE_HZ) for k in range(0, 3000, 10)
    ]
    assert dead(play(blocks)) == []


def test_a_coarse_sensor_is_not_dead(made: Made) -> None:
    def coarse(_t_s: Array, values: Array) -> None:
        values[:, :3] = 0.6 * np.round(values[:, :3] / 0.6)
        values[:, 3:] = 0.27 * np.round(values[:, 3:] / 0.27)

    assert dead(play(changed(made, coarse))) == []


@pytest.mark.parametrize("sizes", [[1], [3, 17, 1, 64], [211]])
def test_death_and_revival_do_not_depend_on_how_the_samples_are_cut(made: Made, sizes: list[int]) -> None:
    def away(t_s: Array, values: Array) -> None:
        values[(t_s > 8.0) & (t_s < 13.0), 3:] = values[900, 3:]

    for placement in (Placement.SACRUM, Placement.LEFT_FOOT):
        blocks = changed(made, away, placement, size=len(made.t_s))
        records = play_restored([c for b in blocks for c in cut(b, sizes)], PipelineParams(signals=True))
        assert records == play(blocks)
