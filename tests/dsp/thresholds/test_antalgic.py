"""Antalgic change: a jump of a left-right difference that stays, in simulated runs."""

from __future__ import annotations

import copy
import math
from typing import Self

import numpy as np
import pytest

from dsp.records import Side, Step, Threshold, ThresholdState
from dsp.signals import Placement
from dsp.thresholds.antalgic import Antalgic, AntalgicParams
from tests.dsp.evidence import metrics_of

WATCH, REACHED, CLEAR = ThresholdState.WATCH, ThresholdState.REACHED, ThresholdState.CLEAR
STEP_S = 0.36


def step(
    t_s: float, side: Side | None, contact_ms: float = 240.0, drop_deg: float | None = 5.0, step_s: float = STEP_S
) -> Step:
    return Step(
        t_ns=round(t_s * 1e9),
        toe_off_ns=None,
        step_time_s=step_s,
        contact_ms=contact_ms,
        flight_ms=None,
        side=side,
        drop_peak_deg=None,
        drop_excursion_deg=drop_deg,
        source=Placement.SACRUM,
        drop_source=Placement.SACRUM,
        confidence=0.9,
    )


class Run:
    """A simulated run; `changes` holds the changes of state as (minute, record)."""

    def __init__(self, seed: int = 1, start_s: float = 0.0) -> None:
        self.antalgic = Antalgic()
        self.rng = np.random.default_rng(seed)
        self.t_s = self.next_s = start_s
        self.start_s = start_s
        self.left = True
        self.changes: list[tuple[float, Threshold]] = []

    def run(self, minutes: float, contact_ms: float = 0.0, drop_deg: float = 0.0, step_ms: float = 0.0) -> Self:
        """Run on with noisy values and these differences, left minus right."""
        noise = self.rng.normal
        for _ in range(int(minutes * 60)):
            while self.next_s < self.t_s + 1.0:
                half = 0.5 if self.left else -0.5
                self.antalgic.step(
                    step(
                        self.next_s,
                        Side.LEFT if self.left else Side.RIGHT,
                        240.0 + half * contact_ms + noise(0.0, 6.0),
                        None if math.isnan(drop_deg) else 5.0 + half * drop_deg + noise(0.0, 0.6),
                        STEP_S + 1e-3 * (half * step_ms + noise(0.0, 6.0)),
                    )
                )
                self.next_s += STEP_S
                self.left = not self.left
            self.t_s += 1.0
            found = self.antalgic.running(round(self.t_s * 1e9), 1.0)
            if found is not None:
                self.changes.append(((self.t_s - self.start_s) / 60, found))
        return self

    def stop(self, seconds: float) -> Self:
        """Stand for a while."""
        self.t_s += seconds
        self.next_s = self.t_s
        return self

    @property
    def states(self) -> list[ThresholdState]:
        return [found.state for _, found in self.changes]


@pytest.mark.parametrize("seed", range(4))
def test_a_constant_difference_between_the_legs_is_the_runners_own(seed: int) -> None:
    assert Run(seed).run(20, contact_ms=15.0, drop_deg=2.0, step_ms=20.0).changes == []


@pytest.mark.parametrize(
    ("jump", "key"),
    [
        ({"contact_ms": -25.0}, "contact_difference_ms"),
        ({"drop_deg": 3.0}, "drop_excursion_difference_deg"),
        ({"step_ms": 25.0}, "step_time_difference_ms"),
    ],
)
@pytest.mark.parametrize("start_s", [0.0, -5000.0])
def test_a_jump_that_stays_is_detected_within_a_minute_with_its_evidence(
    jump: dict[str, float], key: str, start_s: float
) -> None:
    run = Run(start_s=start_s).run(8).run(2, **jump)
    assert run.states[:2] == [WATCH, REACHED]
    (watched, _), (reached, found), *_ = run.changes
    assert 8.0 < watched < reached < 9.0
    stem, _, unit = key.rpartition("_")
    now, usual, bound = metrics_of(found)
    assert [now.key, usual.key, bound.key] == [key, f"{stem}_baseline_{unit}", f"{stem}_bound_{unit}"]
    assert abs(now.value - usual.value) > bound.value
    assert usual.value == pytest.approx(0.0, abs=0.3 * bound.value)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_reached_for_as_long_as_the_legs_differ(seed: int) -> None:
    """It cleared after a minute and a half: the difference had become its own baseline."""
    run = Run(seed).run(8).run(20, contact_ms=-25.0)
    assert run.states == [WATCH, REACHED]
    run.stop(120.0).run(10, contact_ms=-25.0)
    assert run.states == [WATCH, REACHED]
    run.run(2)
    assert run.states == [WATCH, REACHED, CLEAR]
    minute, back = run.changes[-1]
    assert 40.0 < minute < 41.0
    now, usual, _ = metrics_of(back)
    assert [now.key, usual.key] == ["contact_difference_ms", "contact_difference_baseline_ms"]
    assert abs(usual.value) < 4.0, "the baseline from before the jump"
    assert run.run(10).states == [WATCH, REACHED, CLEAR]


def test_a_second_jump_is_reported_again() -> None:
    run = Run().run(8).run(5, contact_ms=30.0).run(6).run(3, contact_ms=-30.0)
    assert run.states == [WATCH, REACHED, CLEAR, WATCH, REACHED]


def test_it_is_clear_when_every_difference_is_as_before() -> None:
    run = Run().run(8).run(2, contact_ms=30.0).run(5, contact_ms=30.0, drop_deg=4.0).run(10, drop_deg=4.0)
    assert run.states == [WATCH, REACHED]
    assert run.run(2).states == [WATCH, REACHED, CLEAR]


@pytest.mark.parametrize("recovers_after", [0.5, 3.0, 100.0])
def test_it_stays_reached_where_a_sensor_moves_while_the_legs_differ(recovers_after: float) -> None:
    """It cleared two minutes after the move, still limping, and was reached again when the legs had recovered."""
    run = Run().run(8).run(3, contact_ms=30.0)
    run.antalgic.moved()
    run.run(min(20.0, recovers_after), contact_ms=30.0).run(10).stop(60.0).run(10).run(3, contact_ms=30.0)
    assert run.states == [WATCH, REACHED]


def test_it_does_not_clear_where_the_difference_is_no_longer_measured() -> None:
    run = Run().run(8).run(2, drop_deg=3.0)
    assert run.states == [WATCH, REACHED]
    assert run.run(10, drop_deg=float("nan")).states == [WATCH, REACHED]
    assert run.run(3).states == [WATCH, REACHED, CLEAR]


def test_a_moment_beyond_its_bound_does_not_make_a_second_difference_away() -> None:
    """One check was enough while another difference was away, though reaching takes two."""
    run = Run().run(8).run(2, contact_ms=30.0)
    for step_ms in (50.0, -50.0, 0.0, 0.0):
        run.run(1 / 6, contact_ms=30.0, step_ms=step_ms)
    assert run.states == [WATCH, REACHED]
    # Within their bounds, but too much for differences that have to be as before.
    assert run.run(1, drop_deg=1.1, step_ms=9.0).states == [WATCH, REACHED, CLEAR]


def test_a_block_cut_by_a_stop_is_not_mixed_with_values_after_it() -> None:
    run = Run().run(8).run(1, contact_ms=60.0).run(5 / 60, contact_ms=60.0)
    assert run.states == [WATCH, REACHED]
    run.stop(60.0).run(25 / 60)
    assert run.states == [WATCH, REACHED, CLEAR]
    now, *_ = metrics_of(run.changes[-1][1])
    assert now.value == pytest.approx(0.0, abs=5.0)


def test_a_short_event_is_not_reached() -> None:
    assert REACHED not in Run().run(8).run(1 / 6, contact_ms=30.0).run(5).states


def test_nothing_is_reported_while_a_runner_settles() -> None:
    assert Run().run(3).run(1.5, contact_ms=30.0).changes == []


def test_a_slow_change_is_left_to_drift() -> None:
    run = Run().run(6)
    for minute in range(30):
        run.run(1, contact_ms=minute * 1.0)
    assert run.changes == []


def test_legs_that_vary_more_need_a_larger_jump() -> None:
    run = Run()
    for block in range(60):
        run.run(0.5, contact_ms=10.0 * (block % 2))
    assert REACHED not in run.run(2, contact_ms=20.0).states


@pytest.mark.parametrize("pause_s", [AntalgicParams().pause_s + 2.0, 600.0])
def test_after_a_stop_or_a_moved_sensor_there_is_nothing_to_compare_with(pause_s: float) -> None:
    assert Run().run(8).stop(pause_s).run(10, contact_ms=30.0).changes == []
    moved = Run().run(8)
    moved.antalgic.moved()
    assert moved.run(10, contact_ms=30.0).changes == []


def test_a_stop_of_a_few_seconds_changes_nothing() -> None:
    assert REACHED in Run().run(8).stop(5.0).run(2, contact_ms=30.0).states


def test_steps_without_a_side_are_ignored() -> None:
    antalgic = Antalgic()
    for second in range(900):
        antalgic.step(step(second, None, contact_ms=240.0 if second < 600 else 400.0))
        assert antalgic.running(second * 1_000_000_000, 1.0) is None


def test_saved_and_restored_every_half_minute_nothing_changes() -> None:
    whole, parts = Run().run(8).run(3, contact_ms=30.0), Run()
    for half in range(22):
        parts.run(0.5, contact_ms=30.0 * (half >= 16))
        parts.antalgic = copy.deepcopy(parts.antalgic)
    assert parts.changes == whole.changes
