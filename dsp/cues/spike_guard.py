"""Warn when this run becomes more than 10 % longer than the longest of the last 30 days (sources 6).

Such single runs had hazard ratios of 1.64 (10-30 % longer), 1.52 (30-100 %) and 2.28 (beyond); week-to-week change
showed no relation (Frandsen 2025, 5205 runners). Needs at least three runs of known distance in those days, and a
measured distance today.
"""

from __future__ import annotations

from dsp import texts
from dsp.cues.rule import CueParams, CueRule, Moment
from dsp.records import Cue, Earcon, Metric, Severity
from dsp.runner.return_to_run import SPIKE, longest_m

RULE = "spike_guard"

WARN_SHARE = 0.92
"""Share of the limit at which to warn: early enough to turn round."""
MEASURED = 0.8
"""Minimum share of the distance with a measured speed."""


class Rule(CueRule):
    """Compares today's distance with the longest, once a second."""

    def __init__(self, params: CueParams) -> None:
        super().__init__(params)
        self._longest_m = longest_m(params.history)
        self._emitted = 0

    def second(self, now: Moment) -> Cue | None:
        """Return one cue before the limit and one at it."""
        if self._longest_m is None or now.exposure.measured < MEASURED or not now.running:
            return None
        limit_m, here_m = SPIKE * self._longest_m, now.exposure.distance_m
        longest_km, limit_km = self._longest_m / 1000.0, limit_m / 1000.0
        because = (
            Metric(now.t_ns, "distance_m", here_m, None, 1.0),
            Metric(now.t_ns, "distance_baseline_m", self._longest_m, None, 1.0),
        )
        if here_m > limit_m and self._emitted < 2:
            self._emitted = 2
            text, spoken = texts.SPIKE.format(longest_km=longest_km), texts.SPIKE_SPOKEN
            return Cue(now.t_ns, RULE, Severity.ADVICE, text, None, because, Earcon.ABOVE, spoken)
        if here_m > WARN_SHARE * limit_m and self._emitted < 1:
            self._emitted = 1
            text, spoken = texts.SPIKE_NEAR.format(longest_km=longest_km, limit_km=limit_km), texts.SPIKE_NEAR_SPOKEN
            return Cue(now.t_ns, RULE, Severity.INFO, text, None, because, None, spoken)
        return None
