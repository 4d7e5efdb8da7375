"""Slope from shoes, and a shoe's speed, whose scale factor is learned alongside a treadmill or a pod."""

from __future__ import annotations

import pytest

from benchmarks.score_recordings import run
from drivers.virtual.runner import RunnerParams, VirtualRunner
from dsp.metrics import slope_pct, speed_mps
from dsp.metrics.speed_source import FOOT_SPEED, Source
from dsp.records import Metric, Record, Side
from dsp.signals import NS_PER_S, Placement
from tests.dsp.virtual import play, worn_by
from tests.recorded import folders, load, requires_data

FEET = [Placement.LEFT_FOOT, Placement.RIGHT_FOOT]
LACES = ("sub032_run_2.5mps", "sub041_run_2.5mps", "sub041_run_3.5mps", "sub041_run_4.5mps")


def slopes(records: list[Record]) -> list[Metric]:
    return [r for r in records if isinstance(r, Metric) and r.key == "slope_pct"]


@pytest.mark.parametrize("incline_pct", [-8.0, 0.0, 6.0])
def test_shoes_measure_the_slope_of_a_virtual_hill(incline_pct: float) -> None:
    runner = VirtualRunner(RunnerParams(seed=2, incline_pct=incline_pct))
    values = slopes(play(worn_by(runner, FEET, 28.0)))
    assert values
    assert values[-1].value == pytest.approx(incline_pct, abs=1.5)
    assert all(m.quality <= 0.4 for m in values)


@requires_data
@pytest.mark.parametrize("name", LACES)
def test_a_level_belt_is_level_to_three_quarters_of_a_per_cent(name: str) -> None:
    """Shoes of two people, on the laces; the distance to the ball of the foot was chosen on them, no slope recorded."""
    found = [load(f) for f in folders() if f.name == name]
    values = [m.value for rec in found for m in slopes(run(rec.columns, ["left_foot", "right_foot"]))]
    assert values
    assert max(abs(value) for value in values) <= 0.75


def test_the_treadmills_incline_takes_precedence() -> None:
    stage = slope_pct.Stage()
    for k in range(30):
        stage.reading(Metric(k * NS_PER_S, slope_pct.FOOT_SLOPE, 1.0, Side.LEFT, 0.4))
    assert [m.value for m in stage.report(30 * NS_PER_S)] == [pytest.approx(1.0)]
    stage.reading(Metric(30 * NS_PER_S, "incline_pct", 4.0, None, 1.0))
    assert [m.value for m in stage.report(30 * NS_PER_S)] == [4.0]


def test_strides_that_disagree_give_no_slope() -> None:
    stage = slope_pct.Stage()
    for k in range(40):
        stage.reading(Metric(k * NS_PER_S, slope_pct.FOOT_SLOPE, 5.0 * (-1) ** k, Side.LEFT, 0.4))
    assert stage.report(40 * NS_PER_S) == []


@pytest.mark.parametrize("given", ["treadmill_speed_mps", "speed_mps"])
def test_a_shoe_keeps_its_scale_factor_when_the_better_source_falls_silent(given: str) -> None:
    stage, values = speed_mps.Stage(), []
    for second in range(60):
        t_ns = second * NS_PER_S
        for side, share in ((Side.LEFT, 1.03), (Side.RIGHT, 0.98)):
            stage.reading(Metric(t_ns, FOOT_SPEED, 3.0 * share, side, 0.7))
        if second < 40:
            stage.reading(Metric(t_ns, given, 3.0, None, 1.0))
        values += [metric for metric in stage.report(t_ns) if metric.key == speed_mps.KEY]
    assert values[-1].value == pytest.approx(3.0, rel=0.002)
    assert values[-1].quality == 0.9


def test_a_shoe_alone_is_not_corrected_and_has_lower_quality() -> None:
    stage = speed_mps.Stage()
    stage.reading(Metric(0, FOOT_SPEED, 3.1, Side.LEFT, 0.7))
    speed, source = stage.report(0)
    assert speed.value == pytest.approx(3.1)
    assert speed.quality < 0.7
    assert source.value == Source.FOOT
