"""Left and right have changed: the left-right difference of contact has left this runner's own.

Told is the change, in milliseconds and about the leg that stays on the ground longer than it did; what to do about it
is not: no trial says, and a longer contact may carry less at its peak. Asymmetry was no risk factor in 836 runners
(Malisoux 2024, sources 2): one's own change only, never a goal of symmetry. The name of the rule is older than this.
"""

from __future__ import annotations

from dsp import texts
from dsp.cues.rule import CueRule
from dsp.records import Cue, Earcon, Metric, Severity, Side, Threshold, ThresholdState
from dsp.thresholds.drift import CONTACT_DIFFERENCE

RULE = "quiet_side"


class Rule(CueRule):
    """Speaks when the drift of the contact difference has reached its bound."""

    teaches = True

    def threshold(self, threshold: Threshold) -> Cue | None:
        """The drift detector's change of state, in words."""
        if threshold.detector != CONTACT_DIFFERENCE.detector or threshold.state is not ThresholdState.REACHED:
            return None
        numbers = {each.key: each.value for each in threshold.because if isinstance(each, Metric)}
        change = numbers["contact_difference_ms"] - numbers["contact_difference_baseline_ms"]
        side = Side.LEFT if change > 0.0 else Side.RIGHT
        text = texts.SIDES_CHANGED.format(side=side, other=side.other, change_ms=abs(change))
        spoken = texts.SIDES_CHANGED_SPOKEN
        return Cue(threshold.t_ns, RULE, Severity.INFO, text, side, (threshold,), Earcon.THRESHOLD, spoken)
