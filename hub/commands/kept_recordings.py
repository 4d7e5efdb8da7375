"""The recordings of earlier runs: list them, or find one by name or the newest without typing a path."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from drivers.errors import DriverError
from drivers.recordings.recording import RecordingReader
from drivers.recordings.recording_length import length_s
from hub.command_line.existing_file import existing_file
from hub.commands.live import chosen_config, recordings_folder
from hub.settings.config import ConfigError
from hub.settings.folders import RECORDING, demo_folder, program

LISTED = 18
"""Recordings listed by default: with heading and hints they fit a terminal of 24 lines."""


def recording_folders() -> list[Path]:
    """Return the folders of recordings: the runner's own, and that of virtual runners."""
    return [recordings_folder(chosen_config(None)[0]), demo_folder() / "recordings"]


def newest_first(folders: Sequence[Path]) -> list[Path]:
    """Return every recording in these folders, newest first: file names begin with the start of the run."""
    found = {path for folder in folders for path in folder.glob(f"*{RECORDING}")}
    return sorted(found, key=lambda path: path.name, reverse=True)


def chosen_recording(text: str | None) -> Path:
    """Find a recording by path or by name, or the newest one; raises ConfigError."""
    folders = recording_folders()
    if text is None:
        kept = newest_first(folders)
        if not kept:
            raise ConfigError(f"replay: no recordings yet; `{program()} demo` makes one, and so does every run")
        return kept[0]
    if not Path(text).is_file() and Path(text).name == text:
        for folder in folders:
            path = folder / (text if text.endswith(RECORDING) else f"{text}{RECORDING}")
            if path.is_file():
                return path
    try:
        return existing_file(text)
    except ConfigError as error:
        raise ConfigError(f"{error}; `{program()} replay --list` lists the recordings") from error


def listed(folders: Sequence[Path], *, whole: bool = False) -> list[str]:
    """Return lines with the newest recordings (`whole`: all), newest last: start, length, runner, name for `replay`."""
    kept = newest_first(folders)
    if not kept:
        return [f"no recordings yet in {' or '.join(str(folder) for folder in folders)}"]
    shown = kept if whole else kept[:LISTED]
    older = len(kept) - len(shown)
    lines = [f"{older} older ones, listed by: {program()} replay --list --all"] if older else []
    lines.append(f"{'start (UTC)':<17} {'length':>9} {'runner':<12} recording")
    lines += [_line(path) for path in reversed(shown)]
    return [*lines, "", f"`{program()} replay NAME` plays one; without NAME, the newest"]


def _line(path: Path) -> str:
    try:
        recording = RecordingReader(path)
    except DriverError:
        return f"{'cannot be read':<17} {'-':>9} {'-':<12} {path.stem}"
    start = (recording.session.started_utc or "-")[:16].replace("T", " ")
    return f"{start:<17} {_length(length_s(recording)):>9} {recording.session.runner:<12} {path.stem}"


def _length(whole_s: float | None) -> str:
    if whole_s is None:
        return "no end"
    minutes, seconds = divmod(round(whole_s), 60)
    return f"{minutes}:{seconds:02d} min"
