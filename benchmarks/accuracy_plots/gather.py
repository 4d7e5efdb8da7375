"""Values of the core paired with the true ones, one `Pair` per step or ten steps, from the recorded runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.score_recordings import corrupted, drop_excursion, match, number, run, truth_of
from dsp.records import Step
from tests.recorded import Recorded, folders, load

RUNNING = ("alcantara", "rbds", "ric", "opensim")
PEOPLE = {
    "alcantara": "runner 1, real sensor",
    "hamner": "runner 2",
    "rajagopal": "runner 2",
    "sub041": "runner 3",
    "sub032": "runner 4",
    "welk002": "runner 5",
    "20160226": "runner 6",
    "20140515": "runner 7",
    "dorn": "runner 8",
}
"""Runner by part of the recording's name; sensors not called `real` are computed from optical markers."""

SENSOR_ERRORS = (1, 2, 3)
"""Seeds of the data folder's error model (any mounting, gyroscope bias 3 deg/s, 1 % of packets lost, 104 Hz)."""


@dataclass(frozen=True)
class Pair:
    """One comparison of a reported value with the true one.

    quantity  contact_ms, moment_ms (of contact, relative to the true one), cadence_spm (ten steps), drop_deg
              (excursion), peak_bw
    worn      hip, shoes or cheap hip (through the error model)
    force     whether the true contacts come from a force plate
    """

    quantity: str
    worn: str
    recording: str
    person: str
    speed_mps: float
    slope_deg: float
    force: bool
    true: float
    found: float


def person_of(name: str) -> str:
    """Return the runner of a recording, or its name if unknown."""
    return next((person for part, person in PEOPLE.items() if part in name), name)


def of_recording(rec: Recorded, columns: dict[str, np.ndarray], sensors: list[str], worn: str) -> Iterator[Pair]:
    """Yield all comparisons of one recording with one set of sensors."""
    t = columns["t_s"]
    seconds = float(t[-1] - t[0])
    start = t[0] + (3.0 if seconds >= 15.0 else 1.0)
    end = t[-1] - (0.7 if seconds >= 15.0 else 0.4)
    drop_from = t[0] + (15.0 if seconds >= 20.0 else 4.0)
    true = [s for s in rec.steps if math.isfinite(number(s.get("ic_s")))]
    steps = [r for r in run(columns, sensors) if isinstance(r, Step)]
    ic, seen = np.array([number(s["ic_s"]) for s in true]), np.array([s.t_ns * 1e-9 for s in steps])
    rough = match(ic, seen, 0.2)
    if len(rough) < 3:
        return
    offset = float(np.median([seen[k] - ic[i] for i, k in rough]))
    pairs = [(i, k) for i, k in match(ic, seen - offset, 0.1) if start <= ic[i] <= end]
    force = truth_of(rec) == "force"

    def pair(quantity: str, one: float, other: float) -> Pair:
        speed, slope = rec.truth.get("speed_mps"), rec.truth.get("slope_deg")
        return Pair(
            quantity, worn, rec.name, person_of(rec.name), float(speed or "nan"), float(slope or 0.0), force, one, other
        )

    for i, k in pairs:
        yield pair("moment_ms", 0.0, 1e3 * (seen[k] - ic[i]))
        contact_ms, found_ms = number(true[i].get("contact_ms")), steps[k].contact_ms
        if found_ms is not None and math.isfinite(contact_ms):
            yield pair("contact_ms", contact_ms, found_ms)
            yield from peak(rec, pair, ic[i], contact_ms, steps[k])
        found_deg = steps[k].drop_excursion_deg
        if found_deg is not None and "pelvic_obliquity_deg" in rec.series and ic[i] >= drop_from:
            to_s = number(true[i].get("to_s"))
            usable = true[i].get("artifact", "0") in ("0", "", "0.0")
            want = drop_excursion(rec.series, ic[i], to_s if math.isfinite(to_s) else ic[i] + 0.25, true[i]["foot"])
            if usable and math.isfinite(want):
                yield pair("drop_deg", want, found_deg)
    for (i, k), (i2, k2) in zip(pairs, pairs[10:], strict=False):
        if i2 - i == 10 and k2 - k == 10:
            yield pair("cadence_spm", 600.0 / (ic[i2] - ic[i]), 600.0 / (seen[k2] - seen[k]))


def peak(
    rec: Recorded, pair: Callable[[str, float, float], Pair], ic_s: float, contact_ms: float, step: Step
) -> Iterator[Pair]:
    """Yield peak force (half-sine, Morin 2005) against the plate, where its force is given in body weights."""
    if "grf_normal_bw" not in rec.series or step.step_time_s is None or step.contact_ms is None:
        return
    t = rec.series["t_s"]
    inside = (t >= ic_s) & (t < ic_s + 1e-3 * contact_ms)
    found = 0.5 * math.pi * 1e3 * step.step_time_s / step.contact_ms
    yield pair("peak_bw", float(rec.series["grf_normal_bw"][inside].max()), found)


def job(folder: Path) -> list[Pair]:
    """Return the comparisons of one recording: hip alone, shoes alone, hip through the error model."""
    rec = load(folder)
    shoes = [s for s in rec.sensors if "foot" in s]
    out = list(of_recording(rec, rec.columns, ["sacrum"], "hip"))
    if shoes:
        out += of_recording(rec, rec.columns, shoes, "shoes")
    if "pelvic_obliquity_deg" in rec.series and float(rec.columns["t_s"][-1]) > 20.0:
        for seed in SENSOR_ERRORS:
            out += of_recording(rec, corrupted(rec, seed, 104.0), ["sacrum"], "cheap hip")
    return out


def gather(jobs: int) -> list[Pair]:
    """Return the comparisons of all recordings, from `jobs` processes."""
    todo = [f for f in folders() if any(name in str(f) for name in RUNNING)]
    with ProcessPoolExecutor(jobs) as pool:
        return [pair for found in pool.map(job, todo) for pair in found]
