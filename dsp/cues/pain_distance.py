"""Warn before and at the distance at which pain is likely to begin (sources 5, 6).

Near: head back. Reached: walk or stop for today. The text gives where pain began in earlier runs, which a runner can
check, and the onset model's expectation, called an estimate. Both are distances as a watch shows them, the estimate as
if the rest of the way were flat. How far the next run may be is left to the cap (`return_to_run`).
"""

from __future__ import annotations

from dsp import texts
from dsp.cues.rule import CueRule
from dsp.records import Cue, Earcon, Metric, Severity, Threshold, ThresholdState
from dsp.thresholds.onset import DETECTOR

RULE = "pain_distance"

_TEXTS = {
    ThresholdState.NEAR: (Severity.ADVICE, texts.APPROACHING, texts.APPROACHING_SPOKEN),
    ThresholdState.REACHED: (Severity.WARNING, texts.REACHED, texts.REACHED_SPOKEN),
}


class Rule(CueRule):
    """Reacts when the onset detector is near its threshold or reaches it."""

    def threshold(self, threshold: Threshold) -> Cue | None:
        """Return a cue with the earlier distances, the estimate and the distance now."""
        found = _TEXTS.get(threshold.state)
        if threshold.detector != DETECTOR or found is None:
            return None
        numbers = {each.key: each.value for each in threshold.because if isinstance(each, Metric)}
        count = round(numbers["onset_runs"])
        severity, text, spoken = found
        here_m = numbers["distance_m"]
        left_m = max(0.0, numbers["onset_median_m"] - numbers["exposure_m"])
        words = text.format(
            runs=texts.counted(count, "run"),
            began=texts.distances(numbers["onset_nearest_m"], numbers["onset_farthest_m"]),
            expected=texts.distance(here_m + left_m),
            here=texts.distance(here_m),
        )
        return Cue(threshold.t_ns, RULE, severity, words, None, (threshold,), Earcon.THRESHOLD, spoken)
