"""Detect that the runner comes near the distance at which pain began in earlier runs, or reports pain now.

States: watch when the chance of onset within the next five minutes is above 20 %; near once the distance that 80 % of
such runs pass pain-free is behind; reached when half of such runs have begun to hurt. Without an earlier run with pain
there is nothing to compare with, and the state stays clear. A pain report makes it reported, whatever the model says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dsp.records import Metric, PainReport, Threshold
from dsp.runner.exposure import Exposure, usual_speed_mps
from dsp.runner.history import PastRun
from dsp.runner.triage import hurts
from dsp.thresholds.ladder import Ladder
from dsp.thresholds.onset_model import OnsetModel, observations

DETECTOR = "onset"


@dataclass(frozen=True, slots=True)
class OnsetParams:
    """Parameters of the detector.

    ahead_s          horizon of the chance of onset
    watch_chance     chance of onset above which the state is watch
    near_passed      share of such runs still pain-free at which the state is near
    reached_passed   the same for reached
    slack            hysteresis of chance and shares
    remembered_days  older runs are ignored
    """

    ahead_s: float = 300.0
    watch_chance: float = 0.20
    near_passed: float = 0.80
    reached_passed: float = 0.50
    slack: float = 0.08
    remembered_days: float = 120.0


class Onset:
    """Onset detector; call `second` once a second while running.

    model     time-to-onset model; None: no earlier run with pain
    safe_m    flat-equivalent metres that `near_passed` of such runs pass pain-free; None without a model
    median_m  the same for `reached_passed`
    """

    def __init__(self, history: Sequence[PastRun], params: OnsetParams | None = None) -> None:
        self._p = params or OnsetParams()
        recent = [run for run in history if run.days_ago <= self._p.remembered_days]
        seen = observations(recent)
        self._ladder = Ladder()
        self.model = OnsetModel(seen, usual_speed_mps(recent)) if any(each.onset for each in seen) else None
        self.safe_m = self.model.quantile(self._p.near_passed) if self.model else None
        self.median_m = self.model.quantile(self._p.reached_passed) if self.model else None
        self._began_m = [run.began_at_m for run in recent if run.began_at_m is not None]
        self._chance = 0.0

    def second(self, t_ns: int, exposure: Exposure) -> Threshold | None:
        """Update the state; return a record when it changed."""
        model, p = self.model, self._p
        if model is None:
            return None
        here_m = exposure.exposure_m
        passed = model.passed(here_m)
        self._chance = model.chance(here_m, here_m + p.ahead_s * exposure.rate_mps)
        state = self._ladder.settle(self._level(passed, self._chance, 0.0), self._level(passed, self._chance, p.slack))
        if state is None:
            return None
        return Threshold(t_ns, DETECTOR, state, None, self._because(t_ns, exposure))

    def report(self, report: PainReport) -> Threshold | None:
        """Take a pain report; return a record when the state changed."""
        if not hurts(report):
            return None
        state = self._ladder.report()
        return None if state is None else Threshold(report.t_ns, DETECTOR, state, None, (report,))

    def take_back(self, report: PainReport) -> Threshold | None:
        """Take the withdrawal of the only report of this run; return a record when the state changed."""
        state = self._ladder.take_back()
        return None if state is None else Threshold(report.t_ns, DETECTOR, state, None, (report,))

    def metrics(self, t_ns: int) -> list[Metric]:
        """Return the chance of onset within five minutes, and the distance that 80 % pass; empty without a model."""
        if self.model is None or self.safe_m is None:
            return []
        return [
            Metric(t_ns, "onset_chance_pct", 100.0 * self._chance, None, 1.0),
            Metric(t_ns, "onset_safe_m", self.safe_m, None, 1.0),
        ]

    def _level(self, passed: float, chance: float, slack: float) -> int:
        p = self._p
        if passed <= p.reached_passed + slack:
            return 3
        if passed <= p.near_passed + slack:
            return 2
        return 1 if chance > p.watch_chance - slack else 0

    def _because(self, t_ns: int, exposure: Exposure) -> tuple[Metric, ...]:
        assert self.model is not None
        assert self.safe_m is not None
        assert self.median_m is not None
        quality = round(0.5 + 0.5 * exposure.measured, 3)
        return (
            Metric(t_ns, "exposure_m", exposure.exposure_m, None, quality),
            Metric(t_ns, "onset_chance_pct", 100.0 * self._chance, None, 1.0),
            Metric(t_ns, "onset_safe_m", self.safe_m, None, 1.0),
            Metric(t_ns, "onset_median_m", self.median_m, None, 1.0),
            Metric(t_ns, "onset_runs", float(self.model.onsets), None, 1.0),
            Metric(t_ns, "onset_nearest_m", min(self._began_m), None, 1.0),
            Metric(t_ns, "onset_farthest_m", max(self._began_m), None, 1.0),
            Metric(t_ns, "distance_m", exposure.distance_m, None, quality),
        )
