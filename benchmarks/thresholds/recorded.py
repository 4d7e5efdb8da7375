"""Real runs through the drift detectors: six with running dynamics (one value a second), one with raw sensors."""

from __future__ import annotations

import csv
import gzip
import math
from pathlib import Path

from dsp.guidance import GuidanceParams
from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Cue, Threshold
from dsp.thresholds.drift import CADENCE, CONTACT, Drift, DriftParams, Watched
from tests.recorded import DATA_DIR, blocks, load

SLOWEST_MPS = 1.8
"""Below this speed: walking."""
SLOPE_OVER_S = 30
_CADENCE = ("watch_cadence_spm", "stryd_cadence_spm")
_CONTACT = ("stryd_contact_ms", "watch_contact_ms")


def rows(folder: Path) -> list[dict[str, float]]:
    """Return one dict per second, NaN where nothing was measured."""
    with gzip.open(folder / "samples.csv.gz", "rt") as file:
        return [
            {key: float(value) if value else math.nan for key, value in row.items()} for row in csv.DictReader(file)
        ]


def alarms(
    table: list[dict[str, float]], watched: Watched, names: tuple[str, ...]
) -> tuple[str, float, list[str]] | None:
    """Return the column used, hours of running, and the changes of state; None if this run has no such column."""
    name = next((n for n in names if n in table[0] and any(row[n] > 0 for row in table)), None)
    if name is None:
        return None
    drift, found, running_s = Drift(watched, DriftParams(), None), [], 0.0
    for k, row in enumerate(table):
        before = table[max(0, k - SLOPE_OVER_S)]
        run_m = row["distance_m"] - before["distance_m"]
        slope = 100.0 * (row["altitude_m"] - before["altitude_m"]) / run_m if run_m > 20.0 else 0.0
        running = row["speed_mps"] > SLOWEST_MPS and row.get("watch_cadence_spm", 160.0) > 130.0
        if not running:
            continue
        running_s += 1.0
        if row[name] > 0:
            drift.add(row[name])
        cadence = row.get("watch_cadence_spm", math.nan)
        now = (row["speed_mps"], 0.0 if math.isnan(slope) else slope, 0.0 if math.isnan(cadence) else cadence)
        change = drift.running(int(row["t_s"] * 1e9), 1.0, now)
        if change is not None:
            found.append(f"{change.state} at {running_s / 60.0:.0f} min")
    return name, running_s / 3600.0, found


def table() -> None:
    """Print every run, or that the recordings are missing."""
    if DATA_DIR is None:
        print("the recorded runs were not found: set STRIDECUE_DATA to their folder")
        return
    print("| recorded run | number | running | changes of state |")
    print("|---|---|---|---|")
    reached, hours = 0, 0.0
    for folder in sorted((DATA_DIR / "fit_running_dynamics").iterdir()):
        seconds = rows(folder)
        for watched, names in ((CADENCE, _CADENCE), (CONTACT, _CONTACT)):
            found = alarms(seconds, watched, names)
            if found is None:
                continue
            name, ran_h, changes = found
            reached += any("reached" in change for change in changes)
            hours += ran_h
            print(f"| {folder.name} | {name} | {60.0 * ran_h:.0f} min | {', '.join(changes) or 'none'} |")
    print(f"reached in {reached} of the above, {hours:.1f} h in all")
    recording = load(DATA_DIR / "adept_outdoor_run_real" / "outdoor_25min")
    pipeline, records = Pipeline(PipelineParams(guidance=GuidanceParams())), []
    for block in blocks(recording.columns, recording.sensors):
        records += pipeline.update(block)
    records += pipeline.finish()
    changes = [
        f"{r.detector} {r.side or ''} {r.state} at {r.t_ns / 60e9:.0f} min" for r in records if isinstance(r, Threshold)
    ]
    cues = [f"{r.rule} at {r.t_ns / 60e9:.0f} min" for r in records if isinstance(r, Cue)]
    print(f"adept_outdoor_run_real: thresholds {changes or 'none'}, cues {cues or 'none'}")
