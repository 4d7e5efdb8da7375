"""`stridecue history`: list, export or erase what is stored about earlier runs."""

from __future__ import annotations

import json
import re
import sys
import textwrap
from argparse import Namespace
from pathlib import Path

from drivers.errors import DriverError
from drivers.recordings.recording import RecordingReader
from dsp import texts
from dsp.texts import counted, distance
from hub.commands.before_run import unanswered
from hub.commands.kept_recordings import newest_first
from hub.commands.live import chosen_config, history_file, recordings_folder
from hub.history.runs import StoredMark, StoredPain, StoredRun
from hub.history.store import History
from hub.settings.config import ConfigError
from hub.settings.folders import as_typed, demo_folder, overdue_folder, program
from hub.sinks.spool import erase_spools
from hub.terminal.terminal import echo
from hub.terminal.wrapping import wrap_words
from hub.text.summary_text import WIDTH, marks_text

LISTED = 50
_INDENT = " " * 18
"""Continuation lines align after the column with the start of a run."""


def run(options: Namespace) -> int:
    """List, export or erase; raises ConfigError, HistoryError and OSError."""
    config, _ = chosen_config(options.config)
    runner, history = config.runner.name, History(history_file())
    parts = {"list": _list, "export": _export, "erase": _erase}
    parts[options.part](history, runner, options)
    return 0


def _list(history: History, runner: str, options: Namespace) -> None:
    del options
    pains: dict[str | None, list[StoredPain]] = {}
    for pain in history.pains(runner):
        pains.setdefault(pain.started_utc, []).append(pain)
    marks: dict[str, list[StoredMark]] = {}
    for mark in history.marks(runner):
        marks.setdefault(mark.started_utc, []).append(mark)
    runs = history.newest(runner, LISTED)
    if not runs and not pains:
        echo(f"no runs of '{runner}' yet ({history.path}); a run is added after a minute of running")
        if newest_first([demo_folder() / "recordings"]):
            echo(f"demo runs are stored apart: `{program()} replay --list` shows their recordings")
        return
    numbers = f"{'min':>5} {'km':>6} {'down m':>6} {'steps/min':>9} {'drop L/R leg':>12}"
    print(f"{'start (UTC)':<17} {numbers} {'surface':<9} pain")
    for one in runs:
        print(wrap_words(_line(one, pains.pop(one.started_utc, [])), sys.stdout, below=_INDENT))
        if made := marks.get(one.started_utc):
            print(_marks(made))
    for started, remaining in pains.items():
        when = (started or remaining[0].said_utc)[:16].replace("T", " ")
        print(wrap_words(f"{when:<17} {'no run stored':<50} {_pain(remaining)}", sys.stdout, below=_INDENT))
    morning = unanswered(history, runner)
    if morning is not None:
        echo(f"{texts.NEXT_MORNING.format(when=morning[:10])} {as_typed(texts.NEXT_MORNING_HOW)}")
    if history.plan(runner).held:
        echo(as_typed(texts.HELD_SHORT))


def _line(run: StoredRun, pains: list[StoredPain]) -> str:
    """Format one run as one line; a dash where nothing was measured."""
    drop = f"{_number(run.drop_excursion_left_deg, 1)}/{_number(run.drop_excursion_right_deg, 1)}"
    km = None if run.distance_m is None else run.distance_m / 1000.0
    start = run.started_utc[:16].replace("T", " ")
    numbers = f"{_number(km, 2):>6} {_number(run.descent_m, 0):>6} {_number(run.cadence_spm, 0):>9} {drop:>12}"
    return f"{start:<17} {run.duration_s / 60.0:>5.0f} {numbers} {run.surface or '-':<9} {_pain(pains)}".rstrip()


def _marks(marks: list[StoredMark]) -> str:
    """Format the marks of a run, to print below its line."""
    text = f"marks: {marks_text([(each.running_s, each.text) for each in marks])}"
    return textwrap.fill(text, WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _pain(pains: list[StoredPain]) -> str:
    words = []
    for pain in pains:
        level = "taps" if pain.level is None else f"{pain.level}/10"
        place = None if pain.exposure_m is None else f"at {distance(pain.exposure_m)}"
        numb = "numb" if pain.numb else None
        words.append(" ".join(each for each in (level, pain.side, pain.site, numb, place) if each))
    return "; ".join(words)


def _export(history: History, runner: str, options: Namespace) -> None:
    text = json.dumps(history.export(runner), indent=1, ensure_ascii=False) + "\n"
    if options.out == "-":
        sys.stdout.write(text)
        return
    path = Path(options.out).expanduser()
    if path.is_dir() or not path.parent.is_dir():
        wrong = "is a folder" if path.is_dir() else f"there is no folder {path.parent}"
        raise ConfigError(f"export {options.out}: {wrong}; name a file in a folder that exists, or - for stdout")
    path.touch(mode=0o600)  # health data: for this user only
    path.chmod(0o600)  # the file may have existed
    path.write_text(text, encoding="utf-8")
    print(f"written: {path}", file=sys.stderr)


def _erase(history: History, runner: str, options: Namespace) -> None:
    recordings = _recordings(history, runner, recordings_folder(chosen_config(options.config)[0]))
    if not options.yes:
        raise ConfigError(
            f"erase: nothing erased. --yes erases everything stored about {runner}, for good: runs, pain, mornings, "
            "marks, thresholds, the plan and messages waiting for a broker (add --recordings to erase recordings too)"
        )
    erased = history.erase(runner) + History(history_file(virtual=True)).erase(runner)
    print(f"erased: {erased} entries of {runner}")
    if waiting := erase_spools(overdue_folder(), runner):
        print(f"erased: messages waiting for {counted(waiting, 'broker')}")
    if options.recordings:
        for path in recordings:
            path.unlink()
        print(f"erased: {counted(len(recordings), 'recording')}")
    elif recordings:
        echo(
            f"kept: {counted(len(recordings), 'recording')}, which may contain pain reports too; "
            f"`{program()} history erase --yes --recordings` erases them:"
        )
        for path in recordings:
            print(f"  {path}")


def _recordings(history: History, runner: str, folder: Path) -> list[Path]:
    """Find a runner's recordings: those in the history, and all in the folder, including short or erased runs."""
    named = {Path(one.recording) for one in history.newest(runner, 1_000_000) if one.recording is not None}
    found = {path for path in folder.glob(f"*Z-{runner}*.mcap") if _is_of(path, runner)}
    return sorted(path for path in named | found if path.exists())


def _is_of(path: Path, runner: str) -> bool:
    """Whether a recording is this runner's: `ann-2` may be Ann's second file, or the first of a runner `ann-2`."""
    stem = path.stem.partition("Z-")[2]
    if not re.fullmatch(rf"{re.escape(runner)}(-\d+)*", stem):
        return False
    try:
        return RecordingReader(path).session.runner == runner
    except DriverError:  # unreadable: only the name is left to go by
        return stem == runner
