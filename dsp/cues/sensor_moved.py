"""The hip sensor moved: said instead of judging hips on numbers that cannot be compared (sources 4)."""

from __future__ import annotations

from dsp import texts
from dsp.cues.rule import CueParams, CueRule, Moment
from dsp.metrics import sensor_moved
from dsp.records import Cue, Severity
from dsp.signals import NS_PER_S

RULE = "sensor_moved"

SAME_S = 30
"""The metric stays for a few seconds after it was noticed; that is one move."""


class Rule(CueRule):
    """Speaks once for each move."""

    def __init__(self, params: CueParams) -> None:
        super().__init__(params)
        self._last_ns: int | None = None

    def second(self, now: Moment) -> Cue | None:
        """Look whether it was noticed now."""
        moved = now.metrics.get(sensor_moved.KEY)
        if moved is None or moved.value < 0.5:
            return None
        before, self._last_ns = self._last_ns, now.t_ns
        if before is not None and now.t_ns - before < SAME_S * NS_PER_S:
            return None
        text, spoken = texts.SENSOR_MOVED, texts.SENSOR_MOVED_SPOKEN
        return Cue(now.t_ns, RULE, Severity.INFO, text, None, (moved,), None, spoken)
