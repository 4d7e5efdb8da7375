"""Bends: obliquity stays correct in bends, and nothing changes on straights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from drivers.virtual.imu_errors import ImuErrors
from drivers.virtual.runner import RunnerParams
from dsp.metrics.speed_source import Source
from dsp.orientation.bend import LATE_S, Pace
from dsp.packed import Array
from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Attitude, Metric, Record, Step
from dsp.runner.exposure import USUAL_MPS
from dsp.signals import NS_PER_S, Placement, SampleBlock
from tests.dsp.reloaded import reloaded
from tests.dsp.test_stream_contract import cut, play
from tests.dsp.track import STRAIGHT, Track, TrackRun
from tests.dsp.virtual import in_order

HIP, SHOES = [Placement.SACRUM], [Placement.LEFT_FOOT, Placement.RIGHT_FOOT]
POD, BELT = Placement.FOOT, Placement.TREADMILL
EASY = RunnerParams(seed=3, standing_s=4.0, tires_from_s=1e6, treadmill=False, speed_mps=3.5, cadence_spm=176.0)
OUTDOORS = Track(straight_m=40.0)
INDOORS = Track(17.2, 40.0)
UNTIL_S = 42.0
SETTLED_S = 20.0


def obliquity_error_deg(run: TrackRun, blocks: list[SampleBlock]) -> tuple[Array, Array]:
    """Return obliquity found minus true, mean of two strides: times after settling, errors."""
    found = [(r.t_ns / NS_PER_S, r.obliquity_deg) for r in play(blocks) if isinstance(r, Attitude)]
    t_s, deg = np.array([(t, d) for t, d in found if d is not None]).T
    width = round(1.4 * run.rate_hz)
    slow = np.convolve(deg - run.obliquity_deg(t_s), np.ones(width) / width, "same")
    inside = (t_s > SETTLED_S) & (t_s < t_s[-1] - 1.4)
    return t_s[inside], slow[inside]


def worst_error_deg(run: TrackRun, blocks: list[SampleBlock]) -> float:
    return float(np.abs(obliquity_error_deg(run, blocks)[1]).max())


@pytest.mark.parametrize(
    ("track", "rate_hz"),
    [
        (OUTDOORS, 104.0),
        (replace(OUTDOORS, left=False, lean=0.0), 208.0),
        (INDOORS, 52.0),
        (replace(INDOORS, left=False, lean=0.5), 416.0),
    ],
    ids=["400 m left", "400 m right, pelvis level", "200 m left", "200 m right, pelvis half"],
)
def test_a_bend_does_not_tilt_the_pelvis(track: Track, rate_hz: float) -> None:
    run = TrackRun(EASY, track, UNTIL_S, rate_hz)
    motion = run.motion_blocks(HIP)
    off = worst_error_deg(run, in_order(motion + run.speed_blocks(BELT)))
    assert off > 0.75 * np.abs(run.lean_deg(run.t_s)).max()
    assert worst_error_deg(run, in_order(motion + run.speed_blocks(POD))) < 0.5
    assert worst_error_deg(run, motion) < 0.55 * off  # at the assumed speed, 2.7 m/s


def test_shoes_alone_measure_the_speed_well_enough() -> None:
    run = TrackRun(EASY, INDOORS, 40.0)
    assert worst_error_deg(run, run.motion_blocks(HIP + SHOES)) < 0.5


@pytest.mark.parametrize("bias_dps", [3.0, -3.0])
def test_a_gyroscope_bias_measured_in_standing_turns_no_straight_into_a_bend(bias_dps: float) -> None:
    run = TrackRun(EASY, STRAIGHT, 40.0, yaw_bias_dps=bias_dps)
    motion = run.motion_blocks(HIP)
    _, off = obliquity_error_deg(run, in_order(motion + run.speed_blocks(BELT)))
    _, on = obliquity_error_deg(run, in_order(motion + run.speed_blocks(POD)))
    assert np.abs(on - off).max() < 0.1
    assert np.abs(on).max() < 0.3


def test_a_treadmill_has_no_bends() -> None:
    run = TrackRun(EASY, STRAIGHT, 35.0, spin_dps=5.0)
    motion, belt = run.motion_blocks(HIP), run.speed_blocks(BELT)
    pod = [replace(block, source="pod") for block in run.speed_blocks(POD)]
    assert worst_error_deg(run, in_order(motion + belt)) < 0.4
    assert worst_error_deg(run, in_order(motion + belt + pod)) < 0.4
    assert worst_error_deg(run, in_order(motion + pod)) > 1.0


def test_without_standing_a_gyroscope_detects_no_bend() -> None:
    run = TrackRun(EASY, OUTDOORS, 35.0, yaw_bias_dps=3.0)
    motion = run.motion_blocks(HIP, from_s=7.0)
    with_pod, with_belt = (
        [r for r in play(in_order(motion + run.speed_blocks(place))) if isinstance(r, Attitude | Step)]
        for place in (POD, BELT)
    )
    assert any(isinstance(r, Attitude) and r.obliquity_deg is not None for r in with_pod)
    assert with_pod == with_belt


def speed_metrics(mps: float, source: Source = Source.POD) -> list[Metric]:
    return [Metric(0, "speed_mps", mps, None, 1.0), Metric(0, "speed_source", float(source), None, 1.0)]


def test_a_speed_takes_effect_late_and_the_usual_one_fills_in() -> None:
    pace = Pace()
    pace.update(10.0, speed_metrics(3.0))
    pace.update(11.0, speed_metrics(4.0, Source.TREADMILL))
    pace.update(12.0, speed_metrics(50.0))
    pace.update(13.0, [])
    heard = [pace.at(t + LATE_S) for t in (9.9, 10.0, 10.9, 11.5, 12.0, 13.0)]
    assert heard == [USUAL_MPS, 3.0, 3.0, 0.0, 8.0, USUAL_MPS]
    assert Pace(3.6).at(0.0) == 3.6


@pytest.fixture(scope="module")
def round_the_block() -> tuple[list[SampleBlock], list[Record]]:
    """Return the blocks of hip, shoes and, for a while, a pod on a course full of bends; and the records."""
    run = TrackRun(replace(EASY, errors=ImuErrors()), Track(10.0, 12.0, np.pi / 2, 2.0), 32.0)
    pod = [b for b in run.speed_blocks(POD, 1.1) if 15.0 < b.t_ns[0] / NS_PER_S < 21.0]
    blocks = run.motion_blocks(HIP + SHOES) + pod
    return blocks, play(in_order(blocks))


def test_the_source_of_the_speed_changes_the_angles(round_the_block: tuple[list[SampleBlock], list[Record]]) -> None:
    blocks, reference = round_the_block
    assert {r.value for r in reference if isinstance(r, Metric) and r.key == "speed_source"} == {1.0, 2.0}
    without = play(in_order([b for b in blocks if b.source != "speed"]))
    attitudes, others = ([r for r in records if isinstance(r, Attitude)] for records in (reference, without))
    assert attitudes != others
    assert [r for r in attitudes if r.t_ns < 18 * NS_PER_S] == [r for r in others if r.t_ns < 18 * NS_PER_S]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_neither_packet_order_nor_block_size_changes_a_bend(
    round_the_block: tuple[list[SampleBlock], list[Record]], seed: int
) -> None:
    blocks, reference = round_the_block
    rng = np.random.default_rng(seed)
    lag = {source: float(rng.uniform(0.0, 0.45)) for source in sorted({b.source for b in blocks})}
    if seed == 3:
        lag = dict.fromkeys(lag, 0.45) | {"sacrum": 0.0}  # the hip always arrives first
    pieces = [piece for b in blocks for piece in cut(b, [int(rng.integers(0, 10)), 10]) if len(piece.t_ns)]
    assert play(sorted(pieces, key=lambda b: b.t_ns[-1] / NS_PER_S + lag[b.source])) == reference


def test_blocks_of_two_seconds_change_no_bend(
    round_the_block: tuple[list[SampleBlock], list[Record]],
) -> None:
    blocks, reference = round_the_block
    long = [b for b in blocks if b.source == "speed"]
    for placement in HIP + SHOES:
        parts = [b for b in blocks if b.placement is placement]
        t_ns, rows = np.concatenate([b.t_ns for b in parts]), np.vstack([b.values for b in parts])
        long += cut(replace(parts[0], t_ns=t_ns, rows=rows), [208])
    assert play(sorted(long, key=lambda b: int(b.t_ns[0]))) == reference


def test_saving_and_restoring_in_a_bend_changes_nothing(
    round_the_block: tuple[list[SampleBlock], list[Record]],
) -> None:
    blocks, reference = round_the_block
    pipeline, records = Pipeline(PipelineParams(signals=True)), []
    for k, block in enumerate(in_order(blocks)):
        records += pipeline.update(block)
        if k % 97 == 0:
            saved = reloaded(pipeline.state())
            pipeline = Pipeline(PipelineParams(signals=True))
            pipeline.restore(saved)
    assert records + pipeline.finish() == reference
