"""The history keeps runs, gives the newest of one runner oldest first, and says what is wrong with its file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dsp.history import PastRun
from dsp.records import Summary
from hub.history import History, HistoryError, StoredRun, stored_run

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


def test_short_runs_are_not_kept():
    summary = Summary(0, 5000, 1800.0, 170.0, 240.0, 110.0, 5.0, 4.5, None, None, 0, 0, 0, 0)
    stored = stored_run("ann", "2025-03-01T07:30:00.000Z", summary, None)
    assert stored is not None
    assert (stored.steps, stored.drop_excursion_right_deg) == (5000, 4.5)
    assert stored_run("ann", "", replace(summary, duration_s=30.0), None) is None
