"""Where the recorded runs are, and how a folder of them becomes sample blocks."""

from __future__ import annotations

import csv
import gzip
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from dsp.signals import IMU6, Layout, Placement, SampleBlock

Test = TypeVar("Test", bound=Callable[..., object])
_DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"
_PATH = Path(os.environ.get("STRIDECUE_DATA", _DEFAULT))

DATA_DIR: Path | None = _PATH if _PATH.is_dir() else None
"""Folder of the recorded runs; None when they are not on this machine."""

if DATA_DIR is None and os.environ.get("CI", "").lower() in {"1", "true"}:
    raise RuntimeError(f"recorded runs are missing: no folder {_PATH} (set STRIDECUE_DATA)")


def requires_data(test: Test) -> Test:
    """Mark a test that reads the recorded runs; without them it is skipped and says so."""
    skip = pytest.mark.skipif(DATA_DIR is None, reason=f"RECORDED RUNS MISSING: no folder {_PATH} (set STRIDECUE_DATA)")
    marked: Test = pytest.mark.data(skip(test))
    return marked


PLACEMENT_OF = {
    "sacrum": Placement.SACRUM,
    "lumbar": Placement.SACRUM,
    "pelvis": Placement.SACRUM,
    "waist": Placement.WAIST_FRONT,
    "left_hip": Placement.LEFT_HIP,
    "right_hip": Placement.RIGHT_HIP,
    "left_foot": Placement.LEFT_FOOT,
    "right_foot": Placement.RIGHT_FOOT,
    "left_shoe": Placement.LEFT_FOOT,
    "right_shoe": Placement.RIGHT_FOOT,
    "pocket": Placement.POCKET,
}
"""Sensor names of the recorded runs; others (shank) are not worn by our runners."""


@dataclass(frozen=True)
class Recorded:
    """One recording: columns by name, and its truth."""

    name: str
    columns: dict[str, np.ndarray]
    truth: dict[str, Any]
    steps: list[dict[str, str]]
    series: dict[str, np.ndarray]
    windows: list[dict[str, str]]

    @property
    def sensors(self) -> list[str]:
        return sorted({c.rsplit("_", 1)[0] for c in self.columns if c != "t_s"} & set(PLACEMENT_OF))


def samples_files() -> list[Path]:
    """The samples of every recording; none without the data."""
    return [] if DATA_DIR is None else sorted(DATA_DIR.glob("*/*/samples.csv.gz"))


def folders() -> list[Path]:
    """Every recording with samples of motion sensors."""
    return [path.parent for path in samples_files() if path.parent.parent.name != "fit_running_dynamics"]


def each_run(*parts: str) -> pytest.MarkDecorator:
    """Parametrize by `folder`: the recordings with one of `parts` in their path; None where there is none."""
    found = [folder for folder in folders() if any(part in str(folder) for part in parts)]
    ids = [f"{folder.parent.name}/{folder.name}" for folder in found]
    return pytest.mark.parametrize("folder", found or [None], ids=ids or ["no data"])


def _table(path: Path) -> dict[str, np.ndarray]:
    if not path.exists():
        return {}
    with gzip.open(path, "rt") as file:
        head = file.readline().strip().split(",")
        body = np.genfromtxt(file, delimiter=",", dtype=np.float64)
    return {name: body[:, k] for k, name in enumerate(head)}


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open() as file:
        return list(csv.DictReader(file))


def load(folder: Path) -> Recorded:
    """Read one folder."""
    return Recorded(
        name=f"{folder.parent.name}/{folder.name}",
        columns=_table(folder / "samples.csv.gz"),
        truth=json.loads((folder / "truth.json").read_text()),
        steps=_rows(folder / "truth_steps.csv"),
        series=_table(folder / "truth_series.csv.gz"),
        windows=_rows(folder / "truth_windows.csv"),
    )


def blocks(columns: dict[str, np.ndarray], sensors: list[str], size: int = 10) -> list[SampleBlock]:
    """Sample blocks of these sensors, interleaved by time, with losses as jumps of `t_ns`."""
    t_s = columns["t_s"]
    t_ns = np.round(t_s * 1e9).astype(np.int64)
    period = float(np.median(np.diff(t_s)))
    out: list[tuple[int, SampleBlock]] = []
    for sensor in sensors:
        values = np.full((len(t_s), 6), np.nan)
        for k, axis in enumerate(("ax", "ay", "az", "gx", "gy", "gz")):
            if f"{sensor}_{axis}" in columns:
                values[:, k] = columns[f"{sensor}_{axis}"]
        layout: Layout = IMU6
        for a in range(0, len(t_s), size):
            b = min(len(t_s), a + size)
            block = SampleBlock(sensor, PLACEMENT_OF[sensor], layout, t_ns[a:b], values[a:b], rate_hz=1.0 / period)
            out.append((int(t_ns[b - 1]), block))
    out.sort(key=lambda o: o[0])
    return [block for _, block in out]
