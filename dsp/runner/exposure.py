"""How far the runner has come, and how much of it the knees felt: flat-equivalent metres.

Walking downhill and downstairs is what these knees mind most; downhill running loads them 2-3 times as much as the
flat (sources 1). The weight rises in a straight line from 1 on the flat to 2.5 at 10 % down; the line is ours.
Without a speed the distance is estimated from running time and the runner's usual speed, and said to be estimated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dsp.records import Metric
from dsp.runner.history import PastRun
from dsp.signals import NS_PER_S

RUNNING, SPEED, INCLINE = "running", "speed_mps", "incline_pct"
"""Keys of the metrics that it counts with (a room of the same floor: a test compares them)."""

STEEPEST_PCT = 10.0
DOWNHILL_WEIGHT = 2.5
"""The middle of 2-3 times (sources 1), reached at STEEPEST_PCT."""

USUAL_MPS = 2.7
"""An easy run, 6:10 a km: what is assumed of a runner nothing is known of."""

LONGEST_GAP_S = 3.0
"""Reports come once a second; after a longer silence nothing is added for the time in between."""

TRUSTED = 0.3
"""Least quality of a speed that counts."""
SLOPE_TRUSTED = 0.5
"""And of a slope: what shoes climb is off by up to 2 % for a whole run, which would make every run a downhill one."""


def downhill_weight(incline_pct: float) -> float:
    """Flat metres that one metre at this slope stands for, 1 to 2.5."""
    return 1.0 + (DOWNHILL_WEIGHT - 1.0) * min(1.0, max(0.0, -incline_pct / STEEPEST_PCT))


def usual_speed_mps(history: Sequence[PastRun]) -> float:
    """Mean speed of the earlier runs that had one."""
    known = [run.speed_mps for run in history if run.speed_mps]
    return sum(known) / len(known) if known else USUAL_MPS


class Exposure:
    """Sums of the run so far. Time counts while running, as the metric `running` says.

    running_s   running time          distance_m  metres          descent_m  metres lost in height
    exposure_m  flat-equivalent metres
    measured    share of the distance that a speed was measured for, 0-1
    rate_mps    flat-equivalent metres a second, lately
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
        """Share of the distance that was measured."""
        return self._measured_m / self.distance_m if self.distance_m else 0.0

    def second(self, t_ns: int, metrics: Mapping[str, Metric]) -> bool:
        """Take this second's metrics (those without a side, by key); True while running."""
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
        # A minute's memory: the next minutes are taken to be like the last one.
        self.rate_mps += min(1.0, since_s / 60.0) * (speed_mps * downhill_weight(slope_pct) - self.rate_mps)
        return True
