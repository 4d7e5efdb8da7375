"""All detectors together: what each receives, and which sensors' values are compared."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Self

import numpy as np
import pytest

from dsp.records import Metric, PainReport, Side, Threshold, ThresholdState
from dsp.runner.exposure import Exposure
from dsp.runner.history import PastRun
from dsp.signals import Placement
from dsp.thresholds.drift import DriftParams
from dsp.thresholds.watch import HAND_OVER_NS, Watch
from tests.dsp.thresholds.test_antalgic import STEP_S, step

S = 1_000_000_000
QUICK = DriftParams(block_s=5.0, tau_s=10.0, baseline_from_s=20.0, baseline_to_s=120.0, hold_s=20.0)
"""Drift within minutes instead of half hours."""

TRUNK = dict.fromkeys(Side, Placement.SACRUM)
FEET = {Side.LEFT: Placement.LEFT_FOOT, Side.RIGHT: Placement.RIGHT_FOOT}


class Run:
    """Feeds a watch once a second, as guidance does; `changes` holds the changes of state."""

    def __init__(self, history: tuple[PastRun, ...] = (), start_s: float = 0.0, seed: int = 1) -> None:
        self.watch, self.exposure = Watch(QUICK, history), Exposure(history)
        self.rng = np.random.default_rng(seed)
        self.t_s = self.next_s = start_s
        self.left = True
        self.changes: list[Threshold] = []

    def run(
        self,
        seconds: int,
        by: Mapping[Side, Placement] = TRUNK,
        *,
        running: bool = True,
        moved: bool = False,
        cadence: float = 170.0,
        **numbers: float,
    ) -> Self:
        """Run on with steps that are timed `by` these; `numbers` change them."""
        for _ in range(seconds):
            self.t_s += 1.0
            while self.next_s < self.t_s:
                self._step(by, numbers)
            t_ns = round(self.t_s * S)
            values = {"running": float(running), "speed_mps": 2.8, "cadence_spm": cadence, "sensor_moved": float(moved)}
            metrics = {key: Metric(t_ns, key, value, None, 1.0) for key, value in values.items()}
            is_running = self.exposure.second(t_ns, metrics)
            self.changes += self.watch.second(t_ns, self.exposure, metrics, running=is_running)
        return self

    def _step(self, by: Mapping[Side, Placement], numbers: Mapping[str, float]) -> None:
        side = Side.LEFT if self.left else Side.RIGHT
        half = 0.5 if self.left else -0.5
        contact_ms = numbers.get("contact_ms", 240.0) + half * numbers.get("difference_ms", 0.0)
        contact_ms += self.rng.normal(0, 4.0)
        drop = 5.0 + self.rng.normal(0, 0.3) + (numbers.get("left_drop_deg", 0.0) if self.left else 0.0)
        made = step(self.next_s, side, contact_ms, drop)
        self.watch.step(replace(made, source=by[side], confidence=numbers.get("confidence", 0.9)))
        self.next_s += STEP_S
        self.left = not self.left

    def reached(self) -> set[tuple[str, Side | None]]:
        return {(t.detector, t.side) for t in self.changes if t.state is ThresholdState.REACHED}


@pytest.mark.parametrize("start_s", [0.0, -2000.0])
def test_a_steady_run_changes_no_state_and_gives_the_baseline(start_s: float) -> None:
    run = Run(start_s=start_s).run(400)
    assert run.changes == []
    usual = {(m.key, m.side): m.value for m in run.watch.usual(0)}
    for side in Side:
        assert usual["drop_excursion_baseline_deg", side] == pytest.approx(5.0, abs=0.1)
        assert usual["drop_excursion_mean_deg", side] == pytest.approx(5.0, abs=0.2)
        assert usual["drop_excursion_bound_deg", side] == 1.0


def test_each_metric_has_a_detector_and_each_leg_its_own() -> None:
    assert Run().run(300).run(120, left_drop_deg=2.0).reached() == {("drop_drift", Side.LEFT), ("antalgic", None)}
    contact = Run().run(300).run(400, contact_ms=290.0).reached()
    assert contact == {("contact_drift", Side.LEFT), ("contact_drift", Side.RIGHT)}
    difference = Run().run(300).run(400, difference_ms=25.0).reached()
    assert difference == {("contact_difference_drift", None), ("antalgic", None)}
    assert Run().run(300).run(400, cadence=155.0).reached() == {("cadence_drift", None)}


def test_steps_of_low_confidence_are_ignored() -> None:
    assert Run().run(300).run(400, confidence=0.4, left_drop_deg=4.0, contact_ms=300.0).reached() == set()


def test_time_counts_only_while_running() -> None:
    run = Run().run(100).run(400, running=False)
    assert run.watch.usual(0) == []
    assert run.run(60).watch.usual(0) != []


@pytest.mark.parametrize("place", [Placement.LEFT_HIP, Placement.POCKET, Placement.FOOT])
def test_a_sensor_on_one_side_does_not_compare_the_legs(place: Placement) -> None:
    by = dict.fromkeys(Side, place)
    run = Run().run(300, by).run(400, by, contact_ms=300.0, difference_ms=40.0)
    assert run.reached() == set()


def test_another_kind_of_sensor_gets_its_own_baseline() -> None:
    run = Run().run(300, FEET).run(400, contact_ms=290.0, difference_ms=30.0)
    assert run.reached() == set()
    assert ("contact_drift", Side.LEFT) in run.run(400, contact_ms=340.0).reached()


def test_occasional_steps_timed_by_the_trunk_change_nothing() -> None:
    run = Run().run(300, FEET)
    for _ in range(10):
        run.run(HAND_OVER_NS // S // 4, contact_ms=320.0).run(5, FEET)
    assert run.reached() == set()
    assert ("contact_drift", Side.LEFT) in run.run(300, FEET, contact_ms=290.0).reached()


def test_a_sensor_that_moved_starts_a_new_baseline() -> None:
    run = Run().run(300).run(1, moved=True).run(500, left_drop_deg=2.0, difference_ms=30.0)
    assert run.changes == []
    usual = {(m.key, m.side): m.value for m in run.watch.usual(0)}
    assert usual["drop_excursion_baseline_deg", Side.LEFT] == pytest.approx(7.0, abs=0.2)


def test_a_move_reported_for_seconds_is_one_move() -> None:
    once, long = Run().run(300).run(1, moved=True), Run().run(300).run(20, moved=True)
    for run, more_s in ((once, 124), (long, 105)):
        assert run.watch.usual(0) == []
        assert run.run(more_s).watch.usual(0) != []


def test_a_pain_report_can_be_withdrawn() -> None:
    run = Run(history=(PastRun(exposure_m=6000.0, onset_m=4000.0, speed_mps=2.8),)).run(60)
    report = PainReport(round(run.t_s * S), 4, "knee", running_s=60.0, exposure_m=170.0)
    assert [t.state for t in run.watch.pain(report)] == [ThresholdState.REPORTED]
    assert run.watch.pain(report) == []
    back = PainReport(report.t_ns + S, 0, takes_back_ns=report.t_ns)
    assert [t.state for t in run.watch.no_pain(back)] == [ThresholdState.CLEAR]


def test_numbness_counts_as_a_report_though_nothing_hurts() -> None:
    for report in (PainReport(S, 0, numb=True), PainReport(S, 0, "tingling foot")):
        assert [t.state for t in Run().run(10).watch.pain(report)] == [ThresholdState.REPORTED]
    assert Run().run(10).watch.pain(PainReport(S, 0)) == []


def test_saved_and_restored_at_any_time_nothing_changes() -> None:
    whole, parts = Run().run(300).run(120, left_drop_deg=2.0), Run()
    for k in range(14):
        parts.run(30, left_drop_deg=2.0 if k >= 10 else 0.0)
        parts.watch, parts.exposure = copy.deepcopy((parts.watch, parts.exposure))
    assert parts.changes == whole.changes != []
