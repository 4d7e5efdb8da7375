"""Report that the hip sensor moved, and cue nothing on values that no longer compare with earlier ones (sources 4)."""

from __future__ import annotations

from dsp import texts
from dsp.cues.rule import CueParams, CueRule, Moment
from dsp.metrics import sensor_moved
from dsp.records import Cue, Severity
from dsp.signals import NS_PER_S

RULE = "sensor_moved"

SAME_S = 30
"""The metric stays at 1 for a few seconds after a move; within this time it is the same move."""


class Rule(CueRule):
    """Reports each move once."""

    def __init__(self, params: CueParams) -> None:
        super().__init__(params)
        self._last_ns: int | None = None

    def second(self, now: Moment) -> Cue | None:
        """Return a cue when a new move was detected."""
        moved = now.metrics.get(sensor_moved.KEY)
        if moved is None or moved.value < 0.5:
            return None
        before, self._last_ns = self._last_ns, now.t_ns
        if before is not None and now.t_ns - before < SAME_S * NS_PER_S:
            return None
        text, spoken = texts.SENSOR_MOVED, texts.SENSOR_MOVED_SPOKEN
        return Cue(now.t_ns, RULE, Severity.INFO, text, None, (moved,), None, spoken)
