"""The runner's own cadence at a speed, and the target above it (sources 3); there is no cadence that fits everybody.

Own cadence rises with speed: on six long real runs by 4 to 11 steps/min per m/s (median 9.8, 30-s means;
`python -m benchmarks.thresholds slope`), which is the prior of this runner's own slope.
"""

from __future__ import annotations

from collections.abc import Sequence

from dsp.runner.history import PastRun
from dsp.runner.plan import TARGETS, Plan

SLOPE_SPM_PER_MPS = 9.8
"""Prior mean of the slope."""
SLOPE_SD = 2.5
"""Prior SD of the slope, steps/min per m/s."""
RUN_SPM_SD = 2.0
"""SD of one run's mean cadence around the runner's own line."""
FEWEST_RUNS = 2
"""Earlier runs needed for a target: the first runs only measure."""
FOLLOWED_MPS = 0.5
"""Own cadence follows speed up to this far beyond the mean speeds of the earlier runs, and is constant from there: the
slope is mostly prior, and at twice the distance its SD amounts to 2.5 steps/min, nearly the band of the target ..."""
TARGETED_MPS = 1.0
"""... beyond which there is no target. A stride at 6 m/s has a cadence of its own. Both figures are ours."""


class OwnCadence:
    """The runner's own cadence: cadence_spm + slope x (speed - speed_mps), near the speeds that it was learned at.

    cadence_spm  own cadence at `speed_mps`
    speed_mps    mean speed; None: not known, then own cadence is the same at every speed
    slope        steps/min per m/s
    speeds_mps   mean speeds of the earlier runs in any order; `speed_mps` counts as one of them
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
        """Return own cadence at this speed, steps/min; without a speed the mean."""
        if speed_mps is None or self.speed_mps is None:
            return self.cadence_spm
        near_mps = min(max(speed_mps, self._slowest_mps - FOLLOWED_MPS), self._fastest_mps + FOLLOWED_MPS)
        return self.cadence_spm + self.slope * (near_mps - self.speed_mps)

    def knows(self, speed_mps: float | None) -> bool:
        """Whether this speed is near enough to those of the earlier runs for a target."""
        if speed_mps is None or self.speed_mps is None:
            return True
        return self._slowest_mps - TARGETED_MPS <= speed_mps <= self._fastest_mps + TARGETED_MPS


def own_cadence(history: Sequence[PastRun], plan: Plan) -> OwnCadence | None:
    """Return own cadence from before the plan began, else from the earlier runs; None while too few are known."""
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


def target_spm(own: OwnCadence, plan: Plan, speed_mps: float | None) -> float | None:
    """Return the target cadence at this speed, steps/min; None where own cadence is not known."""
    if not own.knows(speed_mps):
        return None
    return own.at(speed_mps) * (1.0 + TARGETS[plan.goal])


def _slope(pairs: Sequence[tuple[float, float]]) -> float:
    """Return the posterior mean of the slope, from the prior and (cadence, speed) of this runner's runs."""
    if len(pairs) < FEWEST_RUNS:
        return SLOPE_SPM_PER_MPS
    mean_c = sum(c for c, _ in pairs) / len(pairs)
    mean_v = sum(v for _, v in pairs) / len(pairs)
    precision = 1.0 / SLOPE_SD**2
    xx = sum((v - mean_v) ** 2 for _, v in pairs) / RUN_SPM_SD**2
    xy = sum((v - mean_v) * (c - mean_c) for c, v in pairs) / RUN_SPM_SD**2
    return (SLOPE_SPM_PER_MPS * precision + xy) / (precision + xx)
