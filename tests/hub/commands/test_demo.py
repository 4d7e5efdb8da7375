"""The earlier runs of `stridecue demo`: cut short, and where nothing can be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.commands.demo import RUNNER, _history
from hub.history.store import History
from hub.settings.folders import demo_folder


def test_earlier_runs_cut_short_by_ctrl_c_are_completed() -> None:
    whole = _history()
    history = History(demo_folder() / "history.sqlite")
    first = history.newest(RUNNER)[0]
    history.erase(RUNNER)
    history.add(first)
    assert _history() == whole
    assert len(history.newest(RUNNER)) == 5


def test_the_earlier_runs_are_the_same_where_nothing_can_be_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = _history()
    assert len(History(demo_folder() / "history.sqlite").newest(RUNNER)) == len(stored) == 5
    (tmp_path / "no folder").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "no folder"))
    assert _history() == stored
