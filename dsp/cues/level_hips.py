"""Keep your belt level: the drop on one leg has drifted beyond this runner's own bound (sources 2, 4, 5).

External focus and plain words: belt, not pelvis. It teaches; it never says what is wrong with anyone.
"""

from __future__ import annotations

from dsp import texts
from dsp.cues.rule import CueRule
from dsp.records import Cue, Earcon, Severity, Threshold, ThresholdState
from dsp.thresholds.drift import DROP

RULE = "level_hips"

_SAID = {
    ThresholdState.NEAR: (Severity.INFO, texts.BELT_NEAR, texts.BELT_NEAR_SPOKEN),
    ThresholdState.REACHED: (Severity.ADVICE, texts.BELT_REACHED, texts.BELT_REACHED_SPOKEN),
}


class Rule(CueRule):
    """Speaks when the drift of drop comes near its bound or reaches it."""

    def threshold(self, threshold: Threshold) -> Cue | None:
        """The drift detector's change of state, in words."""
        said = _SAID.get(threshold.state)
        if threshold.detector != DROP.detector or said is None or threshold.side is None:
            return None
        severity, text, spoken = said
        side = threshold.side
        return Cue(
            threshold.t_ns,
            RULE,
            severity,
            text.format(side=side),
            side,
            (threshold,),
            Earcon.ABOVE,
            spoken.format(side=side),
        )
