"""Land as quietly on one side as on the other: the left-right difference of contact has left this runner's own.

Told about the leg that stays on the ground longer than it usually does, because it takes more of the work; which leg
sounds louder is not measured. Asymmetry was no risk factor in 836 runners (Malisoux 2024): one's own change only,
never a goal of symmetry.
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
        text, spoken = texts.QUIET_SIDE.format(side=side), texts.QUIET_SIDE_SPOKEN.format(side=side)
        return Cue(threshold.t_ns, RULE, Severity.INFO, text, side, (threshold,), Earcon.ABOVE, spoken)
