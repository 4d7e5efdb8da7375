"""Drift of drop on simulated runs: false alarms in an hour without change, and the delay to a change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.thresholds.simulated import Change, Habit, SimulatedRun
from dsp.records import Side, ThresholdState
from dsp.thresholds.drift import DROP, Drift, DriftParams

CHANGE_AT_S = 900.0


def reached_s(run: SimulatedRun, params: DriftParams, past: Sequence[tuple[float, float]] = ()) -> float:
    """Return the second at which either leg reached its bound; inf if neither does."""
    legs = {
        side: Drift(DROP, params, side, tuple(pair[k] for pair in past))
        for k, side in enumerate((Side.LEFT, Side.RIGHT))
    }
    for t_ns, steps, metrics in run:
        by_key = {metric.key: metric.value for metric in metrics}
        for step in steps:
            assert step.side is not None
            assert step.drop_excursion_deg is not None
            legs[step.side].add(step.drop_excursion_deg)
        now = (by_key["speed_mps"], by_key["incline_pct"], by_key["cadence_spm"])
        for leg in legs.values():
            found = leg.running(t_ns, 1.0, now)
            if found is not None and found.state is ThresholdState.REACHED:
                return t_ns * 1e-9
    return math.inf


def table(runs: int, taus: Sequence[float], wanders: Sequence[float]) -> None:
    """Print one line per setting."""
    print(
        f"drift of drop, {runs} simulated 60-min runs per line, no earlier runs (D = 1 deg), change from minute 15 on"
    )
    print(
        "| tau s | wander deg | false alarms in 60 min | 1 deg/10 min: median, in 20 min | 2 deg/10 min: median, p90 |"
    )
    print("|---|---|---|---|---|")
    for tau in taus:
        params = replace(DriftParams(), tau_s=tau)
        for w in wanders:
            alarms = [math.isfinite(reached_s(SimulatedRun(Habit(), k, wander_deg=w), params)) for k in range(runs)]
            delays = {}
            for slope in (0.1, 0.2):
                change = Change(CHANGE_AT_S, drop_deg_per_min=slope, drop_most_deg=10.0 * slope)
                found = [
                    reached_s(SimulatedRun(Habit(), 5000 + k, 2400, w, change), params) - CHANGE_AT_S
                    for k in range(runs)
                ]
                delays[slope] = np.array([d for d in found if d > 0.0]) / 60.0
            one, two = delays[0.1], delays[0.2]
            print(
                f"| {tau:.0f} | {w} | {100.0 * np.mean(alarms):.1f} % | {np.median(one):.1f} min, "
                f"{100.0 * np.mean(one <= 20.0):.0f} % | {np.median(two):.1f} min, {np.percentile(two, 90):.1f} min |",
                flush=True,
            )
