"""A run is stored, or continues, although its terminal is gone or another program locks its history."""

from __future__ import annotations

import errno
import io
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from typing import TypeAlias

import pytest

from drivers.recordings.recording import SessionInfo
from dsp.records import Side, Step, Summary
from dsp.runner.plan import Plan
from dsp.signals import Placement
from hub.command_line.dispatch import carry_out
from hub.commands import live
from hub.commands.keep_run import KEEPING
from hub.history import schema
from hub.history.runs import StoredRun
from hub.history.schema import HistoryBusyError, HistoryError
from hub.history.store import History
from hub.outcome import Outcome
from hub.run.launch import Ended, Launch
from hub.settings.folders import data_folder

SUMMARY = Summary(0, 262, 100.0, 169.5, 251.9, 103.2, 12.7, 10.5, 12.4, 11.1, 0, 0, 12, 12)


Keep: TypeAlias = Callable[[Ended], None]


class Gone(io.StringIO):
    """stdout and stderr after a hang-up."""

    def write(self, _text: str) -> int:
        raise OSError(errno.EIO, "Input/output error")


def runs(launch: Launch, keep: Keep) -> Ended:
    """A run of 100 s."""
    step = Step(0, None, None, None, None, Side.LEFT, None, 5.0, Placement.SACRUM, Placement.SACRUM, 1.0)
    for _ in range(200):
        launch.observe(step)
    session = SessionInfo(0, "2026-03-01T07:30:00.000Z", launch.runner)
    ended = Ended(Outcome(summary=SUMMARY, running_s=100.0), session, (), sys.stdout)
    keep(ended)
    return ended


def test_a_run_whose_terminal_is_gone_is_stored_in_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    def runs_and_hangs_up(launch: Launch, keep: Keep) -> Ended:
        for stream in ("stdout", "stderr"):
            monkeypatch.setattr(sys, stream, Gone())
        return runs(launch, keep)

    monkeypatch.setattr(live, "carry_out", runs_and_hangs_up)
    assert carry_out(["run", "--headless"]) == 1
    (run,) = History(data_folder() / "history.sqlite").newest("runner")
    assert run.steps == 262


def test_an_unreadable_history_does_not_prevent_a_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data_folder().mkdir(parents=True)
    (data_folder() / "history.sqlite").write_bytes(b"no database" * 100)
    monkeypatch.setattr(live, "carry_out", runs)
    assert carry_out(["run", "--headless"]) == 1
    said = capsys.readouterr()
    assert "history.sqlite: file is not a database: move the file away to start a new one." in said.err
    assert "NOT added" in said.out


def test_a_locked_history_is_not_to_be_moved_and_its_plan_is_not_replaced_by_an_empty_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(schema, "LOCK_WAIT_S", 0.0)
    history = History(data_folder() / "history.sqlite")
    history.keep_plan("runner", Plan(held=True), "2026-02-01T07:30:00.000Z")
    other = sqlite3.connect(history.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    launched: list[Launch] = []

    def runs_while_it_is_let_go(launch: Launch, keep: Keep) -> Ended:
        launched.append(launch)
        other.close()
        return runs(launch, keep)

    monkeypatch.setattr(live, "carry_out", runs_while_it_is_let_go)
    assert carry_out(["run", "--headless"]) == 0
    assert launched[0].settings.history == ()
    said = capsys.readouterr()
    assert "another program is writing it; try again" in said.err
    assert "move" not in said.err
    assert len(history.newest("runner")) == 1
    assert history.plan("runner").held


def test_waiting_for_another_program_is_reported_at_once_and_a_run_not_stored_is_reported_as_such(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(schema, "LOCK_WAIT_S", 0.0)
    history = History(data_folder() / "history.sqlite")
    history.keep_plan("runner", Plan(), "2026-02-01T07:30:00.000Z")
    said_first: list[str] = []
    add = History.add

    def adds(history: History, run: StoredRun) -> None:
        said_first.append(capsys.readouterr().out)
        add(history, run)

    def runs_while_it_is_held(launch: Launch, keep: Keep) -> Ended:
        with closing(sqlite3.connect(history.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            return runs(launch, keep)

    monkeypatch.setattr(History, "add", adds)
    monkeypatch.setattr(live, "carry_out", runs_while_it_is_held)
    assert carry_out(["run", "--headless"]) == 1
    assert KEEPING in said_first[0]
    said = " ".join(capsys.readouterr().out.split())
    assert "NOT added, so later runs are not compared with this one:" in said
    assert "another program was writing it" in said
    assert "try again" not in said, "there is no way to"


def test_a_run_stored_without_its_plan_is_reported_as_such(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_what: object) -> None:
        raise HistoryError("disk full")

    monkeypatch.setattr(History, "keep_plan", refused)
    monkeypatch.setattr(live, "carry_out", runs)
    assert carry_out(["run", "--headless"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "added; the retraining plan stays as it was before this run: disk full" in said
    assert KEEPING not in said
    assert len(History(data_folder() / "history.sqlite").newest("runner")) == 1


def test_a_run_waits_for_another_writer_of_the_history_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = [HistoryBusyError("busy")] * 3
    add = History.add

    def busy(history: History, run: StoredRun) -> None:
        if refused:
            raise refused.pop()
        add(history, run)

    monkeypatch.setattr(History, "add", busy)
    monkeypatch.setattr(live, "carry_out", runs)
    assert carry_out(["run", "--headless"]) == 0
    assert len(History(data_folder() / "history.sqlite").newest("runner")) == 1
