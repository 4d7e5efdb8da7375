"""`stridecue import`: convert a CSV file of samples to a recording."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from drivers.errors import ImportDataError, RecordingError
from drivers.imports.csv_columns import plan_columns
from drivers.imports.csv_import import ImportReport, import_csv
from drivers.imports.csv_table import CsvTable
from drivers.recordings.recording import RecordingReader
from dsp.signals import NS_PER_S, Placement
from hub.command_line.existing_file import existing_file
from hub.settings.config import ConfigError
from hub.settings.nearest import nearest
from hub.terminal.progress import Progress
from hub.terminal.terminal import echo

WEARABLE = tuple(place for place in Placement if place not in {Placement.FOOT, Placement.CHEST, Placement.TREADMILL})
"""Placements an IMU can have."""


def run(options: Namespace) -> int:
    """Import the CSV file and print a report; raises DriverError and ConfigError."""
    csv, out = existing_file(options.csv), Path(options.out)
    mapping = parse_map(options.map)
    check_out(csv, out)
    check_map(csv, mapping)
    with Progress("importing") as progress:
        report = import_csv(csv, out, mapping, progress.share)
    for line in _report(report):
        print(line, file=sys.stderr)
    for warning in report.warnings:
        echo(f"stridecue: note: {warning}", sys.stderr)
    print(report.out)
    return 0


def parse_map(words: list[str]) -> dict[str, Placement | None]:
    """Parse SENSOR=PLACEMENT words (`none` leaves a sensor out); raises ConfigError."""
    mapping: dict[str, Placement | None] = {}
    valid = [placement.value for placement in WEARABLE]
    for word in words:
        sensor, equals, name = word.partition("=")
        if not equals or not sensor:
            raise ConfigError(f"--map {word!r}: write SENSOR=PLACEMENT, or SENSOR=none to leave it out")
        if name != "none" and name not in valid:
            raise ConfigError(f"--map {word!r}: unknown placement {name!r}: {nearest(name, [*valid, 'none'])}")
        mapping[sensor] = None if name == "none" else Placement(name)
    return mapping


def check_out(csv: Path, out: Path) -> None:
    """Raise ConfigError if writing `out` would overwrite anything but an earlier import."""
    if not out.exists():
        return
    if out.samefile(csv):
        raise ConfigError(f"--out {out}: this is the CSV file itself; choose another, e.g. --out {_suggested(csv)}")
    if not out.is_file():
        raise ConfigError(f"--out {out}: not a file; choose one, e.g. --out {_suggested(csv)}")
    try:
        started_utc = RecordingReader(out).session.started_utc
    except RecordingError as error:
        raise ConfigError(
            f"--out {out}: already exists and is not a recording; nothing was written. Choose another file, "
            f"e.g. --out {_suggested(csv)}"
        ) from error
    if started_utc is not None:
        raise ConfigError(
            f"--out {out}: already holds a run recorded live on {started_utc[:10]}; nothing was written. "
            f"Choose another file, e.g. --out {_suggested(csv)}"
        )


def check_map(csv: Path, mapping: Mapping[str, Placement | None]) -> None:
    """Raise ConfigError if `--map` names a sensor that is not in the CSV file, or leaves nothing to import."""
    if not mapping:
        return
    columns = CsvTable(csv).columns
    try:
        plan_columns(columns, mapping, f"{csv}: --map")
    except ImportDataError as error:
        raise ConfigError(str(error)) from error


def _suggested(csv: Path) -> str:
    return f"{csv.name.removesuffix('.gz').removesuffix('.csv')}.mcap"


def _report(report: ImportReport) -> list[str]:
    start_s = -report.t0_ns / NS_PER_S
    lines = [f"{report.rows} rows, {report.duration_s:.1f} s" + (f" from t_s = {start_s:g}" if report.t0_ns else "")]
    for device in report.devices:
        info = device.info
        missing = f", {device.lost} missing" if device.lost else ""
        lines.append(
            f"  {info.name:<16} {info.placement.value:<12} {info.profile:<16} {device.samples} samples{missing}"
        )
    return lines
