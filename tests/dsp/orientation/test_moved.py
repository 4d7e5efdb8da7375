"""A sensor that slides or turns in mid-run is detected and recalibrated; one that sits still is never reported."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.score_recordings import corrupted
from dsp.guidance import GuidanceParams
from dsp.metrics.sensor_moved import KEY
from dsp.orientation.mount import Mount
from dsp.orientation.moved import MovedSensor
from dsp.packed import Array
from dsp.pipeline import PipelineParams
from dsp.records import Metric, Record, Step, Threshold
from dsp.runner.history import PastRun
from dsp.signals import NS_PER_S, Placement, Vector
from tests.dsp.synthetic import Made, blocks_of, make
from tests.dsp.virtual import play
from tests.recorded import blocks, folders, load, requires_data

TURNED_AT_S = 15.0


def turn(axis: Vector, deg: float) -> Array:
    x, y, z = np.array(axis) / np.linalg.norm(axis)
    a = math.radians(deg)
    k: Array = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + math.sin(a) * k + (1 - math.cos(a)) * k @ k


def with_turn(made: Made, rotation: Array, at_s: float = TURNED_AT_S) -> Made:
    sacrum = made.sensors[Placement.SACRUM].copy()
    late = made.t_s >= at_s
    sacrum[late] = np.concatenate([sacrum[late, :3] @ rotation.T, sacrum[late, 3:] @ rotation.T], 1)
    return replace(made, sensors={**made.sensors, Placement.SACRUM: sacrum})


def notices(records: list[Record]) -> list[float]:
    return [r.t_ns / NS_PER_S for r in records if isinstance(r, Metric) and r.key == KEY]


@pytest.mark.parametrize("deg", [15.0, 30.0, 60.0])
@pytest.mark.parametrize("axis", [(1, 0, 0), (0, 1, 0), (1, -1, 0.2)])
def test_a_tilted_sensor_is_detected_and_recalibrated(axis: Vector, deg: float) -> None:
    made = with_turn(make(seconds=45.0, noise=0.01), turn(axis, deg))
    records = play(blocks_of(made, [Placement.SACRUM], 10))
    seen = notices(records)
    assert seen
    assert TURNED_AT_S < seen[0] <= TURNED_AT_S + 6.0
    steps = [r for r in records if isinstance(r, Step)]
    at = int(seen[0] * NS_PER_S)
    unsure = [s for s in steps if at < s.t_ns < at + 2 * NS_PER_S]
    assert all(s.drop_excursion_deg is None and s.drop_peak_deg is None for s in unsure)
    after = [s for s in steps if s.t_ns > at + 12 * NS_PER_S]
    assert len(after) > 30
    assert after[0].confidence > 0.8
    assert all(s.drop_peak_deg is None for s in after)
    before = [s for s in steps if 8.0 < s.t_ns / NS_PER_S < TURNED_AT_S - 1.0]
    for side in ("left", "right"):
        was, now = (
            np.median([s.drop_excursion_deg for s in part if s.side == side and s.drop_excursion_deg is not None])
            for part in (before, after)
        )
        assert now == pytest.approx(was, abs=0.4)


def test_confidence_is_low_until_recalibrated() -> None:
    made = with_turn(make(seconds=30.0), turn((1, 0, 0), 40.0))
    records = play(blocks_of(made, [Placement.SACRUM], 10))
    at = int(notices(records)[0] * NS_PER_S)
    unsure = [r.confidence for r in records if isinstance(r, Step) and at + NS_PER_S < r.t_ns < at + 5 * NS_PER_S]
    assert unsure
    assert max(unsure) < 0.5


def test_a_sensor_that_slides_round_the_belt_is_detected() -> None:
    made = with_turn(make(seconds=60.0), turn((0, 0, 1), 45.0))
    seen = notices(play(blocks_of(made, [Placement.SACRUM], 10)))
    assert seen
    assert seen[0] <= TURNED_AT_S + 12.0


def test_a_configured_mount_is_discarded_after_a_move() -> None:
    made = with_turn(make(seconds=45.0), turn((1, 0, 0), 40.0))
    params = PipelineParams(mounts={Placement.SACRUM: Mount.from_axes("+x+y+z")})
    records = play(blocks_of(made, [Placement.SACRUM], 10), params)
    assert notices(records)
    late = [r for r in records if isinstance(r, Step) and r.t_ns > 35 * NS_PER_S]
    wrong = [r for r in late if r.drop_excursion_deg is None or not 2.0 < r.drop_excursion_deg < 7.0]
    assert late
    assert not wrong


def test_no_drift_is_reported_while_the_drop_is_unknown() -> None:
    past = tuple(PastRun(4.0, 3.6, 168.0) for _ in range(3))
    made = with_turn(make(seconds=45.0), turn((1, 0, 0), 60.0))
    records = play(blocks_of(made, [Placement.SACRUM], 10), PipelineParams(guidance=GuidanceParams(history=past)))
    assert notices(records)
    assert not [r for r in records if isinstance(r, Threshold)]


@pytest.mark.parametrize("size", [1, 7, 40])
def test_block_size_does_not_matter(size: int) -> None:
    made = with_turn(make(seconds=24.0), turn((1, 0, 0), 40.0))
    usual = play(blocks_of(made, [Placement.SACRUM], 10))
    assert play(blocks_of(made, [Placement.SACRUM], size)) == usual


def test_a_sensor_that_stays_is_not_reported() -> None:
    assert not notices(play(blocks_of(make(seconds=60.0, noise=0.01), [Placement.SACRUM], 10)))


def test_standing_upright_is_not_a_move() -> None:
    moved = MovedSensor()
    for k in range(60):
        swing = 15.0 * np.sin(np.arange(50))
        running = [list(swing * 0.1), list(swing * 0.1), list(9.8 + swing)]
        standing = [[9.8] * 50, [0.0] * 50, [0.0] * 50]
        assert not moved.check(standing if 20 <= k < 40 else running)


def each_recorded_pelvis_sensor() -> pytest.MarkDecorator:
    worn = ("sacrum", "lumbar", "waist", "left_hip")
    found = [(f, s) for f in folders() for s in worn if any(n in str(f) for n in NAMES[s])]
    ids = [f"{folder.name}/{sensor}" for folder, sensor in found]
    return pytest.mark.parametrize(("folder", "sensor"), found or [(None, "")], ids=ids or ["no data"])


NAMES = {
    "sacrum": ("virtual_imu", "alcantara"),
    "lumbar": ("ipol", "mobilised"),
    "waist": ("sisfall",),
    "left_hip": ("adept",),
}


@requires_data
@each_recorded_pelvis_sensor()
def test_no_recorded_run_reports_a_moved_sensor(folder: Path, sensor: str) -> None:
    rec = load(folder)
    assert not notices(play(blocks(rec.columns, [sensor])))
    if "virtual" in str(folder):
        assert not notices(play(blocks(corrupted(rec, 5, 104.0), [sensor])))
