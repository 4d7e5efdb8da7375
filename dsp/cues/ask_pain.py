"""Ask "is that pain?" after a sudden change between left and right, once a run (sources 5).

The answer is a key, a message or three taps.
"""

from __future__ import annotations

from dsp import texts
from dsp.cues.rule import CueParams, CueRule
from dsp.records import Cue, Earcon, Severity, Threshold, ThresholdState
from dsp.thresholds.antalgic import DETECTOR

RULE = "ask_pain"


class Rule(CueRule):
    """Asks the first time that the antalgic detector reaches its threshold."""

    def __init__(self, params: CueParams) -> None:
        super().__init__(params)
        self._has_asked = False

    def threshold(self, threshold: Threshold) -> Cue | None:
        """Return the question for the first jump."""
        if self._has_asked or threshold.detector != DETECTOR or threshold.state is not ThresholdState.REACHED:
            return None
        self._has_asked = True
        text, spoken = texts.ASK_PAIN, texts.ASK_PAIN_SPOKEN
        return Cue(threshold.t_ns, RULE, Severity.ADVICE, text, None, (threshold,), Earcon.THRESHOLD, spoken)
