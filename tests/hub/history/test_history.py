"""The history stores runs, returns the newest of one runner oldest first, and names what is wrong with its file."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.recordings.recording import SessionInfo
from dsp.metrics import speed_source
from dsp.records import Metric, PainReport, Side, Step, Summary, Threshold, ThresholdState
from dsp.runner.history import PastRun
from dsp.runner.plan import Plan
from dsp.signals import Placement
from hub.commands.keep_run import keep
from hub.history.runs import RunCount, StoredMark, StoredPain, StoredRun, past_run, stored_run
from hub.history.schema import HistoryError, opened
from hub.history.store import History
from hub.outcome import Outcome
from hub.run.launch import Ended
from hub.text.summary_text import earlier_text, summary_text

RUN = StoredRun("ann", "2025-03-01T07:30:00.000Z", 1800.0, 5000, 170.0, 5.0, None, "/runs/1.mcap")


def test_the_newest_runs_of_one_runner_come_oldest_first(tmp_path: Path) -> None:
    history = History(tmp_path / "deep" / "history.sqlite")
    assert history.newest("ann") == ()
    runs = [replace(RUN, started_utc=f"2025-03-{day:02d}T07:30:00.000Z") for day in (3, 1, 2)]
    for run in [*runs, replace(RUN, runner="bob")]:
        history.add(run)
    assert [run.started_utc[8:10] for run in history.newest("ann", 2)] == ["02", "03"]
    assert history.newest("ann")[0] == runs[1]
    past = past_run(RUN, [], datetime(2025, 3, 8, 7, 30, tzinfo=UTC))
    assert past == PastRun(5.0, None, 170.0, duration_s=1800.0, days_ago=7.0)


def test_a_file_that_is_no_history_is_named(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    path.write_text("not a database, just some text that is long enough to be taken for one" * 20)
    with pytest.raises(HistoryError, match=r"history.sqlite: .*move the file away"):
        History(path).newest("ann")


def test_control_characters_stored_by_an_earlier_version_are_removed_on_reading(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite")
    where = (5.0, None, None)
    history.add_pain(
        StoredPain("ann", RUN.started_utc, RUN.started_utc, *where, 3, "a\x00b", None, None, "\x1b[31m", "run")
    )
    history.add_mark(StoredMark("ann", RUN.started_utc, RUN.started_utc, 5.0, "coach", "\x1b[2Jbridge\n"))
    report = PainReport(0, 3, "a\x9b41mb", None, "\x85")
    history.add_threshold("ann", RUN.started_utc, Threshold(0, "onset", ThresholdState.REPORTED, None, (report,)), 0)
    (pain,), (mark,) = history.pains("ann"), history.marks("ann")
    assert (pain.site, pain.note, mark.text) == ("a b", "[31m", "[2Jbridge")
    everything = history.export("ann")
    assert [(each["site"], each["note"]) for each in everything["pain"]] == [("a b", "[31m")]
    assert [each["text"] for each in everything["mark"]] == ["[2Jbridge"]
    ((behind,),) = [each["because"] for each in everything["threshold"]]
    assert (behind["site"], behind["note"], behind["level"]) == ("a 41mb", None, 3)


def test_a_history_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
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


def test_only_runs_with_enough_running_are_stored() -> None:
    stored = stored_run("ann", "2025-03-01T07:30:00.000Z", SUMMARY, None, running_s=60.0, count=counted(50))
    assert stored is not None
    assert (stored.steps, stored.drop_excursion_right_deg, stored.duration_s) == (5000, 4.5, 60.0)
    assert stored_run("ann", "", SUMMARY, None, running_s=59.0, count=counted(50)) is None
    assert stored_run("ann", "", replace(SUMMARY, steps=49), None, running_s=600.0, count=counted(49)) is None


def test_a_run_without_a_hip_sensor_is_stored_for_its_distance() -> None:
    pod_only = replace(SUMMARY, steps=0, distance_m=4200.0)
    stored = stored_run("ann", "", pod_only, None, running_s=1500.0, count=counted(49))
    assert stored is not None
    assert (stored.distance_m, stored.drop_excursion_left_deg, stored.surface) == (4200.0, None, None)


def test_a_connected_treadmill_is_the_surface_unless_the_runner_states_another() -> None:
    count = counted(60)
    count.observe(Metric(0, speed_source.KEY, float(speed_source.Source.TREADMILL), None, 1.0))
    for said, kept in ((None, "treadmill"), ("track", "track")):
        stored = stored_run("ann", "", SUMMARY, None, running_s=600.0, count=count, surface=said)
        assert stored is not None
        assert stored.surface == kept


def test_a_finished_run_becomes_one_of_the_earlier_runs(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite")
    session = SessionInfo(0, "2025-03-01T07:30:00.000Z", "ann")
    outcome = Outcome(summary=SUMMARY, running_s=100.0, files=[tmp_path / "run.mcap"])
    assert "added" in keep(Ended(outcome, session, (), sys.stdout), history, "ann", counted(200))
    (run,) = history.newest("ann")
    assert (run.started_utc, run.recording) == (session.started_utc, str(tmp_path / "run.mcap"))
    short = Ended(replace(outcome, running_s=10.0), session, (), sys.stdout)
    assert "not added" in keep(short, history, "ann", counted(20))
    assert len(history.newest("ann")) == 1


def test_earlier_runs_are_mentioned_at_the_start_and_compared_at_the_end() -> None:
    history = (PastRun(5.0, 4.5, 170.0), PastRun(5.4, None, None))
    assert earlier_text(history) == "2 earlier runs: hip drop on left leg 5.2°, right leg 4.5°"
    assert earlier_text(history[:1]).startswith("1 earlier run: ")
    assert "no earlier runs" in earlier_text(())
    text = summary_text(SUMMARY, history, running_s=1700.0)
    assert "  hip drop on left leg     5.6° (earlier runs 5.2°)" in text
    assert "(earlier runs 170.0)" in text
    assert "5000 in 28 min 20 s of running" in text, "standing is not counted"
    assert text.endswith("\n  cues                     none: quiet is good")
    once = summary_text(replace(SUMMARY, thresholds=1, cues=1), running_s=1700.0)
    assert once.endswith("\n  cues                     1")
    for_others = summary_text(SUMMARY, running_s=1700.0, own_terminal=False)
    assert summary_text(replace(SUMMARY, thresholds=1, cues=1), running_s=1700.0, own_terminal=False) == for_others, (
        "a report of pain is answered with a cue"
    )
    assert "left leg     5.6°" in for_others
    assert "earlier runs" not in once
    assert "sensors" not in once, "all that they sent was received"
    short = summary_text(replace(SUMMARY, lost=2, dropped=1), running_s=1700.0)
    assert "2 samples lost, 1 packet unreadable, repeated or too late" in " ".join(short.split())


OLD = """
CREATE TABLE run (id INTEGER PRIMARY KEY, runner TEXT NOT NULL, started_utc TEXT NOT NULL, duration_s REAL NOT NULL,
    steps INTEGER NOT NULL, cadence_spm REAL, drop_excursion_left_deg REAL, drop_excursion_right_deg REAL,
    recording TEXT);
CREATE INDEX run_by_runner ON run (runner, started_utc);
INSERT INTO run (runner, started_utc, duration_s, steps, cadence_spm, drop_excursion_left_deg, drop_excursion_right_deg)
VALUES ('ann', '2025-03-01T07:30:00.000Z', 1800.0, 5000, 170.0, 5.0, 4.5);
PRAGMA user_version = 1;
"""


def test_a_history_of_the_first_version_is_migrated_and_keeps_its_runs(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with closing(sqlite3.connect(path)) as store:
        store.executescript(OLD)
    history = History(path)
    (run,) = history.newest("ann")
    assert (run.cadence_spm, run.distance_m, run.surface) == (170.0, None, None)
    history.add(replace(RUN, started_utc="2025-03-02T07:30:00.000Z", distance_m=5000.0, surface="trail"))
    assert [each.surface for each in history.newest("ann")] == [None, "trail"]
    assert path.stat().st_mode & 0o077 == 0
    with opened(path) as store:
        assert store.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


PAIN = StoredPain(
    runner="ann",
    started_utc=RUN.started_utc,
    said_utc="2025-03-01T07:52:00.000Z",
    running_s=1300.0,
    distance_m=4100.0,
    exposure_m=4200.0,
    level=4,
    site="outer knee",
    side="left",
    numb=False,
    note=None,
    how="run",
)


def test_the_first_pain_of_a_run_is_its_onset_and_level_0_is_none(tmp_path: Path) -> None:
    history, now = History(tmp_path / "history.sqlite"), datetime(2025, 3, 2, 7, 30, tzinfo=UTC)
    history.add(replace(RUN, distance_m=5000.0, exposure_m=5100.0))
    history.add_pain(replace(PAIN, level=0, exposure_m=1000.0))
    (run,) = history.past("ann", now)
    assert (run.onset_m, run.exposure_m, run.days_ago) == (None, 5100.0, 1.0)
    history.add_pain(replace(PAIN, exposure_m=4600.0, level=6))
    history.add_pain(replace(PAIN, level=None))
    (run,) = history.past("ann", now)
    assert run.onset_m == 4200.0
    assert history.pains("ann")[0].numb is False
    assert history.pains("bob") == ()


def test_pain_at_an_unknown_distance_is_neither_onset_nor_pain_free(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite")
    history.add(replace(RUN, exposure_m=5100.0))
    history.add_pain(replace(PAIN, exposure_m=None))
    (run,) = history.past("ann")
    assert (run.onset_m, run.exposure_m) == (None, None)


def test_pain_of_a_run_whose_hub_was_killed_counts(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite")
    history.add_pain(PAIN)
    (run,) = history.past("ann")
    assert run.onset_m == 4200.0


def test_everything_of_a_runner_is_exported_and_erased_without_a_trace(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite")
    history.add(RUN)
    history.add(replace(RUN, runner="bob"))
    history.add_pain(replace(PAIN, note="a remarkable note"))
    history.add_morning("ann", RUN.started_utc, "2025-03-02T07:00:00.000Z", worse=True)
    history.keep_plan("ann", Plan(sessions=3, own_cadence_spm=168.0), RUN.started_utc)
    history.add_mark(StoredMark("ann", RUN.started_utc, RUN.started_utc, 751.2, "runner", "a remarkable place"))
    because = (PainReport(2_000_000_000, 4), Metric(2_000_000_000, "exposure_m", 4200.0, None, 1.0))
    history.add_threshold(
        "ann", RUN.started_utc, Threshold(2_000_000_000, "onset", ThresholdState.REPORTED, None, because), 0
    )
    data = history.export("ann")
    assert {table: len(rows) for table, rows in data.items()} == {
        "run": 1,
        "pain": 1,
        "morning": 1,
        "mark": 1,
        "threshold": 1,
        "plan": 1,
    }
    assert data["plan"][0]["plan"]["sessions"] == 3
    assert data["threshold"][0]["because"][1]["value"] == 4200.0
    assert history.plan("ann") == Plan(sessions=3, own_cadence_spm=168.0)
    assert history.erase("ann") == 6
    assert not any(history.export("ann").values())
    assert len(history.newest("bob")) == 1
    left = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert b"a remarkable" not in left
    assert History(tmp_path / "none.sqlite").erase("ann") == 0
