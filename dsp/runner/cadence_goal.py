"""The runner's own cadence at a speed, and the goal above it (sources 3): never one number for everybody.

Own cadence rises with speed. On six long real runs by 4 to 11 steps/min for each m/s (median 9.8, 30-s means;
`python -m benchmarks.thresholds slope`), which is the prior of this runner's own slope.
"""

from __future__ import annotations

from collections.abc import Sequence

from dsp.runner.history import PastRun
from dsp.runner.plan import GOALS, Plan

SLOPE_SPM_PER_MPS = 9.8
SLOPE_SD = 2.5
RUN_SPM_SD = 2.0
"""How far one run's mean cadence lies from the runner's own line."""
FEWEST_RUNS = 2
"""Earlier runs before there is a goal: the first runs are listened to."""
FOLLOWED_MPS = 0.5
"""Own cadence follows speed so far beyond the mean speeds of the earlier runs, and stays what it is there: the slope is
mostly prior, and at twice as far its SD has made 2.5 steps/min, nearly the band of the goal ..."""
AIMED_MPS = 1.0
"""... from where on there is no goal. A stride at 6 m/s has a cadence of its own. Both are ours."""


class OwnCadence:
    """cadence = cadence_spm + slope x (speed - speed_mps), near the speeds that it was learned at.

    speeds_mps  mean speeds of the earlier runs, any order; `speed_mps` counts as one of them
    """

    def __init__(
        self, cadence_spm: float, speed_mps: float | None, slope: float, speeds_mps: Sequence[float] = ()
    ) -> None:
        self.cadence_spm = cadence_spm
        self.speed_mps = speed_mps
        self.slope = slope
        known = [*speeds_mps, *(() if speed_mps is None else (speed_mps,))]
        self._slowest_mps, self._fastest_mps = min(known, default=0.0), max(known, default=0.0)

    def at(self, speed_mps: float | None) -> float:
        """Steps a minute at this speed; without a speed the mean."""
        if speed_mps is None or self.speed_mps is None:
            return self.cadence_spm
        near_mps = min(max(speed_mps, self._slowest_mps - FOLLOWED_MPS), self._fastest_mps + FOLLOWED_MPS)
        return self.cadence_spm + self.slope * (near_mps - self.speed_mps)

    def knows(self, speed_mps: float | None) -> bool:
        """Whether this speed is near enough to those of the earlier runs to aim at anything."""
        if speed_mps is None or self.speed_mps is None:
            return True
        return self._slowest_mps - AIMED_MPS <= speed_mps <= self._fastest_mps + AIMED_MPS


def own_cadence(history: Sequence[PastRun], plan: Plan) -> OwnCadence | None:
    """From before the plan began, else from the earlier runs; None while too few are known."""
    pairs = [
        (run.cadence_spm, run.speed_mps) for run in history if run.cadence_spm is not None and run.speed_mps is not None
    ]
    slope, speeds = _slope(pairs), [speed for _, speed in pairs]
    if plan.own_cadence_spm is not None:
        return OwnCadence(plan.own_cadence_spm, plan.own_speed_mps, slope, speeds)
    cadences = [run.cadence_spm for run in history if run.cadence_spm is not None]
    if len(cadences) < FEWEST_RUNS:
        return None
    if len(pairs) >= FEWEST_RUNS:
        cadences = [cadence for cadence, _ in pairs]
    speed = sum(v for _, v in pairs) / len(pairs) if len(pairs) >= FEWEST_RUNS else None
    return OwnCadence(sum(cadences) / len(cadences), speed, slope, speeds)


def goal_spm(own: OwnCadence, plan: Plan, speed_mps: float | None) -> float | None:
    """The cadence to aim at, at this speed; None where own cadence is not known."""
    if not own.knows(speed_mps):
        return None
    return own.at(speed_mps) * (1.0 + GOALS[plan.goal])


def _slope(pairs: Sequence[tuple[float, float]]) -> float:
    """Bayesian slope: the prior, moved by how cadence followed speed over this runner's runs."""
    if len(pairs) < FEWEST_RUNS:
        return SLOPE_SPM_PER_MPS
    mean_c = sum(c for c, _ in pairs) / len(pairs)
    mean_v = sum(v for _, v in pairs) / len(pairs)
    precision = 1.0 / SLOPE_SD**2
    xx = sum((v - mean_v) ** 2 for _, v in pairs) / RUN_SPM_SD**2
    xy = sum((v - mean_v) * (c - mean_c) for c, v in pairs) / RUN_SPM_SD**2
    return (SLOPE_SPM_PER_MPS * precision + xy) / (precision + xx)
