"""Posts on disk for an unreachable broker: in order, bounded, counted, deleted once delivered.

One SQLite file per runner and broker. Posts left when a run ends (or is killed) are sent first by that runner's next
run. Deleted rows are overwritten. Not thread-safe.
"""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from hub.messages.topics import WireError
from hub.messages.wire import Post, decode, encode

LIMIT = 60_000
"""Posts stored: three steps a second for five and a half hours, 27 MB at about 450 bytes each; then the oldest go."""
_PREPARE = """
PRAGMA auto_vacuum = FULL;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA secure_delete = ON;
CREATE TABLE IF NOT EXISTS post (id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, payload BLOB NOT NULL);
"""

_SQLITE = ".sqlite"

_T = TypeVar("_T")
_LOG = logging.getLogger("stridecue.spool")


class Spool:
    """Posts of one runner for one broker, which `broker` names, e.g. `host:port`. No method raises for disk errors.

    pending   waiting posts, including those of earlier runs
    dropped   posts that made room for newer ones, could not be written, or could not be read back
    """

    def __init__(self, folder: Path, runner: str, broker: str, *, limit: int = LIMIT) -> None:
        self.path = folder / f"{_files_of(runner)}{re.sub(r'[^A-Za-z0-9.-]', '_', broker)}{_SQLITE}"
        self.pending = 0
        self.dropped = 0
        self._limit = limit
        self._opened: sqlite3.Connection | None = None

    def look(self) -> None:
        """Count the posts left by an earlier run; creates no file."""
        if self.path.exists():
            self._try(_count, 0)

    def append(self, posts: Sequence[Post]) -> None:
        """Append posts; the oldest make room."""

        def insert(rows: sqlite3.Connection) -> int:
            with rows:
                rows.executemany(
                    "INSERT INTO post (topic, payload) VALUES (?, ?)",
                    [(post.topic, encode(post.message)) for post in posts],
                )
                over = max(0, _count(rows) - self._limit)
                rows.execute("DELETE FROM post WHERE id IN (SELECT id FROM post ORDER BY id LIMIT ?)", (over,))
            return over

        dropped = self._try(insert, len(posts))  # may itself add to `self.dropped`
        self.dropped += dropped

    def peek(self, count: int) -> list[tuple[int, Post]]:
        """Return at most `count` posts, oldest first, each with its number for `forget`."""
        while True:
            nothing: list[tuple[int, str, bytes]] = []
            found = self._try(partial(_oldest, count=count), nothing)
            posts = [(number, post) for number, topic, payload in found if (post := _post(topic, payload)) is not None]
            if posts or not found:
                return posts
            self.dropped += len(found)  # unreadable: written by another version
            self.forget(found[-1][0])

    def forget(self, number: int) -> None:
        """Delete the post of this number and all before it, as they were delivered."""

        def delete(rows: sqlite3.Connection) -> None:
            with rows:
                rows.execute("DELETE FROM post WHERE id <= ?", (number,))

        self._try(delete, None)

    def close(self) -> None:
        """Close the file."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _try(self, work: Callable[[sqlite3.Connection], _T], otherwise: _T) -> _T:
        try:
            rows = self._opened or self._open()
            done = work(rows)
            self.pending = _count(rows)
        except (OSError, sqlite3.Error) as error:
            _LOG.warning("%s: %s", self.path, error)
            self.close()
            if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
                self.path.unlink(missing_ok=True)  # the file is corrupt: a new one is better than none
                self.dropped += self.pending
                self.pending = 0
            return otherwise
        return done

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path.touch(mode=0o600)
        self._opened = rows = sqlite3.connect(self.path, check_same_thread=False)
        rows.executescript(_PREPARE)
        return rows


def erase_spools(folder: Path, runner: str) -> int:
    """Delete all waiting posts of a runner; returns for how many brokers there were any. Raises OSError."""
    spools = [path for path in folder.glob(f"*{_SQLITE}*") if path.name.startswith(_files_of(runner))]
    for path in spools:  # including SQLite's log of a killed run
        path.unlink()
    return sum(path.name.endswith(_SQLITE) for path in spools)


def _files_of(runner: str) -> str:
    return f"{runner}@"  # a runner's name contains no @


def _count(rows: sqlite3.Connection) -> int:
    return int(rows.execute("SELECT count(*) FROM post").fetchone()[0])


def _oldest(rows: sqlite3.Connection, count: int) -> list[tuple[int, str, bytes]]:
    found: list[tuple[int, str, bytes]] = rows.execute(
        "SELECT id, topic, payload FROM post ORDER BY id LIMIT ?", (count,)
    ).fetchall()
    return found


def _post(topic: str, payload: bytes) -> Post | None:
    try:
        return Post(topic, decode(topic, payload))
    except WireError:
        return None
