"""The step metrics against the virtual runner's truth, and when they have a value."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from drivers.virtual.runner import RunnerParams, VirtualRunner
from dsp.metrics import (
    contact_difference_ms,
    contact_ms,
    drop_excursion_difference_deg,
    duty_factor,
    flight_ms,
    peak_force_bw,
    step_time_cv_pct,
)
from dsp.records import Metric, Record, Side, Step
from dsp.signals import NS_PER_S, Placement, Quantity, SampleBlock
from tests.dsp.virtual import in_order, play, worn_by

SACRUM, LEFT, RIGHT = Placement.SACRUM, Placement.LEFT_FOOT, Placement.RIGHT_FOOT
EASY = RunnerParams(seed=1, tires_from_s=900.0)
FAST = RunnerParams(seed=2, tires_from_s=900.0, speed_mps=4.0, cadence_spm=180.0, strike_deg=0.0)
STEEP = RunnerParams(seed=3, tires_from_s=900.0, speed_mps=2.5, cadence_spm=165.0, strike_deg=25.0, incline_pct=8.0)
Ran = tuple[VirtualRunner, dict[tuple[Placement, ...], list[Record]]]

SETTLED_S = 14.0
UNTIL_S = 28.0


def late(records: list[Record], key: str, from_s: float = SETTLED_S) -> list[Metric]:
    return [r for r in records if isinstance(r, Metric) and r.key == key and r.t_ns > from_s * NS_PER_S]


def mean(records: list[Record], key: str) -> float:
    found = late(records, key)
    assert found, key
    assert all(0.0 <= m.quality <= 1.0 for m in found)
    return float(np.mean([m.value for m in found]))


@pytest.fixture(scope="module", params=[EASY, FAST, STEEP], ids=["easy", "fast", "steep"])
def ran(request: pytest.FixtureRequest) -> Ran:
    runner = VirtualRunner(request.param)
    return runner, {key: play(worn_by(runner, list(key), UNTIL_S)) for key in ((SACRUM,), (LEFT, RIGHT))}


def test_pelvis_ranges_and_oscillation(ran: Ran) -> None:
    runner, records = ran
    t = np.arange(SETTLED_S, UNTIL_S, 0.005)
    motion = runner.motion(SACRUM, t)
    contacts = [s.ic_s for s in runner.truth_steps(SETTLED_S, UNTIL_S)]
    height, tilt = 1e3 * motion.position_m[:, 2], np.rad2deg(motion.angles_rad[:, 1])
    bounce = [np.ptp(height[(t >= a) & (t < b)]) for a, b in pairwise(contacts)]
    tilts = [np.ptp(tilt[(t >= a) & (t < b)]) for a, b in zip(contacts, contacts[2:], strict=False)]
    turned = np.rad2deg(motion.angles_rad[:, 2])
    turns = []
    for a, b in zip(contacts, contacts[2:], strict=False):
        x = turned[(t >= a) & (t < b)]
        turns.append(np.ptp(x - np.linspace(x[0], x[-1], len(x))))
    trunk = records[(SACRUM,)]
    assert mean(trunk, "vertical_oscillation_mm") == pytest.approx(np.mean(bounce), abs=4.0)
    assert mean(trunk, "pelvic_tilt_range_deg") == pytest.approx(np.mean(tilts), abs=0.3)
    assert mean(trunk, "pelvic_rotation_range_deg") == pytest.approx(np.mean(turns), abs=0.5)


def test_speed_and_stride_length_of_the_shoes(ran: Ran) -> None:
    runner, records = ran
    shoes, mps = records[(LEFT, RIGHT)], runner.speed_mps(20.0)
    assert all(m.value == pytest.approx(mps, rel=0.02) for m in late(shoes, "speed_mps"))
    steps = np.diff([s.ic_s for s in runner.truth_steps(SETTLED_S, UNTIL_S)])
    assert mean(shoes, "stride_length_m") == pytest.approx(2.0 * mps * steps.mean(), rel=0.02)
    assert {m.value for m in late(shoes, "speed_source")} == {1.0}
    assert all(m.quality <= 0.3 for m in late(shoes, "foot_strike_angle_deg"))


def test_differences_of_the_legs_duty_and_variability(ran: Ran) -> None:
    runner, records = ran
    true = runner.truth_steps(SETTLED_S, UNTIL_S)
    left = [s for s in true if s.side is Side.LEFT]
    right = [s for s in true if s.side is Side.RIGHT]
    drops = np.mean([s.drop_excursion_deg for s in left]) - np.mean([s.drop_excursion_deg for s in right])
    contacts = 1e3 * (np.mean([s.to_s - s.ic_s for s in left]) - np.mean([s.to_s - s.ic_s for s in right]))
    steps = np.diff([s.ic_s for s in true])
    duty = np.mean([s.to_s - s.ic_s for s in true]) / (2.0 * steps.mean())
    cv = 100.0 * np.sqrt(0.5 * np.mean((steps[2:] - steps[:-2]) ** 2)) / steps.mean()
    assert mean(records[(SACRUM,)], "drop_excursion_difference_deg") == pytest.approx(drops, abs=0.35)
    for each in records.values():
        assert mean(each, "contact_difference_ms") == pytest.approx(contacts, abs=8.0)
        assert mean(each, "duty_factor") == pytest.approx(duty, abs=0.045)
        assert mean(each, "step_time_cv_pct") == pytest.approx(cv, abs=0.9)


def test_strike_angles_come_in_their_order() -> None:
    angles = []
    for strike_deg in (0.0, 12.0, 25.0):
        runner = VirtualRunner(replace(EASY, strike_deg=strike_deg))
        angles.append(mean(play(worn_by(runner, [LEFT], 20.0)), "foot_strike_angle_deg"))
    assert angles[0] + 3.0 < angles[1] < angles[2] - 3.0


def block(source: str, placement: Placement, quantity: Quantity, second: int, value: float) -> SampleBlock:
    t_ns = np.array([second * NS_PER_S + 1], dtype=np.int64)
    return SampleBlock(source, placement, (quantity,), t_ns, np.array([[value]]))


def test_a_treadmill_takes_precedence_over_a_pod_and_a_pod_over_a_shoe() -> None:
    runner = VirtualRunner(EASY)
    blocks = worn_by(runner, [LEFT], 30.0)
    blocks += [block("pod", Placement.FOOT, Quantity.SPEED_MPS, s, 2.5) for s in range(12, 23)]
    blocks += [block("belt", Placement.TREADMILL, Quantity.SPEED_MPS, s, 4.0) for s in range(14, 18)]
    records = play(in_order(blocks))
    source = {round(m.t_ns / NS_PER_S): m.value for m in late(records, "speed_source", 10.5)}
    speed = {round(m.t_ns / NS_PER_S): m.value for m in late(records, "speed_mps", 10.5)}
    assert source[11] == source[12] == source[29] == 1.0
    assert source[14] == source[24] == 2.0
    assert source[16] == source[20] == 3.0
    assert all(speed[s] == {2.0: 2.5, 3.0: 4.0}[of] for s, of in source.items() if of > 1.0)
    assert all(speed[s] == pytest.approx(3.0, rel=0.03) for s, of in source.items() if of == 1.0)


def a_step(
    k: int, *, source: Placement = LEFT, contact_ms: float = 250.0, step_s: float | None = 0.35, drop: float = 4.0
) -> Step:
    side = Side.LEFT if k % 2 == 0 else Side.RIGHT
    t_ns = round(k * 0.35 * NS_PER_S)
    return Step(t_ns, None, step_s, contact_ms, None, side, None, drop, source, SACRUM, 1.0)


def test_left_minus_right_is_positive_when_the_left_has_more() -> None:
    contact, drop = contact_difference_ms.Stage(), drop_excursion_difference_deg.Stage()
    for k in range(40):
        step = a_step(k, source=(LEFT, RIGHT)[k % 2], contact_ms=(260.0, 250.0)[k % 2], drop=(5.0, 3.0)[k % 2])
        contact.step(step)
        drop.step(step)
    assert contact.report(14 * NS_PER_S)[0].value == pytest.approx(10.0)
    assert drop.report(14 * NS_PER_S)[0].value == pytest.approx(2.0)
    assert contact.report(20 * NS_PER_S) == []


def test_a_shoe_is_not_compared_with_the_trunk() -> None:
    stage = contact_difference_ms.Stage()
    for k in range(40):
        stage.step(a_step(k, source=(LEFT, SACRUM)[k % 2]))
    assert stage.report(14 * NS_PER_S) == []


@pytest.mark.parametrize(("source", "most"), [(SACRUM, 0.4), (LEFT, 0.6), (Placement.WAIST_FRONT, 0.4)])
def test_a_contact_time_is_as_sure_as_the_sensor_that_timed_it(source: Placement, most: float) -> None:
    stages = contact_ms.Stage(), flight_ms.Stage(), duty_factor.Stage()
    for k in range(40):
        for stage in stages:
            stage.step(replace(a_step(k, source=source), flight_ms=100.0))
    for stage in stages:
        assert {m.quality for m in stage.report(14 * NS_PER_S)} == {most}, type(stage).__module__


def test_duty_is_contact_over_the_stride_of_the_same_foot() -> None:
    stage = duty_factor.Stage()
    for k in range(20):
        stage.step(a_step(k, source=(LEFT, RIGHT)[k % 2], contact_ms=(210.0, 280.0)[k % 2]))
    assert {m.side: round(m.value, 3) for m in stage.report(7 * NS_PER_S)} == {Side.LEFT: 0.3, Side.RIGHT: 0.4}


def test_neither_a_limp_nor_a_late_contact_is_variability() -> None:
    rng = np.random.default_rng(4)
    early_s = 0.006 * rng.standard_normal(400)
    true_s = np.where(np.arange(399) % 2 == 0, 0.34, 0.36) + 0.004 * rng.standard_normal(399)
    values = []
    stage = step_time_cv_pct.Stage()
    for k, step_s in enumerate(true_s + np.diff(early_s)):
        stage.step(a_step(k, step_s=float(step_s)))
        values += [m.value for m in stage.report(round(k * 0.35 * NS_PER_S)) if k % 60 == 59]
    assert np.mean(values) == pytest.approx(100.0 * 0.004 / 0.35, abs=0.4)


def test_a_gap_in_the_steps_starts_a_new_row() -> None:
    stage = step_time_cv_pct.Stage()
    for k in range(30):
        stage.step(a_step(k))
    assert stage.report(10 * NS_PER_S)
    stage.step(a_step(31, step_s=None))
    assert stage.report(11 * NS_PER_S) == []


def test_a_sensor_without_a_gyro_gives_no_angles_or_oscillation() -> None:
    runner = VirtualRunner(EASY)
    keys = {
        r.key
        for r in play(
            replace(b, rows=np.where(np.arange(6) < 3, b.values, np.nan)) for b in worn_by(runner, [SACRUM], 16.0)
        )
        if isinstance(r, Metric)
    }
    assert not keys & {"vertical_oscillation_mm", "pelvic_tilt_range_deg", "pelvic_rotation_range_deg"}
    assert "cadence_spm" in keys


def test_the_less_a_foot_is_on_the_ground_the_harder_it_is_loaded() -> None:
    stage = peak_force_bw.Stage()
    for k in range(20):
        contact_ms = (210.0, 280.0)[k % 2]
        stage.step(replace(a_step(k, contact_ms=contact_ms), flight_ms=350.0 - contact_ms))
    peaks = {m.side: m.value for m in stage.report(7 * NS_PER_S)}
    assert peaks[Side.LEFT] == pytest.approx(np.pi / 2 * 350.0 / 210.0)
    assert peaks[Side.RIGHT] == pytest.approx(np.pi / 2 * 350.0 / 280.0)


def test_a_walker_has_no_peak_force() -> None:
    stage = peak_force_bw.Stage()
    for k in range(20):
        stage.step(a_step(k, contact_ms=420.0))
    assert stage.report(7 * NS_PER_S) == []
