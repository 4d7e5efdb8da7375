"""The summary of a run: from running only, and comparing legs only where one kind of sensor saw both."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dsp.metrics.contact_difference_ms import Stage as ContactDifference
from dsp.records import Metric, Side, Step, Summary
from dsp.runner.exposure import Exposure
from dsp.signals import NS_PER_S, Placement
from dsp.summary import RunTotals

LEFT, RIGHT = Side.LEFT, Side.RIGHT
SHOES = {LEFT: Placement.LEFT_FOOT, RIGHT: Placement.RIGHT_FOOT}


class Run:
    """Add two steps and a report for each second, as the pipeline does."""

    def __init__(self) -> None:
        self.totals = RunTotals()
        self._difference = ContactDifference()
        self._second = 0

    def go(
        self,
        seconds: int,
        contact_ms: Mapping[Side, float | None],
        source: Mapping[Side, Placement] = SHOES,
        *,
        running: bool = True,
        cadence_spm: float = 170.0,
    ) -> Summary:
        for _ in range(seconds):
            t_ns = self._second * NS_PER_S
            for k, side in enumerate(Side):
                at_ns = t_ns + k * NS_PER_S // 2
                step = Step(at_ns, None, 0.35, contact_ms[side], 100.0, side, None, 5.0, source[side], None, 0.9)
                self.totals.step(step)
                self._difference.step(step)
            self._second += 1
            t_ns = self._second * NS_PER_S
            said = {"running": float(running), "cadence_spm": cadence_spm}
            metrics = [Metric(t_ns, key, value, None, 1.0) for key, value in said.items()]
            self.totals.metrics(t_ns, [*metrics, *self._difference.report(t_ns)])
        return self.totals.summary(self._second * NS_PER_S, Exposure())


def test_walking_home_does_not_change_the_summary_of_running() -> None:
    run = Run()
    before = run.go(120, {LEFT: 240.0, RIGHT: 240.0})
    after = run.go(600, {LEFT: 650.0, RIGHT: 650.0}, running=False, cadence_spm=108.0)
    assert (before.steps, after.steps) == (240, 1440)
    assert (after.contact_ms, after.flight_ms, after.cadence_spm) == (240.0, 100.0, 170.0)
    assert after.drop_excursion_left_deg == before.drop_excursion_left_deg == 5.0


def test_a_pod_at_rest_does_not_change_cadence() -> None:
    run = Run()
    run.go(60, {LEFT: 240.0, RIGHT: 240.0})
    assert run.go(300, {LEFT: None, RIGHT: None}, running=False, cadence_spm=0.0).cadence_spm == 170.0


def test_left_and_right_are_compared_only_where_one_kind_of_sensor_saw_both() -> None:
    mixed = {LEFT: Placement.LEFT_FOOT, RIGHT: Placement.SACRUM}
    assert Run().go(100, {LEFT: 240.0, RIGHT: 200.0}, mixed).contact_difference_ms is None
    assert Run().go(100, {LEFT: 248.0, RIGHT: 240.0}).contact_difference_ms == pytest.approx(8.0)
