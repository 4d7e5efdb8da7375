"""Drift: a change of one leg's drop, or of another metric, away from the runner's own baseline."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dsp.records import Side, Threshold, ThresholdState
from dsp.thresholds.covariates import Regression, solved
from dsp.thresholds.drift import CADENCE, CONTACT, DROP, Drift, DriftParams, Watched
from dsp.thresholds.ladder import Ladder, steps_of
from tests.dsp.evidence import numbers_of

W, N, R = ThresholdState.WATCH, ThresholdState.NEAR, ThresholdState.REACHED


def run(
    minutes: float,
    drop: Callable[[float], float],
    params: DriftParams | None = None,
    past: tuple[float, ...] = (),
    seed: int = 1,
    watched: Watched = DROP,
    spread: float = 0.6,
    now: Callable[[float], tuple[float, float, float]] = lambda _: (3.0, 0.0, 170.0),
) -> list[Threshold]:
    """Return the changes of state in a run whose value is `drop(minute)`, with 15 values in each ten seconds."""
    rng = np.random.default_rng(seed)
    drift, out = Drift(watched, params or DriftParams(), Side.LEFT, past), []
    for second in range(int(minutes * 60)):
        for _ in range(2 - second % 2):
            drift.add(drop(second / 60) + rng.normal(0, spread))
        change = drift.running(second * 1_000_000_000, 1.0, now(second / 60))
        if change is not None:
            out.append(change)
    return out


def test_a_steady_hour_stays_clear() -> None:
    for seed in range(3):
        assert run(60, lambda _: 5.0, seed=seed) == []


def test_a_tiring_leg_goes_through_the_states_with_its_evidence() -> None:
    changes = run(30, lambda m: 5.0 + 2.0 * np.clip((m - 12) / 8, 0, 1))
    assert [t.state for t in changes] == [W, N, R]
    assert {t.side for t in changes} == {Side.LEFT}
    reached = changes[-1]
    assert 14 * 60 < reached.t_ns * 1e-9 < 20 * 60
    numbers = numbers_of(reached)
    assert numbers["drop_excursion_baseline_deg"] == pytest.approx(5.0, abs=0.2)
    assert numbers["drop_excursion_deg"] > 6.0
    assert numbers["drop_excursion_bound_deg"] == 1.0


def test_less_drop_is_no_drift() -> None:
    assert run(30, lambda m: 5.0 if m < 12 else 3.0) == []


def test_recovery_clears_with_hysteresis() -> None:
    states = [t.state for t in run(40, lambda m: 7.0 if 12 < m < 20 else 5.0)]
    down = states[states.index(R) :]
    assert down[-1] is ThresholdState.CLEAR
    assert down == sorted(down, key=list(ThresholdState).index, reverse=True), "only downwards"


def test_earlier_runs_are_a_baseline_from_the_start_and_widen_the_bound() -> None:
    assert run(8, lambda _: 6.2, past=(4.0, 5.0, 6.0)) == []
    assert run(8, lambda _: 6.9, past=(5.0, 5.0, 5.0))[-1].state is R
    assert run(8, lambda _: 9.0, past=(5.0, 5.0)) == [], "two runs do not show how much runs differ"


def test_reached_needs_holding() -> None:
    params = DriftParams(block_s=2.0, tau_s=4.0, hold_s=20.0, baseline_from_s=10.0, baseline_to_s=40.0, fewest=1)
    blip = run(3, lambda m: 8.0 if 1.5 < m < 1.6 else 5.0, params)
    assert R not in {t.state for t in blip}
    assert run(3, lambda m: 8.0 if m > 1.5 else 5.0, params)[-1].state is R


def test_a_change_that_speed_explains_is_no_drift() -> None:
    def pace(m: float) -> float:
        return 2.6 if m % 4 < 2 else 3.4

    def contact(m: float) -> float:
        return 250.0 - 40.0 * (pace(m) - 3.0) if m < 15 else 250.0 - 40.0 * 0.5

    def now(m: float) -> tuple[float, float, float]:
        return (pace(m) if m < 15 else 3.5, 0.0, 170.0)

    assert run(40, contact, watched=CONTACT, spread=6.0, now=now) == []
    alone = run(40, contact, watched=CONTACT, spread=6.0)
    assert W in {t.state for t in alone}, "without the speed it would be reported"


def test_a_sensor_that_moved_is_never_a_drift() -> None:
    drift = Drift(DROP, DriftParams(), Side.LEFT, (5.0, 5.1, 4.9))
    changes = []
    for second in range(2400):
        if second == 900:
            drift.moved()
        drift.add(5.0 if second < 900 else 8.0)
        drift.add(5.0 if second < 900 else 8.0)
        changes.append(drift.running(second * 1_000_000_000, 1.0, (3.0, 0.0, 170.0)))
    assert not any(changes)


@pytest.mark.parametrize("by", [-9.0, 9.0])
def test_a_change_of_cadence_is_detected_both_ways(by: float) -> None:
    changes = run(40, lambda m: 170.0 + (by if m > 15 else 0.0), watched=CADENCE, spread=1.0)
    assert changes[-1].state is R


def test_blocks_of_too_few_values_are_ignored() -> None:
    drift = Drift(DROP, DriftParams(), Side.LEFT, (5.0, 5.0, 5.0))
    for second in range(600):
        if second % 6 == 0:
            drift.add(9.0)
        assert drift.running(second * 1_000_000_000, 1.0, (3.0, 0.0, 170.0)) is None


def test_regression_learns_a_slope_only_where_there_is_one() -> None:
    rng = np.random.default_rng(3)
    regression, rows = Regression((1.0, 0.3, 0.1), 0.25), []
    for _ in range(48):
        x = (float(rng.uniform(2.5, 3.5)), float(rng.uniform(-3, 3)), 170.0)
        rows.append((5.0 + 0.8 * (x[0] - 3.0) - 0.2 * x[1] + rng.normal(0, 0.2), x))
        regression.learn(*rows[-1])
    mean = regression.fit()
    corrected = [regression.correct(*row) for row in rows]
    assert mean == pytest.approx(np.mean([value for value, _ in rows]))
    assert mean == pytest.approx(np.mean(corrected))
    assert regression.correct(5.8, (4.0, 0.0, 170.0)) == pytest.approx(5.0, abs=0.35)
    assert regression.correct(5.0, (3.0, 0.0, 190.0)) == pytest.approx(5.0, abs=0.15), "cadence never varied"
    assert np.std(corrected) < 0.25
    far = regression.correct(5.0, (30.0, 0.0, 170.0))
    assert abs(far - 5.0) < 1.2, "extrapolation is limited"


def test_a_value_is_not_corrected_for_a_covariate_with_zero_prior_spread() -> None:
    regression = Regression((1.0, 0.0), 0.25)
    assert regression.fit() is None, "no data"
    for k in range(40):
        regression.learn(5.0 + 0.1 * k, (3.0, float(k)))
    regression.fit()
    assert regression.correct(9.0, (3.0, 39.0)) == 9.0
    only = Regression((0.0,), 1.0)
    only.learn(1.0, (1.0,))
    only.learn(2.0, (2.0,))
    assert only.fit() == 1.5
    assert only.correct(4.0, (3.0,)) == 4.0


@pytest.mark.parametrize("joins_s", [0, 300, 585, 595, 1200])
def test_the_baseline_of_a_sensor_that_joins_late_starts_when_it_joins(joins_s: int) -> None:
    drift, changes = Drift(DROP, DriftParams(), Side.LEFT), []
    for second in range(3600):
        if second >= joins_s:
            for value in (5.0, 4.6, 5.4):
                drift.add(value + (7.0 if second >= 2400 else 0.0))
        if second == joins_s + 585:
            assert drift.baseline is None
        changes.append(drift.running(second * 1_000_000_000, 1.0, (2.8, 0.0, 165.0)))
    assert drift.baseline == pytest.approx(5.0)
    assert [each.state for each in changes if each is not None][-1] is R


def test_time_without_a_sensor_does_not_count_towards_the_baseline() -> None:
    drift, rng = Drift(DROP, DriftParams(), Side.LEFT), np.random.default_rng(1)
    for second in range(1500):
        if not 150 <= second < 580:
            for _ in range(3):
                drift.add(5.0 + (3.0 if second < 150 else 0.0) + rng.normal(0, 0.1))
        drift.running(second * 1_000_000_000, 1.0, (2.8, 0.0, 165.0))
    assert drift.baseline == pytest.approx(5.0, abs=0.3), "not the three blocks that were there in minutes 2 to 10"


def test_solved_agrees_with_numpy() -> None:
    matrix = [[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]]
    assert solved(matrix, [1.0, 2.0, 3.0]) == pytest.approx(np.linalg.solve(matrix, [1.0, 2.0, 3.0]).tolist())


def test_the_ladder_goes_down_only_with_slack_and_never_from_reported() -> None:
    ladder = Ladder()
    assert ladder.settle(1, 1) is W
    assert ladder.settle(1, 1) is None
    assert ladder.settle(3, 3) is R
    assert ladder.settle(1, 3) is None
    assert ladder.settle(1, 2) is N
    assert ladder.settle(0, 0) is ThresholdState.CLEAR
    assert ladder.report() is ThresholdState.REPORTED
    assert ladder.report() is None
    assert ladder.settle(0, 0) is None
    assert steps_of(0.9, (0.7, 0.85, 1.0)) == 2
