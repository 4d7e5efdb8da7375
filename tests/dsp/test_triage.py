"""What a pain report may mean: education, whom to see, never a diagnosis."""

from __future__ import annotations

import pytest

from dsp.records import PainReport
from dsp.triage import SITES, Answer, PainRule, known_site, triage


def report(level: int | None, site: str | None = None, *, numb: bool | None = None) -> PainReport:
    return PainReport(0, level, site, numb=numb)


RULES = ((1, "easy", "easy"), (2, "easy", "easy"), (3, "walk", "easy"), (4, "walk", "walk"), (None, "walk", "walk"))


@pytest.mark.parametrize(("level", "trek", "guide"), RULES)
def test_the_stricter_rule_is_the_default(level, trek, guide):
    assert triage(report(level, "outer knee")).answer == trek
    assert triage(report(level, "outer knee"), PainRule.GUIDE).answer == guide


@pytest.mark.parametrize("site", SITES)
def test_every_site_is_answered_in_its_own_words(site):
    found = triage(report(2, site))
    assert found.about
    assert found.stops_cues == (site in {"back", "buttock"})
    assert (found.see is not None) == found.stops_cues


def test_knees_front_outside_and_tendon_are_told_apart():
    about = {triage(report(2, site)).about for site in ("outer knee", "around the kneecap", "below the kneecap")}
    assert len(about) == 3
    assert "tendon" in triage(report(2, "below the kneecap")).about


def test_numbness_goes_before_the_site():
    found = triage(report(1, "outer knee", numb=True))
    assert found.answer is Answer.CLINICIAN
    assert "nerve" in found.about
    assert found.see is not None
    assert "bladder" in found.see


def test_strong_pain_says_whom_to_see():
    assert triage(report(7, "hip")).see is not None
    assert triage(report(6, "hip")).see is None


WORDS = {
    "Outer": "outer knee",
    " kneecap": "around the kneecap",
    "Achilles": "calf or Achilles",
    "my left toe": "my left toe",
    "": None,
    None: None,
}


@pytest.mark.parametrize("said", WORDS)
def test_words_for_sites(said):
    assert known_site(said) == WORDS[said]
