"""Approaching and reaching the distance at which it began to hurt in earlier runs (sources 5, 6).

Near: head back. Reached: walk or stop for today, with how far the next run may be.
"""

from __future__ import annotations

from dsp import texts
from dsp.cues.rule import CueRule
from dsp.records import Cue, Earcon, Metric, Severity, Threshold, ThresholdState
from dsp.thresholds.onset import DETECTOR

RULE = "pain_distance"

_SAID = {
    ThresholdState.NEAR: (Severity.ADVICE, texts.APPROACHING, texts.APPROACHING_SPOKEN),
    ThresholdState.REACHED: (Severity.WARNING, texts.REACHED, texts.REACHED_SPOKEN),
}


class Rule(CueRule):
    """Speaks when the onset detector is near or there."""

    def threshold(self, threshold: Threshold) -> Cue | None:
        """The onset detector's change of state, in words."""
        said = _SAID.get(threshold.state)
        if threshold.detector != DETECTOR or said is None:
            return None
        numbers = {each.key: each.value for each in threshold.because if isinstance(each, Metric)}
        count = round(numbers["onset_runs"])
        severity, text, spoken = said
        words = text.format(
            runs=texts.counted(count, "run"),
            median=texts.distance(numbers["onset_median_m"]),
            here=texts.distance(numbers["exposure_m"]),
        )
        return Cue(threshold.t_ns, RULE, severity, words, None, (threshold,), Earcon.THRESHOLD, spoken)
