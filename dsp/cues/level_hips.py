"""Keep the belt level when the drop on one leg drifts towards or beyond this runner's own bound (sources 2, 4, 5).

External focus and plain words: belt, not pelvis. It says what to do, never what is wrong with the runner.
"""

from __future__ import annotations

from dsp import texts
from dsp.cues.rule import CueRule
from dsp.records import Cue, Earcon, Severity, Threshold, ThresholdState
from dsp.thresholds.drift import DROP

RULE = "level_hips"

_TEXTS = {
    ThresholdState.NEAR: (Severity.INFO, texts.BELT_NEAR, texts.BELT_NEAR_SPOKEN),
    ThresholdState.REACHED: (Severity.ADVICE, texts.BELT_REACHED, texts.BELT_REACHED_SPOKEN),
}


class Rule(CueRule):
    """Reacts when the drift of drop comes near its bound or reaches it."""

    def threshold(self, threshold: Threshold) -> Cue | None:
        """Return a cue for the leg whose drop drifts."""
        found = _TEXTS.get(threshold.state)
        if threshold.detector != DROP.detector or found is None or threshold.side is None:
            return None
        severity, text, spoken = found
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
