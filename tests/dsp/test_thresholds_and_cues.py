"""Drift, cue rules and whose turn it is."""

from __future__ import annotations

import numpy as np
import pytest

from dsp.cues.level_hips import Rule as LevelHips
from dsp.cues.quick_steps import Rule as QuickSteps
from dsp.cues.rule import all_rules
from dsp.cues.turn import Turn
from dsp.history import PastRun
from dsp.metrics.metric import all_metrics
from dsp.records import Cue, Metric, Severity, Side, Step, Threshold, ThresholdState
from dsp.signals import Placement
from dsp.thresholds.drift import DriftParams, DropDrift

STEP_S = 0.36


def run(minutes, drop, params=None, history=(), seed=1):
    """Thresholds of a run whose left drop is `drop(minute)` and whose right is 4 deg."""
    rng = np.random.default_rng(seed)
    drift, out = DropDrift(params or DriftParams(), history), []
    for k in range(int(minutes * 60 / STEP_S)):
        t = k * STEP_S
        side = Side.LEFT if k % 2 == 0 else Side.RIGHT
        value = (drop(t / 60) if side is Side.LEFT else 4.0) + rng.normal(0, 0.6)
        step = Step(round(t * 1e9), None, STEP_S, 240.0, 120.0, side, None, value, Placement.SACRUM, None, 0.9)
        out += drift.step(step)
    return out


def test_a_steady_hour_stays_clear():
    for seed in range(3):
        assert run(60, lambda _: 5.0, seed=seed) == []


def test_a_tiring_leg_goes_through_the_states_and_names_its_numbers():
    changes = run(30, lambda m: 5.0 + 2.0 * np.clip((m - 12) / 8, 0, 1))
    assert {t.side for t in changes} == {Side.LEFT}
    assert [t.state for t in changes] == [ThresholdState.WATCH, ThresholdState.NEAR, ThresholdState.REACHED]
    reached = changes[-1]
    assert 14 * 60 < reached.t_ns * 1e-9 < 23 * 60
    numbers = {m.key: m.value for m in reached.because}
    assert numbers["drop_excursion_baseline_deg"] == pytest.approx(5.0, abs=0.2)
    assert numbers["drop_excursion_deg"] > 6.0
    assert numbers["drop_excursion_bound_deg"] == 1.0


def test_recovery_clears_with_hysteresis():
    changes = run(40, lambda m: 7.0 if 12 < m < 20 else 5.0)
    states = [t.state for t in changes]
    assert states[:3] == [ThresholdState.WATCH, ThresholdState.NEAR, ThresholdState.REACHED]
    assert states[-1] is ThresholdState.CLEAR
    assert len(states) == 6


def test_earlier_runs_give_a_baseline_from_the_start_and_widen_the_bound():
    history = tuple(PastRun(v, 4.0, 170.0) for v in (4.0, 5.0, 6.0))
    wide = run(8, lambda _: 6.2, history=history)
    assert wide == []
    steady = tuple(PastRun(5.0, 4.0, 170.0) for _ in range(3))
    changes = run(8, lambda _: 6.5, history=steady)
    assert changes[-1].state is ThresholdState.REACHED


def test_reached_needs_holding():
    params = DriftParams(block_s=2.0, tau_s=4.0, hold_s=20.0, baseline_from_s=10.0, baseline_to_s=40.0)
    blip = run(3, lambda m: 8.0 if 1.5 < m < 1.6 else 5.0, params)
    assert ThresholdState.REACHED not in {t.state for t in blip}
    stays = run(3, lambda m: 8.0 if m > 1.5 else 5.0, params)
    assert stays[-1].state is ThresholdState.REACHED


def threshold(state, side=Side.LEFT, t_s=100):
    return Threshold(t_s * 1_000_000_000, "drop_drift", state, side, ())


def test_level_hips_speaks_of_the_belt_and_keeps_its_evidence():
    rule = LevelHips(())
    assert rule.threshold(threshold(ThresholdState.WATCH)) is None
    cue = rule.threshold(threshold(ThresholdState.REACHED))
    assert cue is not None
    assert (cue.rule, cue.severity, cue.side) == ("level_hips", Severity.ADVICE, Side.LEFT)
    assert "belt" in cue.text
    assert "left" in cue.text
    assert cue.because == (threshold(ThresholdState.REACHED),)


def test_quick_steps_waits_for_half_a_minute_of_slow_steps():
    rule = QuickSteps((PastRun(None, None, 172.0),))
    slow = [Metric(k * 1_000_000_000, "cadence_spm", 160.0, None, 0.9) for k in range(40)]
    cues = [rule.metrics([m]) for m in slow]
    assert [k for k, c in enumerate(cues) if c] == [29]
    assert all(rule.metrics([Metric(0, "cadence_spm", 170.0, None, 0.9)]) is None for _ in range(60))
    assert all(rule.metrics([Metric(0, "cadence_spm", 150.0, None, 0.2)]) is None for _ in range(60))


def cue(t_s, rule="level_hips", severity=Severity.ADVICE, side=Side.LEFT):
    return Cue(t_s * 1_000_000_000, rule, severity, "text", side, ())


def test_one_cue_at_a_time_and_worse_may_cut_in():
    turn = Turn()
    assert turn.offer(cue(0))
    assert turn.offer(cue(5, rule="quick_steps", severity=Severity.INFO, side=None)) is None
    assert turn.offer(cue(30)) is None
    assert turn.offer(cue(31, severity=Severity.WARNING))
    assert turn.offer(cue(60, rule="quick_steps", severity=Severity.INFO, side=None))
    assert turn.offer(cue(200))


def test_families_are_found_by_name():
    keys = {m.key for s in all_metrics() for m in s.report(0)}
    assert keys == {"running"}
    assert len(all_metrics()) == 20
    assert {type(r).__module__ for r in all_rules(())} == {"dsp.cues.level_hips", "dsp.cues.quick_steps"}
