"""A small turn about the vertical is detected where the sensor sits well, and never where there was none."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.harder_runs.runners import FORCE, RATE, for_long, hip_only, of, put
from benchmarks.score_recordings import corrupted
from dsp.metrics.drop_excursion_difference_deg import KEY as DIFFERENCE
from dsp.orientation.mount import Mount
from dsp.orientation.turned import HalfTurn, TurnedSensor
from dsp.orientation.unevenness import Unevenness
from dsp.packed import Array
from dsp.pipeline import PipelineParams
from dsp.records import Cue, Metric, Record, Side, Step
from dsp.signals import NS_PER_S, Placement, Vector
from tests.dsp.orientation.test_moved import notices, turn, with_turn
from tests.dsp.synthetic import blocks_of, make
from tests.dsp.virtual import play
from tests.recorded import blocks, folders, load, requires_data

UP: Vector = (0.0, 0.0, 1.0)


def left(deg: float) -> Vector:
    return -math.sin(math.radians(deg)), math.cos(math.radians(deg)), 0.0


def detection(scatter_deg: float, turn_deg: float, allowed_deg: float = 0.0, after: int = 150) -> tuple[int, int, int]:
    """Return the planes doubted before the turn, the planes from it until doubt, and until certainty; -1: never."""
    rng, sensor = np.random.default_rng(5), TurnedSensor()
    before, doubted, sure = 0, -1, -1
    smooth = 0.0
    for k in range(200 + after):
        smooth += 0.25 * (float(rng.normal(0.0, scatter_deg * math.sqrt(7.0))) - smooth)
        found = left(smooth + (turn_deg if k >= 200 else 0.0))
        has_turned = sensor.plane(left(0.0), found, UP, math.radians(allowed_deg))
        if k < 200:
            before += sensor.doubted
            assert not has_turned
        elif has_turned and sure < 0:
            sure = k - 200
        elif sensor.doubted and doubted < 0:
            doubted = k - 200
    return before, doubted, sure


@pytest.mark.parametrize("deg", [9.0, -12.0, 20.0, 60.0, 85.0])
def test_a_turn_is_doubted_first_and_then_sure(deg: float) -> None:
    before, doubted, sure = detection(1.0, deg)
    assert before == 0
    assert 0 <= doubted <= 6
    assert doubted < sure <= 30


@pytest.mark.parametrize("scatter_deg", [0.4, 1.3])
def test_a_turn_of_the_plane_due_to_pace_is_never_sure(scatter_deg: float) -> None:
    assert detection(scatter_deg, 3.3, after=1000)[2] == -1


def test_with_a_flapping_buckle_only_a_larger_turn_is_detected() -> None:
    assert detection(5.0, 9.0)[2] == -1
    assert detection(5.0, 60.0)[2] > 0


def test_a_turn_that_the_runner_may_have_caused_is_not_reported() -> None:
    assert detection(1.0, 7.0, allowed_deg=6.0)[1:] == (-1, -1)


def test_early_in_a_run_only_a_large_turn_is_sure() -> None:
    for deg, is_sure in ((12.0, False), (40.0, True)):
        sensor = TurnedSensor()
        turns = [sensor.plane(left(0.0), left(deg if k >= 20 else 0.0), UP) for k in range(40)]
        assert any(turns) is is_sure


def test_a_plane_has_no_sign() -> None:
    sensor = TurnedSensor()
    for k in range(60):
        x, y, z = left(1.0)
        assert not sensor.plane(left(0.0), (x, y, z) if k % 2 else (-x, -y, -z), UP)
        assert not sensor.suspected


SIGNS = [0.4, 0.0, 0.0, 0.0, 0.3, 0.0]
"""Of a sensor whose x axis points forward and y left."""


def half_turn(strides: list[float], run: list[float] = SIGNS) -> tuple[list[bool], list[bool]]:
    """Return for each stride, given as the cosine of its turn, whether the heading is doubted and the turn is sure."""
    sensor, doubted, sure = HalfTurn(), [], []
    for cosine in strides:
        sure.append(sensor.stride(run, [cosine * x for x in run]))
        doubted.append(sensor.doubted)
    return doubted, sure


def test_half_a_turn_is_doubted_at_the_second_stride_and_sure_at_the_sixth() -> None:
    doubted, sure = half_turn([1.0] * 20 + [-1.0] * 6)
    assert doubted == [False] * 21 + [True] * 5
    assert sure == [False] * 25 + [True]


@pytest.mark.parametrize("strides", [[-1.0, 0.9] * 30, [-1.0] * 5 + [0.1] + [-1.0] * 5, [-0.4] * 60])
def test_strides_that_oppose_the_run_now_and_then_or_by_less_are_no_turn(strides: list[float]) -> None:
    assert not any(half_turn([1.0] * 20 + strides)[1])


def test_signs_too_weak_to_be_compared_are_no_turn() -> None:
    assert not any(half_turn([1.0] * 20 + [-1.0] * 60, [0.1 * x for x in SIGNS])[1])


def test_one_opposed_stride_has_every_stride_checked() -> None:
    sensor, opposed = HalfTurn(), [-x for x in SIGNS]
    sensor.stride(SIGNS, SIGNS)
    suspected = [sensor.suspected]
    sensor.stride(SIGNS, opposed)
    suspected.append(sensor.suspected)
    sensor.reset()
    assert [*suspected, sensor.suspected] == [False, True, False]


def test_the_run_is_compared_as_it_was_before_the_opposed_strides() -> None:
    sensor = HalfTurn()
    sensor.stride(SIGNS, SIGNS)
    # A mean over so few strides that the opposed ones have reversed it at the fourth.
    runs = [[share * x for x in SIGNS] for share in (0.6, 0.3, 0.1, -0.1, -0.2, -0.3)]
    assert [sensor.stride(run, [-x for x in SIGNS]) for run in runs] == [False] * 5 + [True]


def wrong_sides(records: list[Record], contacts_s: Array, is_left: list[bool], at_s: float) -> int:
    """Return how many steps are named after the other leg before a turn at `at_s` and once it is reported."""
    noticed_s = notices(records)[0]
    outside = [s for s in records if isinstance(s, Step) and not at_s - 1.0 < s.t_ns / NS_PER_S < noticed_s]
    named = [s for s in outside if s.side is not None]
    true = [is_left[int(np.argmin(np.abs(contacts_s - s.t_ns / NS_PER_S)))] for s in named]
    assert len(named) > 60
    return sum((s.side is Side.LEFT) is not left for s, left in zip(named, true, strict=True))


@pytest.mark.parametrize(("deg", "at_s"), [(180.0, 14.0), (180.0, 40.0), (-160.0, 40.0)])
def test_half_a_turn_is_reported_and_no_side_is_wrong_from_then_on(deg: float, at_s: float) -> None:
    made = with_turn(make(seconds=75.0, rate_hz=100.0, noise=0.01), turn(UP, deg), at_s)
    records = play(blocks_of(made, [Placement.SACRUM], 10))
    seen = notices(records)
    assert at_s < seen[0] < at_s + 12.0
    assert wrong_sides(records, made.contacts_s, made.left.tolist(), at_s) == 0


@requires_data
@pytest.mark.parametrize("name", ["welk002", "20140515T133244", "20160226T120637", "sub041_run_3.5mps"])
def test_half_a_turn_on_a_recorded_runner_is_reported_and_no_side_is_wrong_from_then_on(name: str) -> None:
    at_s, run = 40.0, hip_only(load(next(folder for folder in folders() if folder.name == name)))
    run = for_long(run, 75.0)
    columns = dict(run.columns)
    late = columns["t_s"] > at_s
    for names in (FORCE, RATE):
        values = of(columns, names)
        values[late] = values[late] @ turn(UP, 180.0).T
        put(columns, names, values)
    records = play(blocks(corrupted(replace(run, columns=columns), 2, 104.0), ["sacrum"]))
    assert at_s < notices(records)[0] < at_s + 12.0
    contacts_s = np.array([float(step["ic_s"]) for step in run.steps])
    assert wrong_sides(records, contacts_s, [step["foot"] == "L" for step in run.steps], at_s) == 0


def add_strides(uneven: Unevenness, k: float, count: int) -> None:
    for n in range(count):
        uneven.stride((0.7 * n, 0.7 * n + 0.35 * (1.0 + k), 0.7 * n + 0.7))


def test_symmetric_steps_leave_full_heading_quality() -> None:
    uneven = Unevenness()
    add_strides(uneven, 0.0, 50)
    assert uneven.quality == pytest.approx(1.0)
    assert uneven.allowed_rad == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(("k", "quality"), [(0.01, 1.0), (0.1, 0.774), (1.0 / 6.0, 0.53)])
def test_heading_quality_falls_with_unevenness(k: float, quality: float) -> None:
    for signed in (k, -k):
        uneven = Unevenness()
        add_strides(uneven, signed, 50)
        assert uneven.quality == pytest.approx(quality, abs=0.01)
        assert uneven.allowed_rad == pytest.approx(0.0, abs=1e-6)
        uneven.reset()
        add_strides(uneven, -signed, 50)
        assert uneven.quality == pytest.approx(quality, abs=0.01)


def test_a_new_limp_may_turn_the_plane_until_it_is_usual() -> None:
    uneven = Unevenness()
    add_strides(uneven, 0.0, 90)
    add_strides(uneven, 0.2, 20)
    assert math.radians(3.5) < uneven.allowed_rad < math.radians(5.6)
    add_strides(uneven, 0.2, 500)
    assert uneven.allowed_rad < math.radians(0.1)


def test_steps_of_a_doubted_sensor_have_too_little_confidence_for_detectors() -> None:
    made = with_turn(make(seconds=250.0, rate_hz=100.0, noise=0.01), turn(UP, 12.0), at_s=220.0)
    records = play(blocks_of(made, [Placement.SACRUM], 10))
    seen = notices(records)
    assert seen
    assert 220.0 < seen[0] < 245.0
    steps = [r for r in records if isinstance(r, Step)]
    assert min(s.confidence for s in steps if 20.0 < s.t_ns / NS_PER_S < 220.0) > 0.8
    assert max(s.confidence for s in steps if -4.0 < s.t_ns / NS_PER_S - seen[0] < -1.0) < 0.5


def test_a_configured_mount_is_monitored_too() -> None:
    made = with_turn(make(seconds=150.0, rate_hz=100.0, noise=0.01), turn(UP, 35.0), at_s=110.0)
    params = PipelineParams(mounts={Placement.SACRUM: Mount.from_axes("+x+y+z")})
    assert notices(play(blocks_of(made, [Placement.SACRUM], 10), params))


def median_difference(records: list[Record], from_s: float, to_s: float) -> float:
    return float(
        np.median(
            [
                r.value
                for r in records
                if isinstance(r, Metric) and r.key == DIFFERENCE and from_s < r.t_ns / NS_PER_S < to_s
            ]
        )
    )


@requires_data
@pytest.mark.parametrize(("name", "deg"), [("sub041_run_3.5mps", 12.0), ("20140515T133244", -12.0)])
def test_a_turn_of_twelve_degrees_on_a_recorded_runner_is_reported_and_corrected(name: str, deg: float) -> None:
    run = for_long(hip_only(load(next(folder for folder in folders() if folder.name == name))), 300.0)
    columns = dict(run.columns)
    late = columns["t_s"] > 220.0
    for names in (FORCE, RATE):
        values = of(columns, names)
        values[late] = values[late] @ turn(UP, deg).T
        put(columns, names, values)
    records = play(blocks(corrupted(replace(run, columns=columns), 2, 104.0), ["sacrum"]))
    seen = notices(records)
    assert 220.0 < seen[0] < 250.0
    assert [r.rule for r in records if isinstance(r, Cue)] == ["sensor_moved"]
    was, now = median_difference(records, 60.0, 220.0), median_difference(records, 265.0, 300.0)
    assert now == pytest.approx(was, abs=0.4)
