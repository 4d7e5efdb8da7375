"""Drift: a number of this runner's has left its own baseline, and stays away.

Rule (sources 9): medians of 10 s; corrected for speed, slope and cadence (regression learned in minutes 2-10 of
the run); compared with the mean of those minutes and, where there are enough earlier runs to know their spread, of
earlier runs; exponential mean; beyond D for a minute is reached, D = max(the smallest change that counts, 3 x the
runner's own SD between runs). Never a z-score with the spread within a run: minute-scale wander makes that alarm in
every run. Time without enough values does not count, neither for the baseline nor for what follows: the minutes of a
sensor that joins late are those since it joined. One that moved starts the baseline anew: never a drift.

The real wander of drop over minutes is unknown (no public recording is long enough); docs/thresholds.md has the false
alarms at 0.15 and at 0.3 deg.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean, median, stdev

from dsp.records import Metric, Side, Threshold
from dsp.thresholds.covariates import Regression
from dsp.thresholds.ladder import Ladder, steps_of

EARLIER_ONLY = 1.5
"""A re-mounted sensor never sits exactly as before, so a baseline from earlier runs alone gets a bound so much wider.

With the plain bound 12 % of simulated runs had a word within 2 km (between-run SD 0.28 deg)."""

FEWEST_RUNS = 3
"""Earlier runs that say what the spread between runs is; with fewer they are no baseline."""


@dataclass(frozen=True, slots=True)
class DriftParams:
    """All of the rule; seconds are seconds of running.

    block_s          length of one median
    tau_s            memory of the exponential mean: at 120 s a change of 2 deg in 10 min was found after 7.8 min,
                     at 45 s after 6.7 (`python -m benchmarks.thresholds drift`)
    baseline_from_s, baseline_to_s  part of the measured run that makes its own baseline
    minimum_deg      smallest change of drop that counts (2-D video cannot see under 2.7 deg; an IMU's repeats allow 1)
    run_sd_factor    times the between-run SD
    hold_s           how long the mean must stay beyond the bound
    watch, near      shares of the bound at which the state changes
    release          how far, as a share of the bound, the mean must fall back to leave a state
    fewest           values that make a block
    """

    block_s: float = 10.0
    tau_s: float = 45.0
    baseline_from_s: float = 120.0
    baseline_to_s: float = 600.0
    minimum_deg: float = 1.0
    run_sd_factor: float = 3.0
    hold_s: float = 60.0
    watch: float = 0.7
    near: float = 0.85
    release: float = 0.25
    fewest: int = 3


@dataclass(frozen=True, slots=True)
class Watched:
    """Which number, and how much of it counts.

    detector  name in the records         key, unit  as in metrics: `key_unit`
    minimum   smallest change that counts, in the unit
    slope_sd  prior spread of its slopes per m/s, per % of incline and per step/min (0: not corrected for that)
    noise_sd  spread of one block's median around its mean
    sign      +1: only a rise counts, 0: any change
    tau_s, hold_s  instead of those of the params: numbers that wander more are looked at longer
    """

    detector: str
    key: str
    unit: str
    minimum: float
    slope_sd: tuple[float, float, float]
    noise_sd: float
    sign: int = 0
    tau_s: float | None = None
    hold_s: float | None = None


DROP = Watched("drop_drift", "drop_excursion", "deg", DriftParams().minimum_deg, (1.0, 0.3, 0.1), 0.25, sign=1)
CONTACT = Watched("contact_drift", "contact", "ms", 20.0, (60.0, 3.0, 1.5), 4.0, tau_s=180.0, hold_s=120.0)
"""5 times the slow wander that correction leaves in real runs (3.7 ms)."""
CADENCE = Watched("cadence_drift", "cadence", "spm", 6.0, (12.0, 1.5, 0.0), 2.0, tau_s=180.0, hold_s=120.0)
"""4 times its wander (1.5 steps/min). Both were chosen on the six runs they are scored on. Not corrected for itself."""
CONTACT_DIFFERENCE = Watched(
    "contact_difference_drift", "contact_difference", "ms", 12.0, (8.0, 1.0, 0.3), 3.0, tau_s=180.0, hold_s=120.0
)
"""Left minus right; 5 % of a contact of 240 ms. Healthy runners differ by as much between sides, not within a run."""


class Drift:
    """The rule for one number (of one leg). `add` values as they come, `running` time as it passes."""

    def __init__(self, watched: Watched, params: DriftParams, side: Side | None, past: tuple[float, ...] = ()) -> None:
        self._w = watched
        self._p = params
        self._side = side
        self._past = fmean(past) if len(past) >= FEWEST_RUNS else None
        spread = stdev(past) if len(past) >= FEWEST_RUNS else 0.0
        minimum = params.minimum_deg if watched == DROP else watched.minimum
        self.bound = max(minimum, params.run_sd_factor * spread)
        self._tau_s = watched.tau_s or params.tau_s
        self._hold_s = watched.hold_s or params.hold_s
        self.mean: float | None = None
        self._ladder = Ladder()
        self._begin()

    def _begin(self) -> None:
        """Nothing is known of this run yet."""
        self._regression = Regression(self._w.slope_sd, self._w.noise_sd)
        self._own: float | None = None
        self._measured_s = 0.0
        self._block: list[float] = []
        self._block_s = 0.0
        self._beyond_s = 0.0

    def add(self, value: float) -> None:
        """Take a value of good quality."""
        self._block.append(value)

    def moved(self) -> None:
        """The sensor no longer sits as it did: what it said before cannot be compared. Earlier runs neither."""
        self._begin()
        self._past = None
        self.mean = None

    def running(self, t_ns: int, seconds: float, covariates: tuple[float, float, float]) -> Threshold | None:
        """So much running time has passed at this speed m/s, incline % and cadence; a record when the state changed."""
        self._block_s += seconds
        if self._block_s < self._p.block_s:
            return None
        self._block_s -= self._p.block_s
        values, self._block = self._block, []
        if len(values) < self._p.fewest:
            return None
        return self._close(t_ns, median(values), covariates)

    def _close(self, t_ns: int, value: float, covariates: tuple[float, float, float]) -> Threshold | None:
        p = self._p
        self._measured_s += p.block_s
        if p.baseline_from_s <= self._measured_s < p.baseline_to_s:
            self._regression.learn(value, covariates)
        elif self._measured_s >= p.baseline_to_s and self._own is None:
            self._own = self._regression.fit()
        value = self._regression.correct(value, covariates)
        share = 1.0 - math.exp(-p.block_s / self._tau_s)
        self.mean = value if self.mean is None else self.mean + share * (value - self.mean)
        baseline = self.baseline
        if baseline is None:
            return None
        change = self.mean - baseline
        bound = self.allowed
        ratio = (change if self._w.sign else abs(change)) / bound
        self._beyond_s = self._beyond_s + p.block_s if ratio > 1.0 else 0.0
        bounds = (p.watch, p.near, 1.0)
        up = steps_of(ratio, bounds)
        if up == 3 and self._beyond_s < self._hold_s:
            up = 2
        keep = steps_of(ratio + p.release, bounds)
        state = self._ladder.settle(up, keep)
        if state is None:
            return None
        return Threshold(t_ns, self._w.detector, state, self._side, self._because(t_ns, baseline, bound))

    @property
    def baseline(self) -> float | None:
        """What a value is compared with; None: nothing is known yet."""
        known = [v for v in (self._own, self._past) if v is not None]
        return fmean(known) if known else None

    @property
    def allowed(self) -> float:
        """How far from its baseline a value may stay before it counts."""
        return self.bound if self._own is not None else EARLIER_ONLY * self.bound

    def _because(self, t_ns: int, baseline: float, bound: float) -> tuple[Metric, ...]:
        assert self.mean is not None
        key, unit, side = self._w.key, self._w.unit, self._side
        return (
            Metric(t_ns, f"{key}_{unit}", self.mean, side, 1.0),
            Metric(t_ns, f"{key}_baseline_{unit}", baseline, side, 1.0),
            Metric(t_ns, f"{key}_bound_{unit}", bound, side, 1.0),
        )
