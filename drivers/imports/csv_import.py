"""Convert a CSV of measured samples into a recording, so that it takes the same path as a live run.

Inertial columns become packets of the reference IMU profile; speed with cadence and heart rate (the 1 Hz metrics of a
watch) become packets of the standard services. Packets "arrive" with their last sample, so `t_s` is preserved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType

import numpy as np

from drivers.decoders.heart_rate import encode_heart_rate
from drivers.decoders.rsc import encode_rsc
from drivers.errors import ImportDataError
from drivers.imports.csv_columns import ColumnPlan, plan_columns
from drivers.imports.csv_packets import PROFILE as IMU_PROFILE
from drivers.imports.csv_packets import Floats, ImuPackets, ImuSurvey, MetricPackets, PacketSource, Times
from drivers.imports.csv_table import CsvTable, Progress
from drivers.packets import DeviceInfo
from drivers.recordings.recording import RecordingWriter, SessionInfo
from dsp.signals import NS_PER_S, Placement

RUNNER = "import"
_NO_MAPPING: Mapping[str, Placement | None] = MappingProxyType({})
_SURVEY_SHARE = 0.4
"""Share of the total work that the first of the two passes over the file takes."""
_LATEST_S = 9e9
"""2^63 ns; a `t_s` beyond it is not in seconds."""


@dataclass(frozen=True, slots=True)
class ImportedDevice:
    """One device of the recording; `samples` imported, and `lost` = samples missing in the file."""

    info: DeviceInfo
    samples: int
    lost: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of an import; `warnings` are sentences for the user."""

    out: Path
    rows: int
    duration_s: float
    t0_ns: int
    devices: tuple[ImportedDevice, ...]
    warnings: tuple[str, ...]


def import_csv(
    csv: Path,
    out: Path,
    mapping: Mapping[str, Placement | None] = _NO_MAPPING,
    progress: Progress | None = None,
) -> ImportReport:
    """Convert `csv` (plain or gzip) to the recording `out`.

    mapping   sensor name -> placement, None = skip it; other names are resolved by `csv_columns.placement_for`
    progress  called with the share of the work that is done, 0 to 1
    Raises ImportDataError (file and line) if the CSV cannot be read, RecordingError if `out` cannot be written; no
    partial `out` is left behind. Memory use does not grow with the file.
    """
    table = CsvTable(csv)
    plan = plan_columns(table.columns, mapping, str(csv))
    survey = _Survey(table, plan, progress)
    sources = _sources(plan, survey)
    if not sources:
        raise ImportDataError(f"{csv}: every sensor's cells are empty")
    partial = out.with_name(out.name + ".part")
    try:
        with RecordingWriter(partial, SessionInfo(survey.shift_ns, None, RUNNER)) as writer:
            for source, _ in sources:
                writer.add_device(source.info)
            for t_ns, values in survey.rows_again(progress):
                packets = [packet for source, columns in sources for packet in source.update(t_ns, values[:, columns])]
                for packet in sorted(packets, key=attrgetter("t_recv_ns")):
                    writer.add_packet(packet)
                writer.tick()
        partial.replace(out)
    except OSError as error:
        raise ImportDataError(f"cannot write {out}: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)
    devices = tuple(ImportedDevice(source.info, source.samples, source.lost) for source, _ in sources)
    return ImportReport(out, survey.rows, survey.duration_s, survey.shift_ns, devices, _warnings(plan, survey))


class _Survey:
    """The first pass: determines rates, ranges and the time offset."""

    def __init__(self, table: CsvTable, plan: ColumnPlan, progress: Progress | None) -> None:
        self._table = table
        self._wanted = [*(name for imu in plan.imus for name in imu.columns), *plan.pod, *plan.heart_rate]
        self.imus = [ImuSurvey(imu) for imu in plan.imus]
        self.columns = dict(_slices([imu.sensor for imu in plan.imus], [len(imu.columns) for imu in plan.imus]))
        self.rows = 0
        first_s = last_s = 0.0
        for rows in table.rows(self._wanted, _part_of(progress, 0.0, _SURVEY_SHARE)):
            if not self.rows:
                first_s = float(rows[0, 0])
            last_s = float(rows[-1, 0])
            self.rows += len(rows)
            for imu in self.imus:
                imu.update(rows[:, 0], rows[:, 1:][:, self.columns[imu.columns.sensor]])
        if max(abs(first_s), abs(last_s)) > _LATEST_S:
            raise ImportDataError(f"{table.path}: t_s reaches {last_s:g}; it must be in seconds")
        self.duration_s = last_s - first_s
        self.shift_ns = max(0, -round(first_s * NS_PER_S))

    def rows_again(self, progress: Progress | None) -> Iterator[tuple[Times, Floats]]:
        """Yield (n,) times in recording ns and (n, k) wanted columns, in a second pass."""
        for rows in self._table.rows(self._wanted, _part_of(progress, _SURVEY_SHARE, 1.0)):
            yield np.rint(rows[:, 0] * NS_PER_S).astype(np.int64) + self.shift_ns, rows[:, 1:]

    def place_of(self, names: Sequence[str]) -> slice:
        """Return the slice of adjacent columns within the wanted ones."""
        first = self._wanted.index(names[0])
        return slice(first, first + len(names))

    @property
    def path(self) -> Path:
        """The surveyed file."""
        return self._table.path


def _sources(plan: ColumnPlan, survey: _Survey) -> list[tuple[PacketSource, slice]]:
    """Return each device with its columns; sensors without any value are skipped."""
    sources: list[tuple[PacketSource, slice]] = []
    for imu in survey.imus:
        if not imu.rows:
            continue
        acc_g, gyro_dps = imu.ranges(str(survey.path))
        params = {"rate_hz": imu.rate_hz(), "acc_range_g": acc_g, "gyro_range_dps": gyro_dps}
        sensor, placement = imu.columns.sensor, imu.columns.placement
        info = DeviceInfo(_slug(sensor), IMU_PROFILE, placement, sensor, params=MappingProxyType(params))
        sources.append((ImuPackets(info, imu.columns.present), survey.columns[sensor]))
    if plan.pod:
        params = {"steps_per_count": 1.0}
        info = DeviceInfo("pod", "sig.rsc", Placement.FOOT, plan.pod[1], params=MappingProxyType(params))
        sources.append((MetricPackets(info, "measurement", encode_rsc, (255.0, 255.0)), survey.place_of(plan.pod)))
    if plan.heart_rate:
        info = DeviceInfo("strap", "sig.hr", Placement.CHEST, plan.heart_rate[0])
        columns = survey.place_of(plan.heart_rate)
        sources.append((MetricPackets(info, "measurement", encode_heart_rate, (65535.0,)), columns))
    return sources


def _warnings(plan: ColumnPlan, survey: _Survey) -> tuple[str, ...]:
    warnings = [f"{name} skipped: its name shows no placement; use --map {name}=PLACEMENT" for name in plan.unused]
    warnings += [f"{imu.columns.sensor} skipped: all its cells are empty" for imu in survey.imus if not imu.rows]
    warnings += [doubt for imu in survey.imus for doubt in imu.doubts()]
    if not plan.imus:
        warnings.append("no inertial columns: only speed, cadence and heart rate, no steps and no hip drop")
    return tuple(warnings)


def _slices(names: Sequence[str], widths: Sequence[int]) -> Iterator[tuple[str, slice]]:
    start = 0
    for name, width in zip(names, widths, strict=True):
        yield name, slice(start, start + width)
        start += width


def _part_of(progress: Progress | None, start: float, end: float) -> Progress | None:
    return None if progress is None else lambda part: progress(start + part * (end - start))


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-") or "sensor"
