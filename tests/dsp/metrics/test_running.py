"""`running` neither flickers nor ends while the runner runs, whatever the sensors, and ends soon after they stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from drivers.virtual.runner import RunnerParams, VirtualRunner
from dsp.metrics.recent import STALE_NS
from dsp.metrics.running import Stage
from dsp.pipeline import Pipeline
from dsp.records import Metric, Record, Side, Step
from dsp.signals import NS_PER_S, Placement, Quantity, SampleBlock
from tests.dsp.virtual import play, worn_by

LEFT, RIGHT = Placement.LEFT_FOOT, Placement.RIGHT_FOOT
SETTLED_S = 13.0
UNTIL_S = 30.0


def reported(records: list[Record], from_s: float = SETTLED_S) -> list[float]:
    return [r.value for r in records if isinstance(r, Metric) and r.key == "running" and r.t_ns >= from_s * NS_PER_S]


def ran(cadence_spm: float, worn: list[Placement]) -> list[SampleBlock]:
    params = RunnerParams(seed=4, tires_from_s=900.0, cadence_spm=cadence_spm, speed_mps=2.5)
    return worn_by(VirtualRunner(params), worn, UNTIL_S)


def without(blocks: list[SampleBlock], lost: Callable[[SampleBlock, float], bool]) -> list[SampleBlock]:
    """Return the blocks without the samples that are `lost`, by block and time in s."""
    out = []
    for b in blocks:
        kept = [i for i, t in enumerate(b.t_ns.tolist()) if not lost(b, t / NS_PER_S)]
        out += [replace(b, t_ns=b.t_ns[kept], rows=b.values[kept])] if kept else []
    return out


@pytest.mark.parametrize("cadence_spm", [136.0, 148.0, 160.0, 172.0])
@pytest.mark.parametrize("worn", [[LEFT], [LEFT, RIGHT]])
def test_a_runner_with_shoes_runs_at_any_cadence(cadence_spm: float, worn: list[Placement]) -> None:
    values = reported(play(ran(cadence_spm, worn)))
    assert values == [1.0] * len(values)
    assert len(values) > 15


@pytest.mark.parametrize("cadence_spm", [148.0, 172.0])
def test_a_shoe_that_dies_or_loses_a_contact_does_not_end_running(cadence_spm: float) -> None:
    blocks = ran(cadence_spm, [LEFT, RIGHT])
    dies = reported(play(without(blocks, lambda b, t: b.placement is LEFT and t > 15.0)))
    assert dies == [1.0] * len(dies)
    gap = reported(play(without(blocks, lambda b, t: b.placement is LEFT and 15.0 < t < 15.8)))
    assert gap.count(0.0) <= 1


def test_running_can_start_again_with_one_dead_shoe() -> None:
    blocks = without(ran(165.0, [LEFT, RIGHT]), lambda b, t: 15.0 < t < 19.0 or (b.placement is LEFT and t > 15.0))
    values = reported(play(blocks), 26.0)
    assert values == [1.0] * len(values) != []


def step(at_s: float, contact_ms: float | None = 250.0, side: Side = Side.LEFT) -> Step:
    place = LEFT if side is Side.LEFT else RIGHT
    return Step(round(at_s * NS_PER_S), None, None, contact_ms, None, side, None, None, place, None, 0.95)


@pytest.mark.parametrize(("stride_s", "held_s"), [(0.66, 1.61), (0.86, 2.01)])
def test_running_ends_two_strides_after_the_last_step_of_a_shoe(stride_s: float, held_s: float) -> None:
    stage = Stage()
    for k in range(8):
        stage.step(step(10.0 + stride_s * k))
    last_ns = round((10.0 + stride_s * 7) * NS_PER_S)
    assert stage.report(last_ns + round((held_s - 0.02) * NS_PER_S))[0].value == 1.0
    assert stage.report(last_ns + round((held_s + 0.02) * NS_PER_S))[0].value == 0.0


@pytest.mark.parametrize(("stride_s", "contact_ms"), [(1.1, 700.0), (1.4, 850.0), (1.6, 1000.0), (1.2, None)])
def test_running_ends_when_the_runner_walks_on(stride_s: float, contact_ms: float | None) -> None:
    """Half of a walker's stride is as long as a runner's: the stance distinguishes them."""
    stage = Stage()
    for k in range(8):
        stage.step(step(10.0 + 0.7 * k))
    walks_s = 10.0 + 0.7 * 7
    for k in range(1, 6):
        stage.step(step(walks_s + stride_s * k, contact_ms))
    assert stage.report(round((walks_s + 3.0) * NS_PER_S))[0].value == 0.0


def test_a_heel_that_bounces_beside_a_standing_foot_does_not_run() -> None:
    stage = Stage()
    stage.step(step(9.8, 900.0, Side.RIGHT))
    for k in range(4):
        stage.step(step(10.0 + 0.6 * k))
        assert stage.report(round((10.6 + 0.6 * k) * NS_PER_S))[0].value == 0.0


@pytest.mark.parametrize("phase", np.arange(0.0, 1.0, 0.1))
@pytest.mark.parametrize("period_s", [0.5, 1.0, 1.05, 2.0])
def test_a_pod_alone_reports_running_every_second(phase: float, period_s: float) -> None:
    pipeline, records, last_ns = Pipeline(), [], 0
    for k in range(30):
        last_ns = round((10.0 + phase + k * period_s) * NS_PER_S)
        layout = (Quantity.SPEED_MPS, Quantity.CADENCE_SPM)
        t_ns = np.array([last_ns], dtype=np.int64)
        records += pipeline.update(SampleBlock("pod", Placement.FOOT, layout, t_ns, np.array([[2.8, 170.0]])))
    values = reported(records, 16.0)
    assert values == [1.0] * len(values) != []


def test_a_pod_that_falls_silent_or_reports_walking_ends_it() -> None:
    stage = Stage()
    stage.reading(Metric(0, "cadence_spm", 170.0, None, 0.8))
    assert [stage.report(t)[0].value for t in (STALE_NS - 1, STALE_NS)] == [1.0, 0.0]
    stage.reading(Metric(STALE_NS, "cadence_spm", 170.0, None, 0.8))
    stage.reading(Metric(STALE_NS + NS_PER_S, "cadence_spm", 108.0, None, 0.8))
    assert stage.report(STALE_NS + NS_PER_S)[0].value == 0.0
