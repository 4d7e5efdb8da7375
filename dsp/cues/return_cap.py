"""Announce once that today's cap after pain is reached, since the screen may be out of sight (sources 6).

The other two caps have rules of their own: `pain_distance` for the distance that 80 % pass pain-free, `spike_guard` for
the longest run.
"""

from __future__ import annotations

from dsp import texts
from dsp.cues.rule import CueParams, CueRule, Moment
from dsp.records import Cue, Earcon, Metric, Severity
from dsp.runner.return_to_run import return_cap

RULE = "return_cap"


class Rule(CueRule):
    """Compares today's flat-equivalent distance with the cap, once a second."""

    def __init__(self, params: CueParams) -> None:
        super().__init__(params)
        self._cap = return_cap(params.history)

    def second(self, now: Moment) -> Cue | None:
        """Return one cue where the cap is passed; the schedule drops it if the distance is mostly estimated."""
        cap, exposure = self._cap, now.exposure
        if cap is None or not now.running or exposure.exposure_m < cap.exposure_m:
            return None
        self._cap = None
        because = (
            Metric(now.t_ns, "exposure_m", exposure.exposure_m, None, round(exposure.measured, 3)),
            Metric(now.t_ns, "cap_m", cap.exposure_m, None, 1.0),
        )
        words = texts.CAP_REACHED.format(cap=texts.distance(cap.exposure_m), why=cap.why)
        return Cue(now.t_ns, RULE, Severity.ADVICE, words, None, because, Earcon.THRESHOLD, texts.CAP_REACHED_SPOKEN)
