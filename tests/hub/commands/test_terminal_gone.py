"""The terminal is gone before a run has ended: its window was closed, or the line to it broke."""

from __future__ import annotations

import errno
import io
import sys

import pytest

from drivers.recordings.recording import SessionInfo
from dsp.records import Side, Step, Summary
from dsp.signals import Placement
from hub.command_line.dispatch import carry_out
from hub.commands import live
from hub.history.store import History
from hub.outcome import Outcome
from hub.run.launch import Ended, Launch
from hub.settings.folders import data_folder

SUMMARY = Summary(0, 262, 100.0, 169.5, 251.9, 103.2, 12.7, 10.5, 12.4, 11.1, 0, 0, 12, 12)


class Gone(io.StringIO):
    """What stdout and stderr are after a hang-up."""

    def write(self, _text: str) -> int:
        raise OSError(errno.EIO, "Input/output error")


def test_the_run_is_in_the_history_all_the_same(monkeypatch: pytest.MonkeyPatch):
    def runs_and_hangs_up(launch: Launch) -> Ended:
        step = Step(0, None, None, None, None, Side.LEFT, None, 5.0, Placement.SACRUM, Placement.SACRUM, 1.0)
        for _ in range(200):
            launch.observe(step)
        for stream in ("stdout", "stderr"):
            monkeypatch.setattr(sys, stream, Gone())
        session = SessionInfo(0, "2026-03-01T07:30:00.000Z", launch.runner)
        return Ended(Outcome(summary=SUMMARY, running_s=100.0), session, (), sys.stdout)

    monkeypatch.setattr(live, "carry_out", runs_and_hangs_up)
    assert carry_out(["run", "--headless"]) == 1
    (run,) = History(data_folder() / "history.sqlite").newest("runner")
    assert run.steps == 262
