"""Personal time-to-onset model of pain from all runs, a survival model; pain-free runs are right-censored.

The distance of onset D in flat-equivalent metres (`runner.exposure`) is log-normal: ln D ~ Normal(mu, sigma). A run
with pain at d observes D = d; a pain-free run of length c observes D > c. Older runs weigh less: half after
HALF_LIFE_DAYS. The prior is "often 15-20 min into the run" (sources 1) at the runner's own speed, wide enough (a factor
of 1.6 either way) for two or three runs to overrule it; sigma has a log-normal prior around 0.18, our choice.

The posterior is integrated on a grid, so the result includes how little five runs reveal; the maximum a posteriori
estimate alone would be overconfident (`python -m benchmarks.thresholds calibration`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dsp.runner.history import PastRun

PRIOR_ONSET_S = 17.5 * 60.0
"""The middle of 15-20 min."""
PRIOR_MU_SD = 0.5
PRIOR_SIGMA = 0.18
PRIOR_LN_SIGMA_SD = 0.6
HALF_LIFE_DAYS = 60.0
"""Tissue and training change over weeks; the figure is ours, no source gives one."""
SMALLEST_M = 50.0
"""Lower limit of an onset: pain from the first step is an onset too, but zero has no logarithm."""

_MU_POINTS = 61
_SIGMA_POINTS = 21
_NEGLIGIBLE = 1e-4
_ROOT2 = math.sqrt(2.0)


@dataclass(frozen=True, slots=True)
class Observation:
    """One run: flat-equivalent metres, whether pain began there (else the run ended pain-free), and its weight, 0-1."""

    exposure_m: float
    onset: bool
    weight: float = 1.0


def observations(history: Sequence[PastRun]) -> list[Observation]:
    """Return an observation for each earlier run with a distance."""
    out: list[Observation] = []
    for run in history:
        weight = 0.5 ** (max(0.0, run.days_ago) / HALF_LIFE_DAYS)
        if run.onset_m is not None:
            out.append(Observation(max(run.onset_m, SMALLEST_M), onset=True, weight=weight))
        elif run.exposure_m is not None and run.exposure_m > SMALLEST_M:
            out.append(Observation(run.exposure_m, onset=False, weight=weight))
    return out


class OnsetModel:
    """Posterior of the model, as weighted (mu, sigma) pairs; built once a run, evaluated every second.

    onsets, runs       runs with pain, and all runs
    map_mu, map_sigma  maximum a posteriori estimate, ln m
    """

    def __init__(self, seen: Sequence[Observation], speed_mps: float) -> None:
        self.onsets = sum(each.onset for each in seen)
        self.runs = len(seen)
        prior_mu = math.log(PRIOR_ONSET_S * speed_mps)
        logs = [(math.log(each.exposure_m), each.onset, each.weight) for each in seen]
        low = min([prior_mu - 3.0 * PRIOR_MU_SD, *(x - 0.3 for x, onset, _ in logs if onset)])
        high = max([prior_mu + 3.0 * PRIOR_MU_SD, *(x + 0.5 for x, _, _ in logs)])
        coarse = self._posterior(logs, prior_mu, low, high)
        # A second, finer grid where the coarse one has weight.
        mus = [mu for weight, mu, _ in coarse if weight > _NEGLIGIBLE]
        step = (high - low) / (_MU_POINTS - 1)
        self._points = self._posterior(logs, prior_mu, min(mus) - step, max(mus) + step)
        _, self.map_mu, self.map_sigma = max(self._points)
        kept = [point for point in self._points if point[0] > _NEGLIGIBLE]
        total = sum(weight for weight, _, _ in kept)
        self._points = [(weight / total, mu, sigma) for weight, mu, sigma in kept]

    def passed(self, exposure_m: float) -> float:
        """Return the share of such runs still pain-free at this exposure, 0-1 (the survival function)."""
        if exposure_m <= 0.0:
            return 1.0
        x = math.log(exposure_m)
        return 0.5 * sum(w * math.erfc((x - mu) / (_ROOT2 * sigma)) for w, mu, sigma in self._points)

    def chance(self, from_m: float, to_m: float) -> float:
        """Return the chance, 0-1, that pain begins between two exposures, given that it has not begun before."""
        before = self.passed(from_m)
        return 1.0 - self.passed(to_m) / before if before > 1e-9 else 1.0

    def quantile(self, share_passed: float) -> float:
        """Return the exposure, m, that this share of runs passes pain-free (bisection to 0.1 %)."""
        low, high = SMALLEST_M / 10.0, 1e6
        while high / low > 1.001:
            middle = math.sqrt(low * high)
            low, high = (middle, high) if self.passed(middle) > share_passed else (low, middle)
        return math.sqrt(low * high)

    @staticmethod
    def _posterior(
        logs: list[tuple[float, bool, float]], prior_mu: float, low: float, high: float
    ) -> list[tuple[float, float, float]]:
        """Return (weight, mu, sigma) on a grid, weights relative to the largest."""
        points: list[tuple[float, float, float]] = []
        for j in range(_SIGMA_POINTS):
            z = -3.0 + 6.0 * j / (_SIGMA_POINTS - 1)
            sigma = PRIOR_SIGMA * math.exp(PRIOR_LN_SIGMA_SD * z)
            for i in range(_MU_POINTS):
                mu = low + (high - low) * i / (_MU_POINTS - 1)
                log_p = -0.5 * z * z - 0.5 * ((mu - prior_mu) / PRIOR_MU_SD) ** 2
                for x, onset, weight in logs:
                    u = (x - mu) / sigma
                    if onset:
                        log_p -= weight * (0.5 * u * u + math.log(sigma))
                    else:
                        log_p += weight * math.log(max(1e-300, 0.5 * math.erfc(u / _ROOT2)))
                points.append((log_p, mu, sigma))
        top = max(log_p for log_p, _, _ in points)
        return [(math.exp(log_p - top), mu, sigma) for log_p, mu, sigma in points]
