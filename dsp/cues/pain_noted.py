"""Answer a pain report: what to do now, and that it was understood (`dsp.runner.triage`).

It is read while running, so it is short; what such pain usually is and what helps is in the summary of the run.
"""

from __future__ import annotations

from dsp import texts
from dsp.cues.rule import CueParams, CueRule
from dsp.records import Cue, Earcon, PainReport, Severity
from dsp.runner.triage import Consequence, hurts, known_site, triage

RULE = "pain_noted"

_SPOKEN = {
    Consequence.EASY: (Severity.ADVICE, texts.EASY_SPOKEN),
    Consequence.WALK: (Severity.WARNING, texts.WALK_SPOKEN),
    Consequence.CLINICIAN: (Severity.STOP, texts.CLINICIAN_SPOKEN),
}


class Rule(CueRule):
    """Answers every report, muted or not."""

    def __init__(self, params: CueParams) -> None:
        super().__init__(params)
        self._standing: set[int] = set()  # `t_ns` of the reports that were not withdrawn

    def pain(self, report: PainReport) -> Cue | None:
        """Return the answer; a report that nothing hurts is only acknowledged."""
        if not hurts(report):
            words = texts.NOT_TAKEN_BACK if self._standing else texts.NOTHING_HURTS
            if report.takes_back_ns is not None:
                self._standing.discard(report.takes_back_ns)
                words = texts.TAKEN_BACK
            return Cue(
                report.t_ns, RULE, Severity.INFO, words, report.side, (report,), Earcon.NOTED, texts.NOTED_SPOKEN
            )
        self._standing.add(report.t_ns)
        found = triage(report, self._params.pain_rule)
        severity, spoken = _SPOKEN[found.consequence]
        words = f"{found.act} {texts.NOTED.format(what=described(report))}"
        return Cue(report.t_ns, RULE, severity, words, report.side, (report,), Earcon.NOTED, spoken)


def described(report: PainReport) -> str:
    """Return the report in a few words: `4 of 10, left outer knee`."""
    level = texts.TAPPED if report.level is None else f"{report.level} of 10"
    site = known_site(report.site)
    where = " ".join(word for word in (None if report.side is None else str(report.side), site) if word)
    return ", ".join(part for part in (level, where, "numbness or tingling" if report.numb else "") if part)
