"""Detect drift: a metric has left the runner's own baseline and stays away.

Method (sources 9): medians of 10 s, corrected for speed, incline and cadence (regression learned in minutes 2-10 of the
run), smoothed by an exponential mean, and compared with the mean of those minutes and, where there are enough earlier
runs to know their spread, with that of earlier runs. Beyond a bound D for a minute the threshold is reached; D =
max(smallest change that counts, 3 x the runner's own SD between runs). The SD within a run is no basis for D (a
z-score): slow variation over minutes would cause an alarm in every run. Time without enough values counts neither for
the baseline nor for the detection: the minutes of a sensor that joins late start when it joins. A sensor that moved
starts a new baseline and is never a drift.

The real variation of drop over minutes is unknown (no public recording is long enough); docs/thresholds.md has the
false alarm rates at 0.15 and at 0.3 deg.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean, median, stdev

from dsp.records import Metric, Side, Threshold
from dsp.thresholds.covariates import Regression
from dsp.thresholds.ladder import Ladder, steps_of

EARLIER_ONLY = 1.5
"""A remounted sensor never sits exactly as before, so against earlier runs alone the bound is wider by this factor.

With the plain bound 12 % of simulated runs had a message within 2 km (between-run SD 0.28 deg)."""

FEWEST_RUNS = 3
"""Minimum earlier runs for a baseline: with fewer, their spread is not known."""


@dataclass(frozen=True, slots=True)
class DriftParams:
    """Parameters of the detector; seconds are seconds of running.

    block_s          length of one median
    tau_s            time constant of the exponential mean: at 120 s a change of 2 deg in 10 min was detected after
                     7.8 min, at 45 s after 6.7 (`python -m benchmarks.thresholds drift`)
    baseline_from_s, baseline_to_s  measured time of the run that makes its own baseline
    minimum_deg      smallest change of drop that counts (2-D video cannot resolve less than 2.7 deg; the repeatability
                     of an IMU allows 1)
    run_sd_factor    multiple of the between-run SD that the bound is at least
    hold_s           how long the mean must stay beyond the bound
    watch, near      shares of the bound at which the state changes
    release          hysteresis: how far, as a share of the bound, the mean must fall back to leave a state
    fewest           minimum values in a block
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
    """A watched metric, and how large a change of it counts.

    detector       name in the records
    key, unit      together the key of the metric: `key_unit`
    minimum        smallest change that counts, in the unit
    slope_sd       prior SD of its slopes per m/s, per % of incline and per step/min (0: not corrected for that)
    noise_sd       SD of one block's median around its mean
    sign           +1: only a rise counts, 0: any change
    tau_s, hold_s  override those of the params: metrics that vary more are averaged for longer
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
"""The minimum is 5 times the slow variation that the correction leaves in real runs (3.7 ms)."""
CADENCE = Watched("cadence_drift", "cadence", "spm", 6.0, (12.0, 1.5, 0.0), 2.0, tau_s=180.0, hold_s=120.0)
"""The minimum is 4 times the variation left (1.5 steps/min), and cadence is not corrected for itself. Both minima were
chosen on the six runs that they are evaluated on."""
CONTACT_DIFFERENCE = Watched(
    "contact_difference_drift", "contact_difference", "ms", 12.0, (8.0, 1.0, 0.3), 3.0, tau_s=180.0, hold_s=120.0
)
"""Left minus right; the minimum is 5 % of a contact time of 240 ms. Healthy runners differ by as much between sides,
but not within a run."""


class Drift:
    """Drift detector for one metric (of one leg): `add` values as they come, call `running` as time passes.

    past   means of earlier runs; fewer than `FEWEST_RUNS` are ignored
    bound  D, in the metric's unit
    mean   exponential mean that is compared with the baseline; None: nothing measured yet
    """

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
        """Start a new baseline."""
        self._regression = Regression(self._w.slope_sd, self._w.noise_sd)
        self._own: float | None = None
        self._measured_s = 0.0
        self._block: list[float] = []
        self._block_s = 0.0
        self._beyond_s = 0.0

    def add(self, value: float) -> None:
        """Take a value, in the metric's unit; the caller passes only values of good quality."""
        self._block.append(value)

    def moved(self) -> None:
        """Start again after the sensor moved: neither this run so far nor earlier runs can be compared any more."""
        self._begin()
        self._past = None
        self.mean = None

    def running(self, t_ns: int, seconds: float, covariates: tuple[float, float, float]) -> Threshold | None:
        """Count `seconds` of running; return a record when the state changed.

        covariates  speed in m/s, incline in % and cadence in steps/min
        """
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
        """What the mean is compared with; None: not known yet."""
        known = [v for v in (self._own, self._past) if v is not None]
        return fmean(known) if known else None

    @property
    def allowed(self) -> float:
        """The bound in force: how far the mean may be from the baseline."""
        return self.bound if self._own is not None else EARLIER_ONLY * self.bound

    def _because(self, t_ns: int, baseline: float, bound: float) -> tuple[Metric, ...]:
        assert self.mean is not None
        key, unit, side = self._w.key, self._w.unit, self._side
        return (
            Metric(t_ns, f"{key}_{unit}", self.mean, side, 1.0),
            Metric(t_ns, f"{key}_baseline_{unit}", baseline, side, 1.0),
            Metric(t_ns, f"{key}_bound_{unit}", bound, side, 1.0),
        )
