"""Drift: the drop of one leg has left this runner's own baseline, and stays away.

Rule (dsp findings 4, "proposed default"): medians of 10 s per leg; baseline from minutes 2-10 of this run and from
earlier runs; exponential mean with tau 2 min; beyond D for a minute is reached, D = max(1 deg, 3 x the runner's own SD
between runs). Never a z-score with the spread within a run: minute-scale wander makes that alarm in every run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean, median, stdev

from dsp.history import PastRun
from dsp.records import Metric, Side, Step, Threshold, ThresholdState
from dsp.signals import NS_PER_S

DETECTOR = "drop_drift"


@dataclass(frozen=True, slots=True)
class DriftParams:
    """All of the rule.

    block_s          length of one median
    tau_s            memory of the exponential mean
    baseline_from_s, baseline_to_s  part of the run (running time) that makes its own baseline
    minimum_deg      smallest change that counts (2-D video cannot see under 2.7 deg; IMU repeatability allows 1)
    run_sd_factor    times the between-run SD
    hold_s           how long the mean must stay beyond the bound
    watch, near      shares of the bound at which the state changes
    release          how far, as a share of the bound, the mean must fall back to leave a state
    """

    block_s: float = 10.0
    tau_s: float = 120.0
    baseline_from_s: float = 120.0
    baseline_to_s: float = 600.0
    minimum_deg: float = 1.0
    run_sd_factor: float = 3.0
    hold_s: float = 60.0
    watch: float = 0.5
    near: float = 0.8
    release: float = 0.15


_LEVELS = (ThresholdState.CLEAR, ThresholdState.WATCH, ThresholdState.NEAR, ThresholdState.REACHED)


class _Leg:
    """The rule for one leg."""

    def __init__(self, params: DriftParams, side: Side, history: tuple[PastRun, ...]) -> None:
        self._p = params
        self._side = side
        past = [v for run in history if (v := run.drop_excursion_deg(side)) is not None]
        self._past = fmean(past) if past else None
        spread = stdev(past) if len(past) > 2 else 0.0
        self._bound = max(params.minimum_deg, params.run_sd_factor * spread)
        self._block: list[float] = []
        self._warm: list[float] = []
        self._mean: float | None = None
        self._beyond_s = 0.0
        self._state = 0

    def step(self, drop_deg: float) -> None:
        self._block.append(drop_deg)

    def close(self, t_ns: int, run_s: float) -> Threshold | None:
        """End of a block at running time `run_s`; a record when the state changed."""
        p = self._p
        if not self._block:
            return None
        value = median(self._block)
        self._block = []
        share = 1.0 - math.exp(-p.block_s / p.tau_s)
        self._mean = value if self._mean is None else self._mean + share * (value - self._mean)
        if p.baseline_from_s <= run_s < p.baseline_to_s:
            self._warm.append(value)
        baseline = self._baseline(run_s)
        if baseline is None:
            return None
        ratio = (self._mean - baseline) / self._bound
        self._beyond_s = self._beyond_s + p.block_s if ratio > 1.0 else 0.0
        state = self._next(ratio)
        if state == self._state:
            return None
        self._state = state
        return Threshold(t_ns, DETECTOR, _LEVELS[state], self._side, self._because(t_ns, baseline))

    def _baseline(self, run_s: float) -> float | None:
        own = fmean(self._warm) if self._warm and run_s >= self._p.baseline_to_s else None
        known = [v for v in (own, self._past) if v is not None]
        return fmean(known) if known else None

    def _next(self, ratio: float) -> int:
        """The state for this ratio: up at once (reached: when held), down with hysteresis."""
        p = self._p
        up = 0
        if ratio > 1.0 and self._beyond_s >= p.hold_s:
            up = 3
        elif ratio > p.near:
            up = 2
        elif ratio > p.watch:
            up = 1
        if up >= self._state:
            return up
        floor = (0.0, p.watch, p.near, 1.0)[self._state] - p.release
        return self._state if ratio > floor else up

    def _because(self, t_ns: int, baseline: float) -> tuple[Metric, ...]:
        assert self._mean is not None
        return (
            Metric(t_ns, "drop_excursion_deg", self._mean, self._side, 1.0),
            Metric(t_ns, "drop_excursion_baseline_deg", baseline, self._side, 1.0),
            Metric(t_ns, "drop_excursion_bound_deg", self._bound, self._side, 1.0),
        )


class DropDrift:
    """Takes steps, says when a leg's drop has drifted. Standing still does not count as running time."""

    def __init__(self, params: DriftParams, history: tuple[PastRun, ...] = ()) -> None:
        self._p = params
        self._legs = {side: _Leg(params, side, history) for side in Side}
        self._run_s = 0.0
        self._block_s = 0.0
        self._last_ns: int | None = None

    def step(self, step: Step) -> list[Threshold]:
        """Take a step; records of what changed."""
        out: list[Threshold] = []
        since = 0.0 if self._last_ns is None else (step.t_ns - self._last_ns) / NS_PER_S
        self._last_ns = step.t_ns
        if 0.0 < since < 2.0:
            self._run_s += since
            self._block_s += since
        if self._block_s >= self._p.block_s:
            self._block_s -= self._p.block_s
            for leg in self._legs.values():
                changed = leg.close(step.t_ns, self._run_s)
                if changed is not None:
                    out.append(changed)
        if step.side is not None and step.drop_excursion_deg is not None:
            self._legs[step.side].step(step.drop_excursion_deg)
        return out
