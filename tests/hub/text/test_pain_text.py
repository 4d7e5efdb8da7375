"""What a runner reads about pain after the run: every report with its place, then what to do; nobody else reads it."""

from __future__ import annotations

import io
import shlex
from dataclasses import replace

import pytest

from dsp.records import PainReport, Side
from dsp.runner.triage import PainRule, triage
from hub.command_line.arguments import parser
from hub.commands.keep_run import tell_pain
from hub.commands.pain import about
from hub.outcome import Outcome
from hub.text.pain_text import WIDTH, advice, run_pain_text, standing

KNEE = PainReport(0, 4, "around the kneecap", Side.LEFT, running_s=119.4, distance_m=320.0, exposure_m=330.0)
TAKEN_BACK = PainReport(7, 0, takes_back_ns=0)


def text(*reports: PainReport, kept: bool = True) -> str:
    return run_pain_text(reports, PainRule.TREK, kept=kept)


def test_each_report_is_told_with_its_place_and_what_comes_next() -> None:
    head, *rest = text(KNEE).splitlines()
    assert head == "  pain                     4 of 10, left around the kneecap, at 1:59 (320 m)"
    said = " ".join(line.strip() for line in rest)
    assert said.startswith("That is enough for today.")
    assert "stridecue pain --next-morning yes|no" in said
    assert "not a diagnosis." in said
    assert rest[-1].endswith(" pain 4 --site 'around the kneecap' --km 0.33 --about"), "a command is on its own line"
    assert "next-morning" not in text(KNEE, kept=False)
    assert all(len(line) <= WIDTH for line in rest)


def test_commands_are_named_as_they_can_be_typed_and_stay_whole() -> None:
    here = "/home/ann/stridecue/.venv/bin/stridecue"
    said = run_pain_text([KNEE], PainRule.TREK, kept=True, called=here).splitlines()
    assert f"  {here} pain --next-morning yes|no" in said
    said = run_pain_text([replace(KNEE, numb=True)], PainRule.TREK, kept=True, called=here).splitlines()
    assert f"`{here} pain --cleared`" in " ".join(line.strip() for line in said)


def test_the_command_that_it_names_gives_all_the_rest() -> None:
    words = shlex.split(text(KNEE).splitlines()[-1])[1:]
    said = " ".join(about(parser().parse_args(words), PainRule.TREK))
    assert "worse downstairs" in said
    assert "Then 100 m to 160 m" in said, "30 to 50 per cent of where it began"
    assert said.endswith("not a diagnosis.")
    assert "pain --site buttock --numb --about" in text(PainReport(0, None, "buttock", numb=True))


@pytest.mark.parametrize(("site", "typed"), [("Deep groin", "'Deep groin'"), ("Rücken", "other"), ("low back", "back")])
def test_the_command_asks_about_no_less_than_what_was_answered(site: str, typed: str) -> None:
    command = text(PainReport(0, 2, site)).splitlines()[-1]
    assert f"pain 2 --site {typed} --about" in command
    said = " ".join(about(parser().parse_args(shlex.split(command)[1:]), PainRule.TREK))
    assert "before the next run" in said


def test_of_many_reports_the_worst_is_told() -> None:
    said = text(*[replace(KNEE, t_ns=at, level=at % 6 + 1) for at in range(12)])
    assert said.splitlines()[0].startswith("  pain                     6 of 10")
    assert "; the worst of 12 " in " ".join(said.split())


def test_what_weighs_most_is_answered() -> None:
    back = PainReport(2, 2, "back", running_s=300.0)
    said = text(back, KNEE)
    assert said.splitlines()[0].endswith("2 of 10, back, at 5:00")
    assert "bladder" in said
    assert "stridecue pain --cleared" in said.replace("\n  ", " ")
    assert "kneecap, worse" not in said
    assert "doctor" in text(KNEE, replace(KNEE, level=8))


def test_pain_from_the_first_steps_on_gives_no_distance_to_run() -> None:
    assert "--km" not in text(replace(KNEE, exposure_m=12.0))
    found = triage(KNEE)
    assert not any("Then " in line for line in advice(found, KNEE.site, 12.0))
    assert any("Then " in line for line in advice(found, KNEE.site, 330.0))


def test_what_was_taken_back_is_not_told() -> None:
    assert text(KNEE, TAKEN_BACK) == ""
    earlier = replace(KNEE, t_ns=-9, level=9)
    later = replace(KNEE, t_ns=5, level=2)
    assert standing([earlier, KNEE, TAKEN_BACK]) == [earlier]
    assert standing([earlier, KNEE, later, TAKEN_BACK]) == [earlier, later], "the one that it names, not the newest"
    assert text() == ""


def test_nothing_hurts_is_told_without_advice() -> None:
    assert text(PainReport(0, 0, running_s=60.0)).splitlines() == ["  pain                     0 of 10, at 1:00"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_only_the_runners_own_terminal_is_told() -> None:
    for out in (own := Terminal(), log := io.StringIO()):
        tell_pain(Outcome(pains=(KNEE,)), PainRule.TREK, out, kept=True)
    assert "kneecap" in own.getvalue()
    assert log.getvalue() == ""


def test_advice_of_an_earlier_run_is_told_as_that_days() -> None:
    told = run_pain_text([KNEE], PainRule.TREK, kept=False, day="2026-03-01").splitlines()
    assert told[1] == "  For the day of that run, 2026-03-01:"
    assert told[:1] + told[2:] == text(KNEE, kept=False).splitlines()
