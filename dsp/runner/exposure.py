"""Exposure: distance so far, and the load on the knees as flat-equivalent metres.

Walking downhill and downstairs provokes these knee pains most; downhill running loads knees 2-3 times as much as the
flat (sources 1). The weight rises linearly from 1 on the flat to 2.5 at 10 % downhill; the line is ours. Without a
measured speed the distance is estimated from running time and the runner's usual speed, and `measured` falls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dsp.records import Metric
from dsp.runner.history import PastRun
from dsp.signals import NS_PER_S

RUNNING, SPEED, INCLINE = "running", "speed_mps", "incline_pct"
"""Keys of the metrics that it uses; repeated here as `dsp.metrics` is of the same layer (a test compares them)."""

STEEPEST_PCT = 10.0
DOWNHILL_WEIGHT = 2.5
"""The middle of 2-3 times (sources 1), reached at STEEPEST_PCT."""

USUAL_MPS = 2.7
"""Speed assumed for an unknown runner: an easy run, 6:10 min/km."""

LONGEST_GAP_S = 3.0
"""Reports come once a second; after a longer gap nothing is added for the time in between."""

TRUSTED = 0.3
"""Minimum quality of a speed that counts."""
SLOPE_TRUSTED = 0.5
"""Minimum quality of a slope that counts. That of shoes is off by up to 2 % for a whole run, which could make every run
a downhill one, and stays below."""


def downhill_weight(incline_pct: float) -> float:
    """Return the flat metres that one metre at this slope is equivalent to, 1 to 2.5."""
    return 1.0 + (DOWNHILL_WEIGHT - 1.0) * min(1.0, max(0.0, -incline_pct / STEEPEST_PCT))


def usual_speed_mps(history: Sequence[PastRun]) -> float:
    """Return the mean speed of the earlier runs that had one, else `USUAL_MPS`."""
    known = [run.speed_mps for run in history if run.speed_mps]
    return sum(known) / len(known) if known else USUAL_MPS


class Exposure:
    """Running totals of a run; time counts only while the metric `running` is 1.

    running_s   running time
    distance_m  distance, measured or estimated
    descent_m   height lost
    exposure_m  flat-equivalent distance
    rate_mps    flat-equivalent metres per second over about the last minute
    """

    def __init__(self, history: Sequence[PastRun] = ()) -> None:
        self.running_s = 0.0
        self.distance_m = 0.0
        self.descent_m = 0.0
        self.exposure_m = 0.0
        self.rate_mps = self._usual_mps = usual_speed_mps(history)
        self._measured_m = 0.0
        self._last_ns: int | None = None

    @property
    def measured(self) -> float:
        """Share of the distance with a measured speed, 0-1."""
        return self._measured_m / self.distance_m if self.distance_m else 0.0

    def second(self, t_ns: int, metrics: Mapping[str, Metric]) -> bool:
        """Take this second's metrics (those without a side, by key); return whether the runner is running."""
        since_s = 0.0 if self._last_ns is None else (t_ns - self._last_ns) / NS_PER_S
        self._last_ns = t_ns
        running = metrics.get(RUNNING)
        if running is None or running.value < 0.5:
            return False
        if not 0.0 < since_s <= LONGEST_GAP_S:
            return True
        speed, incline = metrics.get(SPEED), metrics.get(INCLINE)
        known = speed is not None and speed.quality >= TRUSTED and speed.value > 0.0
        speed_mps = speed.value if speed is not None and known else self._usual_mps
        slope_pct = incline.value if incline is not None and incline.quality >= SLOPE_TRUSTED else 0.0
        metres = speed_mps * since_s
        self.running_s += since_s
        self.distance_m += metres
        self._measured_m += metres if known else 0.0
        self.descent_m += metres * max(0.0, -slope_pct) / 100.0
        self.exposure_m += metres * downhill_weight(slope_pct)
        # Exponential mean over a minute, from which the next minutes are predicted.
        self.rate_mps += min(1.0, since_s / 60.0) * (speed_mps * downhill_weight(slope_pct) - self.rate_mps)
        return True
