"""Keep your belt level: said when the drop on one leg has drifted away from this runner's own baseline (domain 4, 5).

External focus and plain words: belt, not pelvis. It teaches; it never says what is wrong with anyone.
"""

from __future__ import annotations

from dsp.history import PastRun
from dsp.records import Cue, Metric, Severity, Step, Threshold, ThresholdState
from dsp.thresholds.drift import DETECTOR

RULE = "level_hips"

_NEAR = "Your belt starts to tip when you land on your {side}. Keep it level."
_REACHED = (
    "Your belt tips more than it usually does when you land on your {side}. "
    "Quick, light steps, belt level; or take a walk break."
)
_SAID = {
    ThresholdState.NEAR: (Severity.INFO, _NEAR),
    ThresholdState.REACHED: (Severity.ADVICE, _REACHED),
}


class Rule:
    """Speaks when the drift detector comes near its threshold or reaches it."""

    def __init__(self, history: tuple[PastRun, ...]) -> None:
        del history

    def step(self, step: Step) -> Cue | None:
        """Single steps say nothing: at least seven are needed for a mean (domain 2)."""

    def metrics(self, metrics: list[Metric]) -> Cue | None:
        """Nor does one second."""

    def threshold(self, threshold: Threshold) -> Cue | None:
        """The drift detector's change of state, in words."""
        said = _SAID.get(threshold.state)
        if threshold.detector != DETECTOR or said is None or threshold.side is None:
            return None
        severity, text = said
        return Cue(threshold.t_ns, RULE, severity, text.format(side=threshold.side), threshold.side, (threshold,))
