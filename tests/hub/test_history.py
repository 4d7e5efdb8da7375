"""The history keeps runs, gives the newest of one runner oldest first, and says what is wrong with its file."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.recordings.recording import SessionInfo
from dsp.history import PastRun
from dsp.records import Side, Step, Summary
from dsp.signals import Placement
from hub.commands.keep_run import keep
from hub.history import History, HistoryError, RunCount, StoredRun, stored_run
from hub.launch import Ended
from hub.runtime import Outcome
from hub.summary_text import earlier_text, summary_text

RUN = StoredRun("ann", "2025-03-01T07:30:00.000Z", 1800.0, 5000, 170.0, 5.0, None, "/runs/1.mcap")


def test_newest_runs_of_one_runner_oldest_first(tmp_path: Path):
    history = History(tmp_path / "deep" / "history.sqlite")
    assert history.newest("ann") == ()
    runs = [replace(RUN, started_utc=f"2025-03-{day:02d}T07:30:00.000Z") for day in (3, 1, 2)]
    for run in [*runs, replace(RUN, runner="bob")]:
        history.add(run)
    assert [run.started_utc[8:10] for run in history.newest("ann", 2)] == ["02", "03"]
    assert history.newest("ann")[0] == runs[1]
    assert RUN.past() == PastRun(5.0, None, 170.0)


def test_a_file_that_is_no_history_is_named(tmp_path: Path):
    path = tmp_path / "history.sqlite"
    path.write_text("not a database, just some text that is long enough to be taken for one" * 20)
    with pytest.raises(HistoryError, match=r"history.sqlite: .*move the file away"):
        History(path).newest("ann")


def test_a_history_of_a_newer_version_is_left_alone(tmp_path: Path):
    import sqlite3
    from contextlib import closing

    path = tmp_path / "history.sqlite"
    with closing(sqlite3.connect(path)) as store:
        store.execute("PRAGMA user_version = 99")
    with pytest.raises(HistoryError, match="newer stridecue"):
        History(path).add(RUN)


SUMMARY = Summary(0, 5000, 1800.0, 170.0, 240.0, 110.0, 5.6, 4.5, None, None, 0, 0, 0, 0)


def counted(steps: int) -> RunCount:
    count = RunCount()
    step = Step(0, None, None, None, None, Side.LEFT, None, 5.0, Placement.SACRUM, Placement.SACRUM, 1.0)
    for _ in range(steps):
        count.observe(step)
        count.observe(replace(step, drop_excursion_deg=None))
    return count


def test_only_runs_with_enough_running_are_kept():
    stored = stored_run("ann", "2025-03-01T07:30:00.000Z", SUMMARY, None, running_s=60.0, count=counted(50))
    assert stored is not None
    assert (stored.steps, stored.drop_excursion_right_deg, stored.duration_s) == (5000, 4.5, 60.0)
    assert stored_run("ann", "", SUMMARY, None, running_s=59.0, count=counted(50)) is None
    assert stored_run("ann", "", SUMMARY, None, running_s=600.0, count=counted(49)) is None


def test_a_run_that_is_over_is_one_of_the_earlier_runs(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    history = History(tmp_path / "history.sqlite")
    session = SessionInfo(0, "2025-03-01T07:30:00.000Z", "ann")
    outcome = Outcome(summary=SUMMARY, running_s=100.0, files=[tmp_path / "run.mcap"])
    keep(Ended(outcome, session, (), sys.stdout), history, "ann", counted(200))
    (run,) = history.newest("ann")
    assert (run.started_utc, run.recording) == (session.started_utc, str(tmp_path / "run.mcap"))
    assert "added" in capfd.readouterr().out
    keep(Ended(replace(outcome, running_s=10.0), session, (), sys.stdout), history, "ann", counted(20))
    assert len(history.newest("ann")) == 1
    assert "not added" in capfd.readouterr().out


def test_earlier_runs_are_said_at_the_start_and_stand_beside_this_one_at_the_end():
    history = (PastRun(5.0, 4.5, 170.0), PastRun(5.4, None, None))
    assert earlier_text(history) == "2 earlier runs: usual drop left 5.2°, right 4.5°"
    assert earlier_text(history[:1]).startswith("1 earlier run: ")
    assert "no earlier runs" in earlier_text(())
    text = summary_text(SUMMARY, history)
    assert "5.6° a step (usual 5.2°)" in text
    assert "(usual 170.0)" in text
    assert "usual" not in summary_text(SUMMARY)
