"""Triage of pain reports: education and whom to see, never a diagnosis."""

from __future__ import annotations

import pytest

from dsp.cues.pain_noted import Rule as PainNoted
from dsp.cues.rule import CueParams
from dsp.records import PainReport, Side
from dsp.runner.triage import SITES, Consequence, PainRule, at_once, hurts, known_site, triage
from dsp.texts import RED_FLAGS, SEE_BONE, SEE_SEVERE, level_word


def report(level: int | None, site: str | None = None, *, numb: bool | None = None) -> PainReport:
    return PainReport(0, level, site, numb=numb)


RULES = ((1, "easy", "easy"), (2, "easy", "easy"), (3, "walk", "easy"), (4, "walk", "walk"), (None, "walk", "walk"))


@pytest.mark.parametrize(("level", "trek", "guide"), RULES)
def test_the_stricter_rule_is_the_default(level: int | None, trek: str, guide: str) -> None:
    assert triage(report(level, "outer knee")).consequence == trek
    assert triage(report(level, "outer knee"), PainRule.GUIDE).consequence == guide


ANSWERED = {
    "outer knee": "easy",
    "around the kneecap": "easy",
    "below the kneecap": "easy",
    "hip": "walk",
    "buttock": "clinician",
    "back": "clinician",
    "calf or Achilles": "easy",
    "other": "walk",
}


@pytest.mark.parametrize("site", SITES)
def test_every_site_is_answered_in_its_own_words(site: str) -> None:
    found = triage(report(2, site))
    assert found.about
    assert found.consequence == ANSWERED[site]
    assert (found.see is None) == (found.consequence is Consequence.EASY), "advice to stop names whom to see, and when"


IN_OTHER_WORDS = {
    "back": (
        "Lower back",
        "low-back pain",
        "lumbar",
        "lumbar spine",
        "backache",
        "middle of my back",
        "hip and low back",
    ),
    "buttock": ("buttocks", "left buttock", "butt", "glute", "gluteus medius", "sciatica", "piriformis", "SI joint"),
    "numb": ("numb toes", "tingling", "pins and needles", "bladder", "no feeling in the foot", "leg went numb"),
    "bone": ("groin", "deep groin pain", "stress fracture", "adductors and groin"),
    "swollen": ("swollen knee", "knee locks", "knee gives way"),
}


@pytest.mark.parametrize("words", [each for row in IN_OTHER_WORDS.values() for each in row])
@pytest.mark.parametrize("level", [1, 2, 3, 9])
def test_signs_for_a_clinician_are_understood_in_the_runners_own_words(words: str, level: int) -> None:
    found = triage(report(level, words), PainRule.GUIDE)
    assert found.consequence is Consequence.CLINICIAN
    assert found.see is not None


@pytest.mark.parametrize(
    "words", ["shin", "left shin bone", "hip flexor", "outside of hip", "heel", "Rücken", "my left toe", "number 2 toe"]
)
def test_no_level_may_be_run_on_at_sites_of_bone_stress_or_with_unknown_words(words: str) -> None:
    found = triage(report(1, words), PainRule.GUIDE)
    assert found.consequence is Consequence.WALK
    assert found.see is not None
    assert "before the next run" in found.see


@pytest.mark.parametrize(
    "words",
    [
        "back of the knee",
        "left knee",
        "inside of the knee",
        "IT band",
        "kneecap",
        "calves",
        "outer knee (no numbness)",
        "knee, not swollen",
        "knee, coming back downhill",
    ],
)
def test_runs_may_continue_with_little_pain_in_knees_and_calves_in_any_words(words: str) -> None:
    assert triage(report(2, words)).consequence is Consequence.EASY


def test_level_zero_does_not_withdraw_numbness_that_was_given_as_a_site() -> None:
    assert hurts(report(0, "numb foot"))
    assert not hurts(report(0, "lower back"))


def test_signs_of_bones_and_of_a_calf_are_among_those_for_a_doctor() -> None:
    urgent, *soon = RED_FLAGS
    assert "bladder" in urgent
    assert "calf that is swollen" in urgent
    for sign in ("groin", "at night", "hop on that leg", "sore to the touch"):
        assert sign in " ".join(soon)


def test_kneecap_outer_knee_and_tendon_are_distinguished() -> None:
    about = {triage(report(2, site)).about for site in ("outer knee", "around the kneecap", "below the kneecap")}
    assert len(about) == 3
    assert "tendon" in triage(report(2, "below the kneecap")).about


def test_numbness_takes_precedence_over_the_site() -> None:
    found = triage(report(1, "outer knee", numb=True))
    assert found.consequence is Consequence.CLINICIAN
    assert "nerve" in found.about
    assert found.see is not None
    assert "bladder" in found.see


def test_severe_pain_is_answered_with_whom_to_see() -> None:
    assert triage(report(7, "outer knee")).see == SEE_SEVERE
    assert triage(report(6, "outer knee")).see is None
    assert triage(report(7, "hip")).see == f"{SEE_SEVERE} {SEE_BONE}"


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("level", [None, *range(11)])
def test_what_to_do_now_is_short_and_the_same_before_and_after_sending(site: str, level: int | None) -> None:
    sent = PainReport(0, level, site, Side.LEFT)
    answer = PainNoted(CueParams()).pain(sent)
    assert answer is not None
    act = at_once(level, site)
    if level == 0:
        assert act == ""
        return
    assert answer.text.startswith(act)
    assert len(act.split()) <= (26 if triage(sent).stops_cues else 10), act
    if not triage(sent).stops_cues:
        assert len(answer.text.split()) <= 19


def test_urgent_advice_is_in_the_immediate_answer() -> None:
    for act in (at_once(2, "back"), at_once(0, numb=True)):
        assert act.startswith("Stop for today")
        assert "See a doctor or physiotherapist before the next run" in act
        assert "at once if you lose bladder or bowel control" in act
    assert "See a doctor or physiotherapist" in at_once(7)
    assert at_once(3, rule=PainRule.GUIDE) == at_once(2) != at_once(3)


def test_a_stop_names_the_command_that_lifts_it() -> None:
    assert "stridecue pain --cleared" in triage(report(3, "back")).advice


@pytest.mark.parametrize(("level", "word"), [(0, "none"), (1, "mild"), (4, "moderate"), (7, "severe"), (10, "severe")])
def test_levels_have_words(level: int, word: str) -> None:
    assert level_word(level) == word


WORDS = {
    "Outer": "outer knee",
    " kneecap": "around the kneecap",
    "Achilles": "calf or Achilles",
    "my left toe": "my left toe",
    "left buttock": "buttock",
    "Lower back pain": "back",
    "inside of the knee": "inside of the knee",
    "outside of the left knee": "outer knee",
    "below my left kneecap": "below the kneecap",
    "groin": "groin",
    "Sciatica": "Sciatica",
    "": None,
    None: None,
}


@pytest.mark.parametrize("words", WORDS)
def test_words_for_sites(words: str | None) -> None:
    assert known_site(words) == WORDS[words]
