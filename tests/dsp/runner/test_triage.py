"""What a pain report may mean: education, whom to see, never a diagnosis."""

from __future__ import annotations

import pytest

from dsp.cues.pain_noted import Rule as PainNoted
from dsp.cues.rule import CueParams
from dsp.records import PainReport, Side
from dsp.runner.triage import SITES, Consequence, PainRule, at_once, known_site, triage
from dsp.texts import level_word


def report(level: int | None, site: str | None = None, *, numb: bool | None = None) -> PainReport:
    return PainReport(0, level, site, numb=numb)


RULES = ((1, "easy", "easy"), (2, "easy", "easy"), (3, "walk", "easy"), (4, "walk", "walk"), (None, "walk", "walk"))


@pytest.mark.parametrize(("level", "trek", "guide"), RULES)
def test_the_stricter_rule_is_the_default(level, trek, guide):
    assert triage(report(level, "outer knee")).consequence == trek
    assert triage(report(level, "outer knee"), PainRule.GUIDE).consequence == guide


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
    assert found.consequence is Consequence.CLINICIAN
    assert "nerve" in found.about
    assert found.see is not None
    assert "bladder" in found.see


def test_strong_pain_says_whom_to_see():
    assert triage(report(7, "hip")).see is not None
    assert triage(report(6, "hip")).see is None


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("level", [None, *range(11)])
def test_what_to_do_now_is_short_and_the_same_before_and_after_sending(site, level):
    said = PainReport(0, level, site, Side.LEFT)
    answer = PainNoted(CueParams()).pain(said)
    act = at_once(level, site)
    if level == 0:
        assert act == ""
        return
    assert answer.text.startswith(act)
    assert len(act.split()) <= (26 if triage(said).stops_cues else 10), act
    if not triage(said).stops_cues:
        assert len(answer.text.split()) <= 19


def test_what_must_not_wait_is_said_at_once():
    for act in (at_once(2, "back"), at_once(0, numb=True)):
        assert act.startswith("Stop for today")
        assert "See a doctor or physiotherapist before the next run" in act
        assert "at once with loss of bladder or bowel control" in act
    assert "See a doctor or physiotherapist" in at_once(7)
    assert at_once(3, rule=PainRule.GUIDE) == at_once(2) != at_once(3)


def test_who_may_lift_a_stop_is_told_how():
    assert "stridecue pain --cleared" in triage(report(3, "back")).advice


@pytest.mark.parametrize(("level", "word"), [(0, "none"), (1, "mild"), (4, "moderate"), (7, "severe"), (10, "severe")])
def test_levels_have_words(level, word):
    assert level_word(level) == word


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
