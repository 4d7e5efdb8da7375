"""Slow down when the heart rate has been above the runner's own limit for half a minute; silent without a limit."""

from __future__ import annotations

from dsp import texts
from dsp.cues.rule import CueParams, CueRule, Moment
from dsp.metrics import heart_rate_bpm
from dsp.records import Cue, Earcon, Metric, Severity

RULE = "heart_rate"

HELD_S = 30
"""Seconds in a row above the limit."""


class Rule(CueRule):
    """Compares heart rate with the configured limit once a second."""

    def __init__(self, params: CueParams) -> None:
        super().__init__(params)
        self._above_s = 0

    def second(self, now: Moment) -> Cue | None:
        """Return a cue while the heart rate stays above the limit."""
        most, heart = self._params.heart_rate_max_bpm, now.metrics.get(heart_rate_bpm.KEY)
        if most is None or heart is None or not now.running:
            self._above_s = 0
            return None
        self._above_s = self._above_s + 1 if heart.value > most else 0
        if self._above_s < HELD_S:
            return None
        limit = Metric(now.t_ns, "heart_rate_bound_bpm", most, None, 1.0)
        text, spoken = texts.HEART_RATE.format(now=heart.value, most=most), texts.HEART_RATE_SPOKEN
        return Cue(now.t_ns, RULE, Severity.INFO, text, None, (heart, limit), Earcon.ABOVE, spoken)
