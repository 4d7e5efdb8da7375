"""A short run that the project makes itself: 24 s of the virtual runner's sacrum and left foot, imported from a CSV."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from drivers.imports.csv_import import import_csv
from drivers.virtual.runner import RunnerParams, VirtualRunner
from dsp.signals import Placement

RATE_HZ = 104.0
SECONDS = 24


def write_csv(path: Path, seconds: float = SECONDS) -> Path:
    runner = VirtualRunner(RunnerParams(seed=3, standing_s=4.0, stops_at_s=20.0))
    n = int(seconds * RATE_HZ)
    columns = [np.arange(n)[:, None] / RATE_HZ]
    columns += [runner.imu(placement, 0, n, RATE_HZ) for placement in (Placement.SACRUM, Placement.LEFT_FOOT)]
    names = ["t_s"] + [f"{sensor}_{axis}" for sensor in ("sacrum", "left_shoe") for axis in AXES]
    np.savetxt(path, np.hstack(columns), delimiter=",", header=",".join(names), comments="", fmt="%.5f")
    return path


AXES = ("ax", "ay", "az", "gx", "gy", "gz")


@pytest.fixture(scope="session")
def small_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_csv(tmp_path_factory.mktemp("csv") / "samples.csv")


@pytest.fixture(scope="session")
def small_recording(small_csv: Path) -> Path:
    out = small_csv.with_name("run.mcap")
    import_csv(small_csv, out)
    return out


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the user's folders."""
    for name in ("DATA", "STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
