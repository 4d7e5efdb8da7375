"""`stridecue pain` and `stridecue history`, and the messages before a run."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drivers.recordings.recording import RecordingWriter, SessionInfo
from dsp import texts
from dsp.records import Summary
from dsp.runner.plan import Plan
from dsp.runner.return_to_run import return_cap
from dsp.runner.triage import PainRule
from hub.command_line.arguments import parse
from hub.command_line.dispatch import carry_out
from hub.commands import live
from hub.commands.before_run import ask_next_morning, before_run, reported_last, unanswered
from hub.contract.examples import EXAMPLES
from hub.history.runs import StoredMark, StoredPain, StoredRun
from hub.history.store import History
from hub.messages.wire import Post
from hub.outcome import Outcome
from hub.run.launch import Ended, Launch
from hub.settings.folders import data_folder, demo_folder, overdue_folder
from hub.sinks.spool import Spool


@pytest.fixture
def history() -> History:
    return History(data_folder() / "history.sqlite")


def a_run(days_ago: float = 0.5, recording: str | None = None) -> StoredRun:
    started = f"{datetime.now(UTC) - timedelta(days=days_ago):%Y-%m-%dT%H:%M:%S}.000Z"
    run = StoredRun("runner", started, 1800.0, 5000, 170.0, 5.0, 4.5, recording, surface="trail")
    return replace(run, distance_m=5000.0, exposure_m=6000.0, descent_m=40.0)


def _a_pain(history: History, level: int, site: str, *, numb: bool | None = None) -> StoredPain:
    """A report of the newest run, one kilometre into it, made now."""
    started, now = history.newest("runner", 1)[0].started_utc, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
    return StoredPain("runner", started, now, 300.0, 1000.0, 1000.0, level, site, None, numb, None, "run")


def told_last(history: History, now: datetime | None = None) -> str:
    past = history.past("runner", now)
    return reported_last(history, "runner", past, history.plan("runner"), PainRule.TREK, now)


def told_before(history: History) -> list[str]:
    past, plan = history.past("runner"), history.plan("runner")
    return before_run(history, "runner", past, plan, PainRule.TREK, told_last(history))


def test_pain_afterwards_is_stored_with_the_newest_run_and_answered(
    history: History, capsys: pytest.CaptureFixture[str]
) -> None:
    history.add(a_run(3.0))
    history.add(a_run())
    assert carry_out(["pain", "4", "--site", "Outer knee", "--side", "left", "--km", "4.0"]) == 0
    out = capsys.readouterr().out
    assert "outside of the knee" in out
    assert "1.4 km to 2.4 km" in out, "4.0 km of this hilly run are 4.8 flat ones"
    assert "not a diagnosis" in out
    *_, newest = history.past("runner")
    assert newest.onset_m == pytest.approx(4800.0)
    assert newest.began_at_m == 4000.0, "what a runner is told is what they said"
    assert carry_out(["pain", "2", "--minute", "15"]) == 0
    assert history.past("runner")[-1].onset_m == pytest.approx(3000.0)


def test_signs_of_the_back_turn_cues_off_until_cleared(history: History, capsys: pytest.CaptureFixture[str]) -> None:
    assert carry_out(["pain", "3", "--site", "buttock"]) == 0
    out = capsys.readouterr().out
    assert "low back" in out
    assert "bladder" in out
    assert "stridecue pain --cleared` then switches them on again" in out
    assert history.plan("runner").held
    (line,) = told_before(history)
    assert line.startswith("Cues are off: you reported buttock on ")
    assert "stridecue pain --cleared" in line
    assert carry_out(["pain", "--cleared"]) == 0
    assert history.plan("runner") == Plan()
    capsys.readouterr()
    assert carry_out(["pain", "--cleared"]) == 0
    assert "Nothing to clear" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["pain"], "0 to 10?"),
        (["pain", "--about"], "about which pain?"),
        (["pain", "3", "--site", "outer nee"], "did you mean 'outer knee'"),
        (["pain", "3", "--site", "elbow"], "outer knee"),
        (["pain", "--next-morning", "yes"], "no painful run of the last three days"),
        (["history", "erase"], "--yes"),
    ],
)
def test_a_wrong_request_says_what_to_do(words: list[str], remedy: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert carry_out(words) == 2
    assert remedy in capsys.readouterr().err


@pytest.mark.parametrize("level", ["11", "-1", "x", "3.5"])
def test_a_level_is_0_to_10(level: str) -> None:
    with pytest.raises(SystemExit):
        carry_out(["pain", level])


def test_the_next_morning_is_asked_once(
    history: History, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    history.add(a_run(0.5))
    assert unanswered(history, "runner") is None, "nothing hurt"
    assert carry_out(["pain", "4", "--km", "4.0"]) == 0
    started = unanswered(history, "runner")
    assert started is not None
    capsys.readouterr()
    ask_next_morning(history, "runner")
    assert capsys.readouterr().out == "", "a service's log is read by others"
    monkeypatch.setattr("hub.commands.before_run.is_own_terminal", lambda _out: True)
    ask_next_morning(history, "runner")
    assert "stridecue pain --next-morning" in capsys.readouterr().out
    carry_out(["history", "list"])
    assert "stridecue pain --next-morning" in capsys.readouterr().out
    assert carry_out(["pain", "--next-morning", "yes"]) == 0
    assert "too much" in capsys.readouterr().out
    assert history.mornings("runner") == {started: True}
    assert history.past("runner")[-1].worse
    assert unanswered(history, "runner") is None


def test_the_question_and_the_answer_are_wrapped_between_words(
    history: History, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    history.add(a_run(0.5))
    carry_out(["pain", "4", "--km", "4.0"])
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "y"

    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("hub.commands.before_run.is_own_terminal", lambda _out: True)
    monkeypatch.setattr("builtins.input", answer)
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    capsys.readouterr()
    ask_next_morning(history, "runner")
    (question,) = asked
    assert question.endswith("later] ")
    said = capsys.readouterr().out
    assert len(said) > 80
    assert max(len(line) for line in (question + "\n" + said).split("\n")) <= 80
    assert "before the run? [y/n, Enter: later] Worse" in " ".join((question + said).split())


def test_an_error_is_wrapped_between_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert carry_out(["history", "erase"]) == 2
    said = capsys.readouterr().err
    assert max(len(line) for line in said.split("\n")) <= 80
    assert "marks, thresholds" in " ".join(said.split())


def test_todays_cap_is_printed_before_a_run(history: History) -> None:
    history.add(a_run(2.0))
    carry_out(["pain", "4", "--km", "4.0"])
    _, line = told_before(history)
    assert line == "today's cap: 1.9 km (return to running after pain at 4.8 km)"
    carry_out(["pain", "4", "--km", "0.5"])
    _, line = told_before(history)
    assert line.startswith("today's cap: 240 m (return to running after pain at 600 m)")


def test_history_is_listed_exported_and_erased(
    history: History, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = tmp_path / "run.mcap"
    recording.write_bytes(b"x")
    history.add(run := a_run(recording=str(recording)))
    for running_s, text in ((751.2, None), (1085.0, "bridge")):
        history.add_mark(StoredMark("runner", run.started_utc, run.started_utc, running_s, "runner", text))
    carry_out(["pain", "4", "--site", "hip", "--numb", "--km", "4.0"])
    capsys.readouterr()
    assert carry_out(["history", "list"]) == 0
    listed = capsys.readouterr().out
    for part in (
        "5.00",
        "40",
        "170",
        "5.0/4.5",
        "trail",
        "4/10 hip numb at 4.8 km",
        "marks: 2, at 12:31 and 18:05 (bridge) of running",
    ):
        assert part in listed
    out = tmp_path / "ann.json"
    out.write_text("of before")
    out.chmod(0o644)
    assert carry_out(["history", "export", str(out)]) == 0
    assert out.stat().st_mode & 0o077 == 0
    assert json.loads(out.read_text())["pain"][0]["site"] == "hip"
    assert [mark["text"] for mark in json.loads(out.read_text())["mark"]] == [None, "bridge"]
    assert carry_out(["history", "erase", "--yes"]) == 0
    assert str(recording) in capsys.readouterr().out
    assert carry_out(["history", "list"]) == 0
    assert "no runs of 'runner' yet" in capsys.readouterr().out
    assert history.marks("runner") == ()
    history.add(a_run(recording=str(recording)))
    assert carry_out(["history", "erase", "--yes", "--recordings"]) == 0
    assert not recording.exists()


def test_recordings_of_short_or_erased_runs_are_erased_and_those_of_others_are_kept(
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = data_folder() / "recordings"
    folder.mkdir(parents=True)
    stamp = "2025-03-01T073000Z"
    whose = {"runner": "runner", "runner-2": "runner", "runner-2-77": "runner-2", "runner-3": "runner-3", "bob": "bob"}
    for name, runner in whose.items():
        RecordingWriter(folder / f"{stamp}-{name}.mcap", SessionInfo(0, None, runner)).close()
    (folder / "2025-03-02T073000Z-runner.mcap").write_bytes(b"no recording any more")
    assert carry_out(["history", "erase", "--yes"]) == 0
    out = capsys.readouterr().out
    assert "kept: 3 recordings, which may contain pain reports too" in out
    assert carry_out(["history", "erase", "--yes", "--recordings"]) == 0
    assert "erased: 3 recordings" in capsys.readouterr().out
    left = sorted(path.stem.removeprefix(f"{stamp}-") for path in folder.iterdir())
    assert left == ["bob", "runner-2-77", "runner-3"]


def test_messages_waiting_for_a_broker_are_erased_but_not_those_of_others(capsys: pytest.CaptureFixture[str]) -> None:
    for runner, broker in (("runner", "gym:1883"), ("runner", "home:8883"), ("runner-2", "gym:1883")):
        spool = Spool(overdue_folder(), runner, broker)
        spool.append([Post(f"stridecue/{runner}/cue", EXAMPLES["cue"])])
        spool.close()
    (overdue_folder() / "runner@gym_1883.sqlite-wal").touch()
    assert carry_out(["history", "erase", "--yes"]) == 0
    assert "messages waiting for 2 brokers" in capsys.readouterr().out
    assert [path.name for path in overdue_folder().iterdir()] == ["runner-2@gym_1883.sqlite"]


def test_runs_of_a_virtual_runner_are_kept_apart(
    history: History, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    launched: list[Launch] = []

    def ended(launch: Launch, keep: Callable[[Ended], None]) -> Ended:
        launched.append(launch)
        summary = Summary(0, 900, 400.0, 170.0, None, None, None, None, None, None, 0, 0, 0, 0)
        session = SessionInfo(0, "2025-03-01T07:30:00.000Z", launch.runner)
        done = Ended(Outcome(summary=summary, running_s=300.0), session, (), sys.stdout)
        keep(done)
        return done

    monkeypatch.setattr(live, "carry_out", ended)
    assert carry_out(["run", "--radio", "virtual", "--headless"]) == 0
    assert "kept apart" in capsys.readouterr().out
    assert history.newest("runner") == ()
    assert carry_out(["run", "--headless"]) == 0
    assert len(history.newest("runner")) == 1
    assert launched[0].folder != launched[1].folder


def test_pain_is_attached_to_the_newest_run_and_says_which_virtual_or_not(
    history: History, capsys: pytest.CaptureFixture[str]
) -> None:
    def reported(*words: str) -> str:
        assert carry_out(["pain", "4", "--site", "buttock", *words]) == 0
        return capsys.readouterr().out

    said = reported()
    assert "Not attached to a run: none of 'runner' is stored yet." in said
    assert "after a minute of running; a demo never is" in said
    history.add(own := a_run(2.0))
    apart = History(live.history_file(virtual=True))
    said = reported()
    assert f"Attached to your run of {own.started_utc[:16].replace('T', ' ')} UTC (runner)." in said
    assert "demo" not in said
    apart.add(virtual := a_run(1.0))
    said = reported()
    assert f"Attached to the virtual run of {virtual.started_utc[:16].replace('T', ' ')} UTC (runner)" in said
    assert "--own-run" in said
    assert [pain.started_utc for pain in apart.pains("runner")] == [virtual.started_utc]
    assert len(history.pains("runner")) == 2
    assert "Attached to your run of" in reported("--own-run")
    assert len(history.pains("runner")) == 3
    history.add(a_run(0.5))
    assert "Attached to your run of" in reported()
    for each in (history, apart):
        assert each.plan("runner").held
    assert carry_out(["pain", "--cleared"]) == 0
    for each in (history, apart):
        assert not each.plan("runner").held
    assert carry_out(["history", "erase", "--yes"]) == 0
    assert apart.pains("runner") == ()


def test_a_demo_that_ran_since_is_said_not_to_be_what_the_report_is_attached_to(
    history: History, capsys: pytest.CaptureFixture[str]
) -> None:
    recordings = demo_folder() / "recordings"
    recordings.mkdir(parents=True)

    def reported() -> str:
        assert carry_out(["pain", "2", "--site", "outer knee"]) == 0
        return capsys.readouterr().out

    history.add(run := a_run(1.0))
    (recordings / f"{run.started_utc[:19].replace(':', '')}Z-demo.mcap").touch()
    assert "demo" not in reported(), "it began in the same second"
    (recordings / f"{a_run(0.9).started_utc[:19].replace(':', '')}Z-demo.mcap").touch()
    assert "The demo that ran since then is not part of your history." in reported()


@pytest.mark.parametrize("with_a_run", [True, False])
def test_a_0_takes_back_a_report_of_the_last_two_minutes(
    history: History, capsys: pytest.CaptureFixture[str], *, with_a_run: bool
) -> None:
    if with_a_run:
        history.add(a_run())
    assert carry_out(["pain", "3", "--site", "calf or Achilles"]) == 0
    assert "pain 0` within two minutes takes it back" in capsys.readouterr().out
    assert history.plan("runner").on_hold
    assert carry_out(["pain", "0"]) == 0
    assert "withdrawn" in capsys.readouterr().out
    assert history.pains("runner") == ()
    assert not history.plan("runner").on_hold, "as before the report"
    assert carry_out(["pain", "0"]) == 0
    assert capsys.readouterr().out == f"{texts.NOTHING_HURTS}\n"


def test_a_0_does_not_take_back_an_older_report_or_one_for_a_clinician(
    history: History, capsys: pytest.CaptureFixture[str]
) -> None:
    history.add(a_run())
    older = f"{datetime.now(UTC) - timedelta(seconds=121):%Y-%m-%dT%H:%M:%S}.000Z"
    history.add_pain(replace(_a_pain(history, 4, "outer knee"), said_utc=older))
    assert carry_out(["pain", "0"]) == 0
    assert texts.NOT_TAKEN_BACK in capsys.readouterr().out
    assert carry_out(["pain", "3", "--site", "buttock"]) == 0
    assert "By mistake" not in capsys.readouterr().out, "cues stay off until `--cleared`"
    assert carry_out(["pain", "0"]) == 0
    assert texts.NOT_TAKEN_BACK in capsys.readouterr().out
    assert [pain.level for pain in history.pains("runner")] == [4, 0, 3, 0]
    assert history.plan("runner").held


def test_an_earlier_calf_report_keeps_the_goal_on_hold_when_a_later_one_is_taken_back(history: History) -> None:
    older = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%dT%H:%M:%S}.000Z"
    history.add(a_run())
    history.add_pain(replace(_a_pain(history, 4, "calf or Achilles"), said_utc=older))
    for level in ("2", "0"):
        assert carry_out(["pain", level, "--site", "calf or Achilles"]) == 0
    assert len(history.pains("runner")) == 1
    assert history.plan("runner").on_hold


def test_before_a_run_the_log_is_the_same_with_and_without_pain(
    history: History, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session = SessionInfo(0, "2025-03-01T07:30:00.000Z", "runner")
    monkeypatch.setattr(live, "carry_out", lambda _launch, _keep: Ended(Outcome(), session, (), sys.stdout))

    def printed() -> str:
        assert carry_out(["run", "--headless"]) == 0
        return capsys.readouterr().out

    history.add(a_run(2.0))
    before = printed()
    carry_out(["pain", "4", "--km", "4.0"])
    carry_out(["pain", "3", "--site", "buttock"])
    capsys.readouterr()
    assert history.plan("runner").held
    assert printed() == before
    monkeypatch.setattr(live, "is_own_terminal", lambda _out: True)
    assert "Cues are off: you reported buttock" in printed()


def test_the_last_report_is_shown_before_the_next_run_until_a_run_without_pain(
    history: History, capsys: pytest.CaptureFixture[str]
) -> None:
    history.add(a_run(2.0))
    assert told_last(history) == ""
    carry_out(["pain", "4", "--site", "outer knee", "--side", "right"])
    today = datetime.now(UTC)
    said = f"Reported last time ({today:%Y-%m-%d}): 4 of 10, right outer knee."
    assert told_last(history) == said, "nobody knows where it began"
    carry_out(["pain", "2", "--site", "calf or Achilles", "--km", "4.0"])
    capsys.readouterr()
    told = f"{said[:-1]}, the worst of 2. Today's plan counts it."
    assert told_last(history) == told
    assert told_before(history)[0] == told
    assert told_last(history, today + timedelta(days=29)) == ""
    carry_out(["pain", "0"])
    history.add(a_run(-0.1))
    assert told_last(history) == ""


def test_the_most_serious_report_is_named_everywhere_not_the_one_with_the_highest_level(
    history: History, capsys: pytest.CaptureFixture[str]
) -> None:
    history.add(a_run(40.0))
    carry_out(["pain", "8", "--site", "buttock"])
    history.add(a_run(2.0))
    carry_out(["pain", "3", "--site", "back", "--numb"])
    carry_out(["pain", "4", "--site", "around the kneecap"])
    capsys.readouterr()
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    said = "3 of 10, back, numbness or tingling, the worst of 2."
    assert told_last(history) == f"Reported last time ({today}): {said} Today's plan counts it."
    assert told_before(history)[0].startswith(f"Cues are off: you reported back with numbness or tingling on {today}")
    carry_out(["pain", "--cleared"])
    assert told_last(history) == f"Reported last time ({today}): {said}", "nothing of today differs for it any more"


def test_a_report_is_only_said_to_count_today_if_it_does(history: History, capsys: pytest.CaptureFixture[str]) -> None:
    history.add(a_run(2.0))
    history.add_pain(_a_pain(history, level=0, site="knee", numb=True))
    assert told_last(history).endswith("0 of 10, knee, numbness or tingling.")
    history.add_pain(_a_pain(history, level=3, site="knee"))
    assert told_last(history).endswith("numbness or tingling, the worst of 2."), "not for what is named"
    assert return_cap(history.past("runner")) is not None
    assert carry_out(["history", "erase", "--yes"]) == 0
    history.add(a_run(29.0))
    history.add_pain(_a_pain(history, level=4, site="knee"))
    assert return_cap(history.past("runner")) is None
    assert told_last(history).endswith("4 of 10, knee.")
    carry_out(["pain", "5", "--site", "calf or Achilles"])
    capsys.readouterr()
    assert told_last(history).endswith("the worst of 2. Today's plan counts it."), "the target cadence is put aside"


def test_the_last_report_is_only_on_the_runners_own_screen(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    launched: list[Launch] = []

    def ended(launch: Launch, _keep: Callable[[Ended], None]) -> Ended:
        launched.append(launch)
        return Ended(Outcome(), SessionInfo(0, None, launch.runner), (), sys.stdout)

    monkeypatch.setattr(live, "carry_out", ended)
    history.add(a_run(2.0))
    carry_out(["pain", "4", "--km", "4.0"])
    assert carry_out(["run", "--headless"]) == 0
    monkeypatch.setattr(live, "is_own_terminal", lambda _out: True)
    assert carry_out(["run", "--headless"]) == 0
    assert [launch.reported.partition("): ")[2] for launch in launched] == ["", "4 of 10. Today's plan counts it."]


@pytest.mark.parametrize("words", ["lower back", "left buttock", "sciatica", "groin"])
def test_serious_signs_in_the_runners_own_words_stop_the_cues(words: str, history: History) -> None:
    history.add(a_run(2.0))
    assert carry_out(["pain", "1", "--site", words]) == 0
    assert history.plan("runner").held


def test_numbness_given_as_a_place_counts_as_numbness_at_any_level(history: History) -> None:
    history.add(a_run(2.0))
    assert carry_out(["pain", "0", "--site", "low back"]) == 0
    assert not history.plan("runner").held
    assert carry_out(["pain", "0", "--site", "numb foot"]) == 0
    assert history.plan("runner").held


def test_what_a_pain_may_be_is_explained_and_nothing_is_stored(
    history: History, capsys: pytest.CaptureFixture[str]
) -> None:
    history.add(a_run())
    assert carry_out(["pain", "--site", "outer knee", "--about"]) == 0
    assert "outside of the knee" in capsys.readouterr().out
    assert history.pains("runner") == ()


def test_red_flags_are_listed_without_a_report(capsys: pytest.CaptureFixture[str]) -> None:
    assert carry_out(["pain", "--red-flags"]) == 0
    assert "Urgent care at once" in capsys.readouterr().out


@pytest.mark.parametrize("part", [["list"], ["export", "-"], ["erase", "--yes"]], ids=lambda part: part[0])
def test_the_configuration_may_be_given_before_or_after_the_part(part: list[str]) -> None:
    before = parse(["history", "--config", "ann.toml", *part])
    after = parse(["history", *part, "--config", "ann.toml"])
    assert (before.config, after.config) == ("ann.toml", "ann.toml")
    assert parse(["history", *part]).config is None
