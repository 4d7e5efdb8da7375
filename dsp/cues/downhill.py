"""Limit downhill running, which loads the knee two to three times as much as the flat (sources 1, 5, 6).

Cues a longer descent in runners with pain in the last four weeks (hills come last then), and every runner once today's
total descent exceeds that of any run in the last 30 days. Silent without a slope (a treadmill gives one).
"""

from __future__ import annotations

from dsp import texts
from dsp.cues.rule import CueParams, CueRule, Moment
from dsp.metrics import incline_pct
from dsp.records import Cue, Earcon, Metric, Severity
from dsp.runner.return_to_run import FEWEST_RUNS, RETURN_DAYS, SPIKE_DAYS

RULE = "downhill"

STEEP_PCT = -3.0
"""A slope at most this is downhill."""
HELD_S = 30
"""Seconds in a row that make a longer descent."""
SMALLEST_M = 30.0
"""Minimum descent, metres of height, that counts as much: a few storeys."""


class Rule(CueRule):
    """Checks slope and total descent once a second."""

    def __init__(self, params: CueParams) -> None:
        super().__init__(params)
        self._had_pain = any(run.onset_m is not None and run.days_ago <= RETURN_DAYS for run in params.history)
        known = [run.descent_m for run in params.history if run.descent_m is not None and run.days_ago <= SPIKE_DAYS]
        self._most_m = max([SMALLEST_M, *known]) if len(known) >= FEWEST_RUNS else None
        self._down_s = 0
        self._has_warned = False

    def second(self, now: Moment) -> Cue | None:
        """Return one cue per descent, and one when the total is used up."""
        incline = now.good(incline_pct.KEY)
        if incline is None or not now.running:
            self._down_s = 0
            return None
        self._down_s = self._down_s + 1 if incline.value <= STEEP_PCT else 0
        descent = Metric(now.t_ns, "descent_m", now.exposure.descent_m, None, 1.0)
        if self._most_m is not None and descent.value > self._most_m and not self._has_warned:
            self._has_warned = True
            most = Metric(now.t_ns, "descent_baseline_m", self._most_m, None, 1.0)
            text, spoken = texts.DOWNHILL_MUCH.format(descent_m=descent.value), texts.DOWNHILL_MUCH_SPOKEN
            return Cue(now.t_ns, RULE, Severity.ADVICE, text, None, (descent, most), Earcon.ABOVE, spoken)
        if self._had_pain and self._down_s == HELD_S:
            text, spoken = texts.DOWNHILL, texts.DOWNHILL_SPOKEN
            return Cue(now.t_ns, RULE, Severity.INFO, text, None, (incline, descent), Earcon.ABOVE, spoken)
        return None
