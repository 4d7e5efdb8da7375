"""Import, replay and JSON lines for every recorded run available: no errors, and the cadence matches the reference."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hub.cli import main
from tests.recorded import DATA_DIR, requires_data, samples_files

FOLDERS = [path.parent for path in samples_files()]
RUNNING = ("running", "sprinting", "jogging")
LONG_S = 20.0


def true_cadence_spm(folder: Path) -> float | None:
    """Return the mean reference cadence of a run of at least 20 s that has one."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    runs = any(word in (truth.get("activity") or "") for word in RUNNING)
    cadence = (truth.get("summary") or {}).get("cadence_spm")
    return cadence if runs and (truth.get("duration_s") or 0) >= LONG_S else None


def test_the_runs_with_truth_are_there() -> None:
    if DATA_DIR is not None:
        assert sum(true_cadence_spm(folder) is not None for folder in FOLDERS) >= 7


@requires_data
@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_imports_and_replays(folder: Path, tmp_path: Path) -> None:
    recording, lines = tmp_path / "run.mcap", tmp_path / "run.jsonl"
    assert main(["import", str(folder / "samples.csv.gz"), "--out", str(recording)]) == 0
    assert main(["replay", str(recording), "--headless", "--speed", "max", "--jsonl", str(lines)]) == 0
    records = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    assert [each["type"] for each in records].count("summary") == 1
    summary = records[-1]
    assert summary["type"] == "summary"
    assert summary["dropped"] == 0
    true_spm = true_cadence_spm(folder)
    if true_spm is not None:
        assert summary["cadence_spm"] == pytest.approx(true_spm, abs=2.0)
