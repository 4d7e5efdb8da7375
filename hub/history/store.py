"""Reading and writing the history: runs, pain, next mornings, marks, thresholds and the plan of each runner."""

from __future__ import annotations

import json
from dataclasses import astuple, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from dsp.records import Threshold
from dsp.runner.history import PastRun
from dsp.runner.plan import Plan
from hub.history.runs import StoredMark, StoredPain, StoredRun, past_run
from hub.history.schema import ERASE, EVERYTHING, HistoryError, forget_deleted, opened
from hub.messages.lines import line_of, seconds
from hub.messages.plain_words import plain_or_none

KEPT_FOR_BASELINE = 20
"""Number of newest runs that make up the baseline."""

_ADD_RUN = """
INSERT INTO run (runner, started_utc, duration_s, steps, cadence_spm, drop_excursion_left_deg,
                 drop_excursion_right_deg, recording, distance_m, exposure_m, descent_m, contact_difference_ms, surface)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_NEWEST = """
SELECT runner, started_utc, duration_s, steps, cadence_spm, drop_excursion_left_deg,
       drop_excursion_right_deg, recording, distance_m, exposure_m, descent_m, contact_difference_ms, surface
FROM run WHERE runner = ? ORDER BY started_utc DESC, id DESC LIMIT ?
"""
_ADD_PAIN = """
INSERT INTO pain (runner, started_utc, said_utc, running_s, distance_m, exposure_m, level, site, side, numb, note, how)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_PAINS = """
SELECT runner, started_utc, said_utc, running_s, distance_m, exposure_m, level, site, side, numb, note, how
FROM pain WHERE runner = ? ORDER BY said_utc, id
"""
_TAKE_BACK_PAIN = """
DELETE FROM pain WHERE id = (
    SELECT max(id) FROM pain WHERE runner = ? AND started_utc IS ? AND said_utc = ? AND (level IS NOT 0 OR numb)
)
"""
_ADD_MARK = "INSERT INTO mark (runner, started_utc, said_utc, running_s, made_by, text) VALUES (?, ?, ?, ?, ?, ?)"
_MARKS = """
SELECT runner, started_utc, said_utc, running_s, made_by, text FROM mark WHERE runner = ? ORDER BY said_utc, id
"""
_ADD_MORNING = "INSERT INTO morning (runner, started_utc, said_utc, worse) VALUES (?, ?, ?, ?)"
_MORNINGS = "SELECT started_utc, worse FROM morning WHERE runner = ? ORDER BY id"
_ADD_THRESHOLD = """
INSERT INTO threshold (runner, started_utc, t_s, detector, side, state, because) VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_PLAN = "SELECT plan FROM plan WHERE runner = ?"
_KEEP_PLAN = "INSERT OR REPLACE INTO plan (runner, plan, changed_utc) VALUES (?, ?, ?)"
_JSON = ("plan", "because")
"""Columns that hold JSON."""
_WORDS = ("site", "note", "text")
"""Columns with text that people wrote; older entries may contain control characters."""


class History:
    """The history file, opened for each call so that it is not locked in between. Every method raises HistoryError."""

    def __init__(self, path: Path) -> None:
        self.path = path

    # -- runs

    def add(self, run: StoredRun) -> None:
        """Store a run."""
        with opened(self.path) as store:
            store.execute(_ADD_RUN, astuple(run))

    def newest(self, runner: str, count: int = KEPT_FOR_BASELINE) -> tuple[StoredRun, ...]:
        """Return the newest `count` runs of a runner, oldest first."""
        return tuple(StoredRun(*row) for row in reversed(self._rows(_NEWEST, (runner, count))))

    def past(self, runner: str, now: datetime | None = None) -> tuple[PastRun, ...]:
        """Return the newest runs as the signal pipeline needs them, oldest first.

        A run whose hub was killed has no entry of its own, but pain reported in it has; such a run counts too.
        """
        now = now or datetime.now(UTC)
        runs = {run.started_utc: run for run in self.newest(runner)}
        pains: dict[str, list[StoredPain]] = {}
        for pain in self.pains(runner):
            if pain.started_utc is not None:
                pains.setdefault(pain.started_utc, []).append(pain)
        oldest = min(runs, default="")
        for started in pains:
            if started not in runs and started >= oldest:
                runs[started] = StoredRun(runner, started, 0.0, 0, None, None, None)
        mornings = self.mornings(runner)
        return tuple(
            past_run(runs[started], pains.get(started, []), now, worse=mornings.get(started))
            for started in sorted(runs)
        )

    # -- pain

    def add_pain(self, pain: StoredPain) -> None:
        """Store a pain report."""
        with opened(self.path) as store:
            store.execute(_ADD_PAIN, astuple(pain))

    def take_back_pain(self, runner: str, started_utc: str | None, said_utc: str) -> None:
        """Delete the pain report made by mistake at `said_utc` in a run; `started_utc` None: in none."""
        with opened(self.path) as store:
            store.execute(_TAKE_BACK_PAIN, (runner, started_utc, said_utc))

    def pains(self, runner: str) -> tuple[StoredPain, ...]:
        """Return a runner's pain reports, oldest first, with control characters removed from their texts."""
        found = [StoredPain(*row) for row in self._rows(_PAINS, (runner,))]
        return tuple(
            replace(
                pain,
                numb=None if pain.numb is None else bool(pain.numb),
                site=plain_or_none(pain.site),
                note=plain_or_none(pain.note),
            )
            for pain in found
        )

    def add_morning(self, runner: str, started_utc: str, said_utc: str, *, worse: bool) -> None:
        """Store whether the runner felt worse the morning after a run."""
        with opened(self.path) as store:
            store.execute(_ADD_MORNING, (runner, started_utc, said_utc, int(worse)))

    def mornings(self, runner: str) -> dict[str, bool]:
        """Return whether the runner felt worse the next morning, by the start of the run."""
        rows = self._rows(_MORNINGS, (runner,))
        return {started: bool(worse) for started, worse in rows}

    # -- marks, thresholds and plan

    def add_mark(self, mark: StoredMark) -> None:
        """Store a mark."""
        with opened(self.path) as store:
            store.execute(_ADD_MARK, astuple(mark))

    def marks(self, runner: str) -> tuple[StoredMark, ...]:
        """Return a runner's marks, oldest first, with control characters removed from their texts."""
        found = [StoredMark(*row) for row in self._rows(_MARKS, (runner,))]
        return tuple(replace(mark, text=plain_or_none(mark.text)) for mark in found)

    def add_threshold(self, runner: str, started_utc: str, threshold: Threshold, t0_ns: int) -> None:
        """Store a detector's change of state with its evidence; `t0_ns` is the timestamp of `t_s` 0."""
        because = [line_of(each, t0_ns) for each in threshold.because]
        row = (
            runner,
            started_utc,
            seconds(threshold.t_ns, t0_ns),
            threshold.detector,
            threshold.side,
            threshold.state,
            msgspec.json.encode(because).decode(),
        )
        with opened(self.path) as store:
            store.execute(_ADD_THRESHOLD, row)

    def plan(self, runner: str) -> Plan:
        """Return a runner's plan, a new one if there is none."""
        rows = self._rows(_PLAN, (runner,))
        if not rows:
            return Plan()
        try:
            return msgspec.json.decode(rows[0][0], type=Plan)
        except msgspec.DecodeError as error:
            raise HistoryError(f"{self.path}: the plan of {runner} cannot be read: {error}") from error

    def keep_plan(self, runner: str, plan: Plan, changed_utc: str) -> None:
        """Store a runner's plan."""
        with opened(self.path) as store:
            store.execute(_KEEP_PLAN, (runner, msgspec.json.encode(plan).decode(), changed_utc))

    # -- all of it

    def export(self, runner: str) -> dict[str, list[dict[str, Any]]]:
        """Return everything stored about a runner by table, as plain data without control characters."""
        out: dict[str, list[dict[str, Any]]] = {table: [] for table in EVERYTHING}
        if not self.path.exists():
            return out
        with opened(self.path) as store:
            for table, query in EVERYTHING.items():
                rows = store.execute(query, (runner,))
                names = [column[0] for column in rows.description]
                out[table] = [_decoded(dict(zip(names, row, strict=True))) for row in rows]
        return out

    def erase(self, runner: str) -> int:
        """Erase everything about a runner; returns the number of rows."""
        if not self.path.exists():
            return 0
        with opened(self.path) as store:
            erased = sum(store.execute(statement, (runner,)).rowcount for statement in ERASE)
        forget_deleted(self.path)
        return erased

    def _rows(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        if not self.path.exists():
            return []
        with opened(self.path) as store:
            return store.execute(query, values).fetchall()


def _decoded(row: dict[str, Any]) -> dict[str, Any]:
    return _cleaned(
        {name: json.loads(value, object_hook=_cleaned) if name in _JSON else value for name, value in row.items()}
    )


def _cleaned(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: plain_or_none(value) if name in _WORDS else value for name, value in fields.items()}
