"""Correct a value for speed, incline and cadence, with slopes learned while the runner is fresh.

A ridge regression in physical units: each slope has a prior around zero with an SD that is plausible in runners, so a
run at one speed learns nothing, and a run over hills learns its own slopes. On six long real runs it reduced the slow
variation of contact time from 8.1 to 3.7 ms and that of cadence from 2.3 to 1.5 steps/min (sources 9).
"""

from __future__ import annotations

from collections.abc import Sequence

MOST_BEYOND = 0.5
"""Limit of extrapolation: a covariate counts up to this share of the learned range beyond its ends."""


class Regression:
    """Linear model: value = mean + sum of slope x (covariate - its mean). `learn`, `fit` once, then `correct`.

    slope_sd  prior SD of each slope, in units of the value per unit of the covariate; 0: no correction for that one
    noise_sd  SD of one value around the line
    """

    def __init__(self, slope_sd: Sequence[float], noise_sd: float) -> None:
        self._slope_sd = tuple(slope_sd)
        self._noise_sd = noise_sd
        self._rows: list[tuple[float, tuple[float, ...]]] = []
        self._slopes = (0.0,) * len(self._slope_sd)
        self._means = (0.0,) * len(self._slope_sd)
        self._low = self._high = self._means

    def learn(self, value: float, covariates: tuple[float, ...]) -> None:
        """Add a value of the fresh runner and its covariates."""
        self._rows.append((value, covariates))

    def fit(self) -> float | None:
        """Fit the slopes, drop the data, and return the mean of the values; None without data.

        The corrected values have the same mean, since they are corrected to the mean of the covariates.
        """
        n, k = len(self._rows), len(self._slope_sd)
        if not n:
            return None
        mean = sum(value for value, _ in self._rows) / n
        self._means = tuple(sum(x[i] for _, x in self._rows) / n for i in range(k))
        columns = [[x[i] for _, x in self._rows] for i in range(k)]
        self._low, self._high = tuple(min(c) for c in columns), tuple(max(c) for c in columns)
        noise = self._noise_sd**2
        free = [i for i in range(k) if self._slope_sd[i] > 0.0]
        matrix = [
            [
                sum((x[i] - self._means[i]) * (x[j] - self._means[j]) for _, x in self._rows) / noise
                + (1.0 / self._slope_sd[i] ** 2 if i == j else 0.0)
                for j in free
            ]
            for i in free
        ]
        right = [sum((x[i] - self._means[i]) * (value - mean) for value, x in self._rows) / noise for i in free]
        slopes = dict(zip(free, solved(matrix, right), strict=True))
        self._slopes = tuple(slopes.get(i, 0.0) for i in range(k))
        self._rows.clear()
        return mean

    def correct(self, value: float, covariates: tuple[float, ...]) -> float:
        """Return the value as it would be at the mean of the covariates; unchanged before `fit`."""
        for i, slope in enumerate(self._slopes):
            slack = MOST_BEYOND * (self._high[i] - self._low[i])
            x = min(max(covariates[i], self._low[i] - slack), self._high[i] + slack)
            value -= slope * (x - self._means[i])
        return value


def solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solve a small symmetric positive definite system by elimination (the prior keeps the pivots above zero)."""
    k = len(right)
    rows = [[*matrix[i], right[i]] for i in range(k)]
    for i in range(k):
        pivot = rows[i]
        for j in range(i + 1, k):
            factor = rows[j][i] / pivot[i]
            rows[j] = [a - factor * b for a, b in zip(rows[j], pivot, strict=True)]
    out = [0.0] * k
    for i in reversed(range(k)):
        out[i] = (rows[i][k] - sum(rows[i][j] * out[j] for j in range(i + 1, k))) / rows[i][i]
    return out
