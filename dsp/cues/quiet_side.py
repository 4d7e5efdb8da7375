"""Report that the left-right difference of contact time has left this runner's own range.

The cue names the change, in milliseconds, and the leg that stays on the ground longer than before; it gives no advice,
since no trial supports any, and a longer contact may have a lower peak load. Asymmetry was no risk factor in 836
runners (Malisoux 2024, sources 2), so only a runner's own change counts and symmetry is never a goal. The rule's id
dates from an earlier form of the cue.
"""

from __future__ import annotations

from dsp import texts
from dsp.cues.rule import CueRule
from dsp.records import Cue, Earcon, Metric, Severity, Side, Threshold, ThresholdState
from dsp.thresholds.drift import CONTACT_DIFFERENCE

RULE = "quiet_side"


class Rule(CueRule):
    """Reacts when the drift of the contact difference reaches its bound."""

    teaches = True

    def threshold(self, threshold: Threshold) -> Cue | None:
        """Return a cue with the change and its leg."""
        if threshold.detector != CONTACT_DIFFERENCE.detector or threshold.state is not ThresholdState.REACHED:
            return None
        numbers = {each.key: each.value for each in threshold.because if isinstance(each, Metric)}
        change = numbers["contact_difference_ms"] - numbers["contact_difference_baseline_ms"]
        side = Side.LEFT if change > 0.0 else Side.RIGHT
        text = texts.SIDES_CHANGED.format(side=side, other=side.other, change_ms=abs(change))
        spoken = texts.SIDES_CHANGED_SPOKEN
        return Cue(threshold.t_ns, RULE, Severity.INFO, text, side, (threshold,), Earcon.THRESHOLD, spoken)
