"""The tables of the history, opening the file, and migration from earlier versions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

VERSION = 3

_FIRST = """
CREATE TABLE run (
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
CREATE INDEX run_by_runner ON run (runner, started_utc);
"""
_SECOND = """
ALTER TABLE run ADD COLUMN distance_m REAL;
ALTER TABLE run ADD COLUMN exposure_m REAL;
ALTER TABLE run ADD COLUMN descent_m REAL;
ALTER TABLE run ADD COLUMN contact_difference_ms REAL;
ALTER TABLE run ADD COLUMN surface TEXT;
CREATE TABLE pain (
    id INTEGER PRIMARY KEY,
    runner TEXT NOT NULL,
    started_utc TEXT,
    said_utc TEXT NOT NULL,
    running_s REAL,
    distance_m REAL,
    exposure_m REAL,
    level INTEGER,
    site TEXT,
    side TEXT,
    numb INTEGER,
    note TEXT,
    how TEXT NOT NULL
);
CREATE INDEX pain_by_run ON pain (runner, started_utc);
CREATE TABLE morning (
    id INTEGER PRIMARY KEY,
    runner TEXT NOT NULL,
    started_utc TEXT NOT NULL,
    said_utc TEXT NOT NULL,
    worse INTEGER NOT NULL
);
CREATE TABLE threshold (
    id INTEGER PRIMARY KEY,
    runner TEXT NOT NULL,
    started_utc TEXT NOT NULL,
    t_s REAL NOT NULL,
    detector TEXT NOT NULL,
    side TEXT,
    state TEXT NOT NULL,
    because TEXT NOT NULL
);
CREATE INDEX threshold_by_run ON threshold (runner, started_utc);
CREATE TABLE plan (
    runner TEXT PRIMARY KEY,
    plan TEXT NOT NULL,
    changed_utc TEXT NOT NULL
);
"""
_THIRD = """
CREATE TABLE mark (
    id INTEGER PRIMARY KEY,
    runner TEXT NOT NULL,
    started_utc TEXT NOT NULL,
    said_utc TEXT NOT NULL,
    running_s REAL,
    made_by TEXT NOT NULL,
    text TEXT
);
CREATE INDEX mark_by_run ON mark (runner, started_utc);
"""
STEPS = (_FIRST, _SECOND, _THIRD)
"""Migrations from version n to n + 1; never changed once released, only appended to."""

EVERYTHING = {
    "run": "SELECT * FROM run WHERE runner = ?",
    "pain": "SELECT * FROM pain WHERE runner = ?",
    "morning": "SELECT * FROM morning WHERE runner = ?",
    "mark": "SELECT * FROM mark WHERE runner = ?",
    "threshold": "SELECT * FROM threshold WHERE runner = ?",
    "plan": "SELECT * FROM plan WHERE runner = ?",
}
ERASE = (
    "DELETE FROM run WHERE runner = ?",
    "DELETE FROM pain WHERE runner = ?",
    "DELETE FROM morning WHERE runner = ?",
    "DELETE FROM mark WHERE runner = ?",
    "DELETE FROM threshold WHERE runner = ?",
    "DELETE FROM plan WHERE runner = ?",
)
"""One statement per table with data of a runner."""


LOCK_WAIT_S = 2.0
"""How long another process may lock the file before it counts as busy."""
ATTEMPTS = 5
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_NOT_OURS = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class HistoryError(Exception):
    """The history cannot be read or written; the text names the file, the reason and what to do."""


class HistoryBusyError(HistoryError):
    """Another process has locked the file, which is intact and can be used later."""


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file, creating or migrating it when needed, and commit at the end; raises HistoryError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        store = sqlite3.connect(path, timeout=LOCK_WAIT_S, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise _failed(path, error) from error
    with closing(store):
        _migrate(store, path)
        try:
            store.execute("BEGIN IMMEDIATE")
            yield store
            store.execute("COMMIT")
        except sqlite3.Error as error:
            raise _failed(path, error) from error


def patiently(work: Callable[[], T], in_a_hurry: Callable[[], bool] = lambda: False) -> T:
    """Call `work`, which reads or writes the history, again while the file is locked, ATTEMPTS times at most.

    in_a_hurry  returns True when no further attempt is to be made
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return work()
        except HistoryBusyError:
            if in_a_hurry():
                raise
    return work()


def is_held(path: Path) -> bool:
    """Whether another process has locked the file; does not wait, and ignores all other errors."""
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(path, timeout=0.0, isolation_level=None)) as store:
            store.execute("BEGIN IMMEDIATE")
            store.execute("ROLLBACK")
    except sqlite3.Error as error:
        return getattr(error, "sqlite_errorcode", None) in _LOCKED
    return False


def forget_deleted(path: Path) -> None:
    """Remove deleted data from the file and its log for good; raises HistoryError."""
    try:
        with closing(sqlite3.connect(path, timeout=LOCK_WAIT_S, isolation_level=None)) as store:
            store.execute("VACUUM")
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise HistoryError(
            f"{path}: erased, but the file could not be rewritten: {error}; please erase again"
        ) from error


def _migrate(store: sqlite3.Connection, path: Path) -> None:
    try:
        version = _version(store)
        if version < VERSION:
            store.execute("PRAGMA journal_mode = WAL")
            store.execute("BEGIN IMMEDIATE")
            # Read the version again: another hub may have migrated it while this one waited for the lock.
            for step in STEPS[_version(store) :]:
                for statement in step.split(";"):
                    store.execute(statement)
            store.execute(f"PRAGMA user_version = {VERSION}")
            store.execute("COMMIT")
            path.chmod(0o600)  # health data: for this user only
    except (OSError, sqlite3.Error) as error:
        raise _failed(path, error) from error
    if version > VERSION:
        raise HistoryError(f"{path}: written by a newer stridecue (format {version}): upgrade")


def _failed(path: Path, error: OSError | sqlite3.Error) -> HistoryError:
    """Return the matching error; only a corrupt file is advised to be moved away."""
    code = getattr(error, "sqlite_errorcode", None)
    if code in _LOCKED:
        return HistoryBusyError(f"{path}: another program is writing it; try again in a moment")
    why = error.strerror if isinstance(error, OSError) else str(error)
    return HistoryError(f"{path}: {why}{': move the file away to start a new one' if code in _NOT_OURS else ''}")


def _version(store: sqlite3.Connection) -> int:
    version: int = store.execute("PRAGMA user_version").fetchone()[0]
    return version
