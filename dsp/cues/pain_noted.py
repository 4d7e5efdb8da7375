"""What a pain report is answered with: that it was understood, and what follows for this run (`dsp.triage`)."""

from __future__ import annotations

from dsp import texts
from dsp.cues.rule import CueRule
from dsp.records import Cue, Earcon, PainReport, Severity
from dsp.return_to_run import return_text
from dsp.triage import Answer, known_site, triage

RULE = "pain_noted"

_SPOKEN = {
    Answer.EASY: (Severity.ADVICE, texts.EASY_SPOKEN),
    Answer.WALK: (Severity.WARNING, texts.WALK_SPOKEN),
    Answer.CLINICIAN: (Severity.STOP, texts.CLINICIAN_SPOKEN),
}


class Rule(CueRule):
    """Answers every report, muted or not: the runner asked."""

    def pain(self, report: PainReport) -> Cue | None:
        """The answer; level 0 is only acknowledged."""
        what = described(report)
        noted = texts.NOTED.format(what=what)
        if report.level == 0 and not report.numb:
            return Cue(
                report.t_ns, RULE, Severity.INFO, noted, report.side, (report,), Earcon.NOTED, texts.NOTED_SPOKEN
            )
        found = triage(report, self._params.pain_rule)
        severity, spoken = _SPOKEN[found.answer]
        parts = [noted, found.advice, found.about]
        if found.answer is Answer.WALK and report.exposure_m is not None:
            parts.append(return_text(known_site(report.site), report.exposure_m))
        if found.see is not None:
            parts.append(found.see)
        return Cue(report.t_ns, RULE, severity, " ".join(parts), report.side, (report,), Earcon.NOTED, spoken)


def described(report: PainReport) -> str:
    """The report in a few words."""
    level = texts.TAPPED if report.level is None else f"{report.level} of 10"
    site = known_site(report.site)
    where = " ".join(word for word in (None if report.side is None else str(report.side), site) if word)
    return ", ".join(part for part in (level, where, "numbness or tingling" if report.numb else "") if part)
