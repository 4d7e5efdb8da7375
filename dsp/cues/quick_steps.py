"""Quick, light steps: said when cadence stays well under this runner's own (domain 3).

Own means: the mean of earlier runs, else the median of the second minute of this one.
"""

from __future__ import annotations

from statistics import fmean, median

from dsp.history import PastRun
from dsp.records import Cue, Metric, Severity, Step, Threshold

RULE = "quick_steps"

BELOW = 0.05
"""Share under the own cadence: the smallest change that does something for the knee (domain 3, Heiderscheit 2011)."""

HELD_REPORTS = 30
"""Reports (one a second) in a row."""

GOOD = 0.6
"""Least quality of a cadence that may lead to a cue."""


class Rule:
    """Compares cadence with the runner's own, once a second."""

    def __init__(self, history: tuple[PastRun, ...]) -> None:
        past = [run.cadence_spm for run in history if run.cadence_spm is not None]
        self._own = fmean(past) if past else None
        self._seen: list[float] = []
        self._reports = 0
        self._below = 0

    def step(self, step: Step) -> Cue | None:
        """Single steps say nothing."""

    def threshold(self, threshold: Threshold) -> Cue | None:
        """Thresholds have rules of their own."""

    def metrics(self, metrics: list[Metric]) -> Cue | None:
        """Look at this second's cadence."""
        cadence = next((m for m in metrics if m.key == "cadence_spm" and m.quality >= GOOD), None)
        if cadence is None:
            self._below = 0
            return None
        self._reports += 1
        if self._own is None:
            if self._reports > 60:
                self._seen.append(cadence.value)
            if len(self._seen) == 60:
                self._own = median(self._seen)
            return None
        low = cadence.value < (1.0 - BELOW) * self._own
        self._below = self._below + 1 if low else 0
        if self._below < HELD_REPORTS:
            return None
        self._below = 0
        text = "Your steps have become slower than usual. Quick, light steps."
        own = Metric(cadence.t_ns, "cadence_baseline_spm", self._own, None, 1.0)
        return Cue(cadence.t_ns, RULE, Severity.INFO, text, None, (cadence, own))
