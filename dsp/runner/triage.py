"""What a pain report may mean for running on: education, never a diagnosis (sources 1, 5, 6).

Numbness, buttock or back pain may come from the lumbar spine and not from the knee: such a report ends all cueing and
says whom to see. Everything else is answered with how these pains usually behave and with the pain rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dsp import texts
from dsp.records import PainReport

SITES = (
    "outer knee",
    "around the kneecap",
    "below the kneecap",
    "hip",
    "buttock",
    "back",
    "calf or Achilles",
    "other",
)
"""Where it hurts, as offered everywhere."""

_SHORT = {
    "outside of the knee": "outer knee",
    "lateral knee": "outer knee",
    "outer": "outer knee",
    "kneecap": "around the kneecap",
    "front of the knee": "around the kneecap",
    "front knee": "around the kneecap",
    "around kneecap": "around the kneecap",
    "below kneecap": "below the kneecap",
    "low back": "back",
    "calf": "calf or Achilles",
    "achilles": "calf or Achilles",
    "calf/achilles": "calf or Achilles",
}


class PainRule(StrEnum):
    """How much pain a run may go on with; both are published for runners, the stricter one is the default."""

    TREK = "trek"
    """At most 2 of 10, settled within 60 minutes (La Trobe TREK)."""
    GUIDE = "guide"
    """Below 4 of 10 and not worse afterwards (seed guide)."""

    @property
    def most(self) -> int:
        """The highest level that is within the rule."""
        return 2 if self is PainRule.TREK else 3


class Consequence(StrEnum):
    """What follows for this run."""

    EASY = "easy"
    """Within the rule: go on, watching it."""
    WALK = "walk"
    """Beyond it, or unknown: walk, and that was it for today."""
    CLINICIAN = "clinician"
    """Signs that are not for a running app: no more cues, see somebody."""


@dataclass(frozen=True, slots=True)
class Triage:
    """consequence; what to do at once, in few words; the texts about this site, and whom to see (None: nobody yet)."""

    consequence: Consequence
    act: str
    about: str
    advice: str
    see: str | None

    @property
    def stops_cues(self) -> bool:
        """Whether cueing ends."""
        return self.consequence is Consequence.CLINICIAN


def known_site(text: str | None) -> str | None:
    """The site that a runner's words mean; their own words when none of ours fits, None when nothing was said."""
    if text is None or not text.strip():
        return None
    word = " ".join(text.strip().lower().split())
    return word if word in SITES else _SHORT.get(word, text.strip())


def triage(report: PainReport, rule: PainRule = PainRule.TREK) -> Triage:
    """Answer a report."""
    site = known_site(report.site)
    if report.numb:
        return Triage(Consequence.CLINICIAN, texts.ACT_STOP, texts.ABOUT_NUMB, texts.ADVICE_STOP, texts.SEE_BACK)
    if site in {"back", "buttock"}:
        return Triage(Consequence.CLINICIAN, texts.ACT_STOP, texts.ABOUT_BACK, texts.ADVICE_STOP, texts.SEE_BACK)
    about = texts.ABOUT_SITE.get(site or "", texts.ABOUT_OTHER)
    if report.level is not None and report.level <= rule.most:
        return Triage(Consequence.EASY, texts.ACT_EASY, about, texts.ADVICE_EASY.format(most=rule.most), None)
    if report.level is not None and report.level >= SEVERE:
        return Triage(Consequence.WALK, texts.ACT_SEVERE, about, texts.ADVICE_WALK, texts.SEE_SEVERE)
    return Triage(Consequence.WALK, texts.ACT_WALK, about, texts.ADVICE_WALK, None)


SEVERE = 7
"""The usual bands of the 0-10 scale: 7 and more is severe."""


def hurts(report: PainReport) -> bool:
    """Whether a report says that something is wrong: level 0 without numbness says that nothing is."""
    return report.level != 0 or bool(report.numb)


def at_once(level: int | None, site: str | None = None, *, numb: bool = False, rule: PainRule = PainRule.TREK) -> str:
    """Say what to do now, in the words that the answer to such a report begins with; empty where nothing hurts."""
    report = PainReport(0, level, site, numb=numb)
    return triage(report, rule).act if hurts(report) else ""
