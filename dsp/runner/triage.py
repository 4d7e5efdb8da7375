"""Triage of a pain report, whether to run on, walk or stop: education, never a diagnosis (sources 1, 5, 6).

Numbness, buttock or back pain may come from the lumbar spine and not from the knee, and pain deep in the groin from a
bone: such a report ends all cueing and says whom to see. Running on with a little pain is a rule for knees and calves.
At the hip, in a shin or a foot, or at an unknown site the answer is to walk at any pain level, with the signs that must
be looked at. Everything else is answered with how these pains usually behave and with the pain rule.
"""

from __future__ import annotations

import re
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
"""The sites offered wherever pain is reported."""

_SHORT = {
    "outer": "outer knee",
    "front knee": "around the kneecap",
    "around kneecap": "around the kneecap",
    "below kneecap": "below the kneecap",
    "calf/achilles": "calf or Achilles",
}


class Kind(StrEnum):
    """What the runner's words for the site of a pain call for."""

    NERVE = "nerve"
    BACK = "back"
    BONE = "bone"
    SWOLLEN = "swollen"
    STRESS = "stress"
    """Where stress injuries of bones are common: not to be run on."""
    HIP = "hip"
    KNEE = "knee"
    CALF = "calf"
    UNKNOWN = "unknown"
    """An unknown word may mean the back, misspelt or in another language."""


_MEANINGS: tuple[tuple[re.Pattern[str], Kind, str | None], ...] = tuple(
    (re.compile(stems), kind, site)
    for stems, kind, site in (
        (r"\bnumb(?!er)|tingl|no feeling|pins and needles|saddle|bladder|bowel|incontinen", Kind.NERVE, None),
        (r"fractur|stress reaction|groin|adductor", Kind.BONE, None),
        (r"swell|swollen|\block|giv\w+ way", Kind.SWOLLEN, None),
        (r"\bbutt|glut|\bbum\b|backside", Kind.BACK, "buttock"),
        (r"(?<!coming )(?<!going )(?<!running )(?<!way )\bback(?! of\b)|lumb", Kind.BACK, "back"),
        (r"sciati|pirifor|\bspin(?:e|al)|sacr|\bsi joint|tail ?bone|coccyx|\bischi", Kind.BACK, None),
        (r"\bhips?\b|trochant", Kind.HIP, "hip"),
        (r"\bshin|tibia|fibula|\bbone|metatars|\bfoot|\bfeet|\bheel|ankle|thigh|femur|pelvi|pubi", Kind.STRESS, None),
        (r"\bcal(?:f|ves)\b|achill|soleus|gastroc", Kind.CALF, "calf or Achilles"),
        (r"(?:below|under|beneath)\b.*\b(?:kneecap|patell)|patellar tend", Kind.KNEE, "below the kneecap"),
        (r"knee ?cap|patell|front of\b.*\bknee", Kind.KNEE, "around the kneecap"),
        (r"\b(?:outer|lateral|outside|side of)\b.*\bknee|\bit ?band|\bitb\b|iliotib", Kind.KNEE, "outer knee"),
        (r"\bknee", Kind.KNEE, None),
    )
)
"""Word stems, the strictest first, with the kind that they mean and the site in `SITES` where there is one."""


class PainRule(StrEnum):
    """Up to how much knee pain a run may continue; the stricter one is the default.

    - `trek`: at most 2 of 10, settled within 60 minutes: La Trobe University's education for kneecap pain, TREK
    - `guide`: below 4 of 10 and not worse afterwards: an article for runners
    """

    TREK = "trek"
    GUIDE = "guide"

    @property
    def most(self) -> int:
        """The highest level that is within the rule."""
        return 2 if self is PainRule.TREK else 3


class Consequence(StrEnum):
    """What follows from a report for this run."""

    EASY = "easy"
    """Within the rule: continue, easy, and watch it."""
    WALK = "walk"
    """Beyond the rule, or unknown: walk, and stop for today."""
    CLINICIAN = "clinician"
    """Signs that no running app should handle: no more cues, see a clinician."""


@dataclass(frozen=True, slots=True)
class Triage:
    """The answer to a pain report.

    act     what to do at once, in few words
    about   what pain at this site often is, and what helps
    advice  what to do today and after the run
    see     whom to see, and when; None: nobody for now
    """

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
    """Return the site in `SITES` that a runner's words mean, else the words themselves; None without any."""
    if text is None or not text.strip():
        return None
    word = _plain(text)
    if word in SITES:
        return word
    meant = next((site for stems, _, site in _MEANINGS if stems.search(word)), None)
    return _SHORT.get(word) or meant or text.strip()


def kind_of(text: str | None) -> Kind | None:
    """Return the kind of pain that these words for its site call for; None without any."""
    site = known_site(text)
    if site is None:
        return None
    word = _plain(site)
    return next((kind for stems, kind, _ in _MEANINGS if stems.search(word)), Kind.UNKNOWN)


_DENIED = re.compile(r"\b(?:no|not|without)(?: any)? (?:numb|tingl|swell|swollen|lock)\w*")


def _plain(text: str) -> str:
    return " ".join(_DENIED.sub("", text.lower().replace("-", " ")).split())


_STOPS = {
    Kind.NERVE: (texts.ABOUT_NUMB, texts.SEE_BACK),
    Kind.BACK: (texts.ABOUT_BACK, texts.SEE_BACK),
    Kind.BONE: (texts.ABOUT_BONE, texts.SEE_BONE),
    Kind.SWOLLEN: (texts.ABOUT_OTHER, texts.SEE_SEVERE),
}
_WALKS = {Kind.HIP: texts.SEE_BONE, Kind.STRESS: texts.SEE_BONE, Kind.UNKNOWN: texts.SEE_OTHER}
"""Whom to see, and when, at sites where no level of pain may be run on: no rule for running on is published for these,
and a bone stress injury begins as mild pain (Robertson 2017, doi 10.1055/s-0043-103946: suspect it in every athlete
whose hip hurts with exercise)."""


def triage(report: PainReport, rule: PainRule = PainRule.TREK) -> Triage:
    """Return the answer to a report."""
    site = known_site(report.site)
    kind = Kind.NERVE if report.numb else kind_of(site)
    if kind in _STOPS:
        about, see = _STOPS[kind]
        return Triage(Consequence.CLINICIAN, texts.ACT_STOP, about, texts.ADVICE_STOP, see)
    about = texts.ABOUT_BONE if kind is Kind.STRESS else texts.ABOUT_SITE.get(site or "", texts.ABOUT_OTHER)
    signs = None if kind is None else _WALKS.get(kind)
    if report.level is not None and report.level >= SEVERE:
        see = " ".join(filter(None, (texts.SEE_SEVERE, signs)))
        return Triage(Consequence.WALK, texts.ACT_SEVERE, about, texts.ADVICE_WALK, see)
    if report.level is not None and report.level <= rule.most and signs is None:
        return Triage(Consequence.EASY, texts.ACT_EASY, about, texts.ADVICE_EASY.format(most=rule.most), None)
    return Triage(Consequence.WALK, texts.ACT_WALK, about, texts.ADVICE_WALK, signs)


SEVERE = 7
"""Severe pain begins here, in the usual bands of the 0-10 scale."""


def hurts(report: PainReport) -> bool:
    """Whether a report says that something hurts: any level but 0, numbness, or a site that means numbness."""
    return report.level != 0 or bool(report.numb) or kind_of(report.site) is Kind.NERVE


def at_once(level: int | None, site: str | None = None, *, numb: bool = False, rule: PainRule = PainRule.TREK) -> str:
    """Return what to do now, the words that the answer to such a report begins with; empty where nothing hurts."""
    report = PainReport(0, level, site, numb=numb)
    return triage(report, rule).act if hurts(report) else ""
