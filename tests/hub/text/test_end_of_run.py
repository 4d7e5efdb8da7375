"""What is printed at the end of a run fits a terminal of 80x24, most important lines first."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.recordings.recording import SessionInfo
from dsp.records import Cue, Mark, PainReport, Severity, Side, Summary
from dsp.runner.history import PastRun
from dsp.runner.triage import PainRule
from hub.commands.demo import IN_OWN_RUN, introduction
from hub.commands.keep_run import keep, tell_pain, tell_summary
from hub.history.runs import RunCount
from hub.history.store import History
from hub.outcome import Outcome
from hub.run.launch import Ended
from hub.text.summary_text import summary_text
from hub.text.truth import Comparison, comparison_text

SUMMARY = Summary(0, 262, 100.0, 169.5, 251.9, 103.2, 12.7, 10.5, 12.4, 11.1, 0, 0, 12, 12)
KNEE = PainReport(0, 8, "around the kneecap", Side.LEFT, running_s=119.4, distance_m=320.0, exposure_m=330.0)
BACK = PainReport(0, 6, "buttock", Side.RIGHT, numb=True, running_s=129.4, distance_m=350.0, exposure_m=360.0)
EARLIER = (PastRun(11.2, 10.8, 170.1),)


@pytest.mark.parametrize("said", [(), (KNEE,), (KNEE, BACK), (KNEE, BACK, KNEE)], ids=len)
@pytest.mark.parametrize("folder", ["/home/ann", "/home/ann/.local/share/stridecue/demo/recordings/of-this-year"])
def test_the_end_of_a_demo_fits_the_terminal(
    folder: str,
    said: tuple[PainReport, ...],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for told in ("hub.run.launch", "hub.commands.keep_run"):
        monkeypatch.setattr(f"{told}.program", lambda: "stridecue")
    monkeypatch.setattr("hub.run.launch.recording_name", lambda recording: recording.stem)
    path = Path(folder) / "2026-03-01T073000Z-demo.mcap"
    outcome = Outcome(summary=SUMMARY, running_s=91.0, pains=said, files=[path])
    ended = Ended(outcome, SessionInfo(0, "2026-03-01T07:30:00.000Z", "demo"), (), sys.stdout)
    monkeypatch.setattr("hub.commands.keep_run.is_own_terminal", lambda _out: True)
    count = RunCount()
    tell_summary(ended, EARLIER, count)
    print(keep(ended, History(tmp_path / "history.sqlite"), "demo", count))
    tell_pain(outcome, PainRule.TREK, sys.stdout, kept=False, first=IN_OWN_RUN)
    print(comparison_text(Comparison(262, 262, 0, 0, 0.04, -0.14, -0.11)))
    for line in ended.words():
        print(line)
    lines = capfd.readouterr().out.splitlines()
    assert len(lines) < 24  # and the prompt
    assert max(map(len, lines)) < 80
    assert any("hip drop on left leg" in line for line in lines)
    assert (IN_OWN_RUN in lines) == bool(said), "a demo turns no cues off"
    assert str(path) in lines[-2] or lines[-2].endswith(folder)


def test_a_coachs_words_are_counted_among_the_cues_that_the_runner_heard(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.commands.keep_run.is_own_terminal", lambda _out: True)
    outcome = Outcome(summary=replace(SUMMARY, cues=4), running_s=91.0)
    count = RunCount()
    for rule in ("level_hips", "nudge", "nudge"):
        count.observe(Cue(0, rule, Severity.INFO, "Relax.", None, ()))
    tell_summary(Ended(outcome, SessionInfo(0, "", "demo"), (), sys.stdout), (), count)
    assert re.search(r"^  cues +3$", capfd.readouterr().out, flags=re.MULTILINE)


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_the_introduction_of_the_demo_is_broken_at_words(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = introduction().splitlines()
    assert max(map(len, lines)) <= min(columns, 79)
    assert "from about 40 s on it tires" in " ".join(lines)


def test_hip_drop_comes_first_and_a_long_line_goes_on_at_a_word() -> None:
    lines = summary_text(replace(SUMMARY, lost=31, dropped=20), EARLIER, running_s=91.0).splitlines()
    assert [line.split("  ")[1] for line in lines[:2]] == ["steps", "hip drop on left leg"]
    assert max(map(len, lines)) < 80
    assert lines[-1] == " " * 27 + "too late"


@pytest.mark.parametrize(
    ("at_s", "said"),
    [
        ([], ""),
        ([751.2], "marks 1, at 12:31 (bridge) of running"),
        ([751.2, 1085.0], "marks 2, at 12:31 (bridge) and 18:05 (bridge) of running"),
    ],
)
def test_marks_are_told_by_the_time_of_running(at_s: list[float], said: str) -> None:
    marks = [Mark(0, "runner", "bridge", each) for each in at_s]
    told = " ".join(summary_text(SUMMARY, running_s=100.0, marks=marks).split())
    assert said in told
    assert ("marks" in told) is bool(said)


def test_of_many_marks_the_rest_is_counted() -> None:
    told = " ".join(summary_text(SUMMARY, running_s=100.0, marks=[Mark(0, "runner", None, 60.0)] * 40).split())
    assert "marks 40, at 1:00" in told
    assert "1:00 and 28 more of running" in told


def test_what_was_not_measured_is_said() -> None:
    bare = replace(SUMMARY, contact_ms=None, flight_ms=None, drop_excursion_left_deg=None)
    text = summary_text(bare, running_s=91.0)
    assert "ground contact, flight   not measured\n" in text
    assert "hip drop on left leg     not measured\n" in text
    assert "251.9 ms, not measured" in summary_text(replace(SUMMARY, flight_ms=None), running_s=91.0)
