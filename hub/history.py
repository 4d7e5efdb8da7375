"""Past runs of this runner, in one SQLite file: what today is compared with. Nothing of it leaves the machine."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import astuple, dataclass
from pathlib import Path

from dsp.history import PastRun
from dsp.records import Record, Step, Summary

KEPT_FOR_BASELINE = 20
"""The newest runs that make up the baseline."""
SHORTEST_S = 60.0
"""Less running says nothing about how somebody runs."""
FEWEST_STEPS = 50
"""Steps whose drop was measured; fewer are no mean to compare with."""

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS run (
    id INTEGER PRIMARY KEY,
    runner TEXT NOT NULL,
    started_utc TEXT NOT NULL,
    duration_s REAL NOT NULL,
    steps INTEGER NOT NULL,
    cadence_spm REAL,
    drop_excursion_left_deg REAL,
    drop_excursion_right_deg REAL,
    recording TEXT
);
CREATE INDEX IF NOT EXISTS run_by_runner ON run (runner, started_utc);
"""


class HistoryError(Exception):
    """The history cannot be read or written: which file, why, what to do."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One earlier run in a few numbers; `recording` is a path, None when it was not recorded."""

    runner: str
    started_utc: str
    duration_s: float
    steps: int
    cadence_spm: float | None
    drop_excursion_left_deg: float | None
    drop_excursion_right_deg: float | None
    recording: str | None = None

    def past(self) -> PastRun:
        """Give what the core wants to know of it."""
        return PastRun(self.drop_excursion_left_deg, self.drop_excursion_right_deg, self.cadence_spm)


_INSERT = """
INSERT INTO run (runner, started_utc, duration_s, steps, cadence_spm,
                 drop_excursion_left_deg, drop_excursion_right_deg, recording)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_NEWEST = """
SELECT runner, started_utc, duration_s, steps, cadence_spm,
       drop_excursion_left_deg, drop_excursion_right_deg, recording
FROM run WHERE runner = ? ORDER BY started_utc DESC, id DESC LIMIT ?
"""


class History:
    """The store; opens the file for each call, so that nothing is held while the hub runs."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, run: StoredRun) -> None:
        """Keep a run; raises HistoryError."""
        with closing(self._open()) as store, store:
            self._do(store, _INSERT, astuple(run))

    def newest(self, runner: str, most: int = KEPT_FOR_BASELINE) -> tuple[StoredRun, ...]:
        """Give a runner's newest runs, oldest first; raises HistoryError."""
        if not self._path.exists():
            return ()
        with closing(self._open()) as store:
            rows = self._do(store, _NEWEST, (runner, most)).fetchall()
        return tuple(StoredRun(*row) for row in reversed(rows))

    def _open(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            store = sqlite3.connect(self._path, timeout=2.0)
        except (OSError, sqlite3.Error) as error:
            raise HistoryError(f"{self._path}: {error}") from error
        try:
            version = store.execute("PRAGMA user_version").fetchone()[0]
            if version <= _VERSION:
                store.execute("PRAGMA journal_mode = WAL")
                store.executescript(_SCHEMA)
                store.execute(f"PRAGMA user_version = {_VERSION}")
        except sqlite3.Error as error:
            store.close()
            raise HistoryError(f"{self._path}: {error}: move the file away to start anew") from error
        if version > _VERSION:
            store.close()
            raise HistoryError(f"{self._path}: written by a newer stridecue (format {version}): upgrade")
        return store

    def _do(self, store: sqlite3.Connection, query: str, values: tuple[object, ...]) -> sqlite3.Cursor:
        try:
            return store.execute(query, values)
        except sqlite3.Error as error:
            raise HistoryError(f"{self._path}: {error}") from error


class RunCount:
    """Counts what decides whether a run says enough; `observe` every record of it."""

    def __init__(self) -> None:
        self.steps_with_drop = 0

    def observe(self, record: Record) -> None:
        """Take a record in."""
        self.steps_with_drop += isinstance(record, Step) and record.drop_excursion_deg is not None


def stored_run(
    runner: str, started_utc: str, summary: Summary, recording: str | None, *, running_s: float, count: RunCount
) -> StoredRun | None:
    """Make the entry of a run that just ended; None when there was too little running in it to say anything."""
    if running_s < SHORTEST_S or count.steps_with_drop < FEWEST_STEPS:
        return None
    return StoredRun(
        runner,
        started_utc,
        running_s,
        summary.steps,
        summary.cadence_spm,
        summary.drop_excursion_left_deg,
        summary.drop_excursion_right_deg,
        recording,
    )
