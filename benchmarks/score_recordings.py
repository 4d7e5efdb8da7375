"""Score the core on recorded runs with ground truth: one row per recording, worst first.

    python -m benchmarks.score_recordings [--corrupt] [--rates 104 208] [--seeds 1 2] [--only TEXT] [--sensors sacrum]

Events count from 3 s on, drop from 15 s (recordings under 15 s: events from 1 s; under 20 s: drop from 4 s). Contacts
match within 100 ms after the constant offset is removed. `--corrupt` passes each recording through the data folder's
own `add_sensor_errors.corrupt`: any mounting, gyroscope bias 3 dps, 1 % of packets lost.

sec           length of the recording, s
true, found   steps of the truth that count; steps reported in the whole recording
miss, false   true steps not found; reported steps that are none
cad, worst    error of mean cadence, steps/min; of the worst single report (without marked steps, else the same)
10sd          SD of the error of cadence over ten steps, steps/min
side%, 1st    steps with the correct side; time of the first step with a side after the first true step, s
oblRMS        RMS error of obliquity, mean removed, deg
drops         steps with a drop that count; exBias, exSD: error of drop_excursion_deg, deg; L-R: left minus right bias
icOff, icSD   initial contact: constant offset, and SD around it, ms
ctBias, ctRMSE  error of contact time, ms

'-': no ground truth. The goals are in `docs/accuracy.md`. Needs the recorded runs (`STRIDECUE_DATA`).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Attitude, Metric, Record, Side, Step
from tests.recorded import DATA_DIR, Recorded, blocks, folders, load

NAN = float("nan")


@dataclass
class Score:
    """Scores of one recording with one set of sensors and errors; NaN where there is no ground truth."""

    name: str
    setup: str
    seconds: float
    true_steps: int = 0
    found: int = 0
    missed: int = 0
    false: int = 0
    cadence_error: float = NAN
    cadence_worst: float = NAN
    step10_sd: float = NAN
    side: float = NAN
    first_side: float = NAN
    obliquity_rmse: float = NAN
    excursion_bias: float = NAN
    excursion_sd: float = NAN
    excursion_lr: float = NAN
    contact_offset: float = NAN
    contact_sd: float = NAN
    duration_bias: float = NAN
    duration_rmse: float = NAN
    drops: int = 0
    extra: dict[str, Any] = field(default_factory=dict)


def truth_of(rec: Recorded) -> str:
    """Return the source of true contacts: `force` plate, `calibrated` markers (on that runner's plate) or `markers`."""
    events = rec.truth.get("events", {})
    text = str(events)
    if "KINEMATIC" in text:
        return "calibrated" if isinstance(events, dict) and events.get("calibrated_on_same_runner") else "markers"
    return "force" if "force" in text or "GRF" in text else "markers"


def drop_excursion(series: dict[str, np.ndarray], ic: float, to: float, side: str) -> float:
    """Return the true excursion in deg: peak obliquity in stance minus the lowest from 60 ms before contact to it."""
    t = series["t_s"]
    x = series["pelvic_obliquity_deg"] * (1.0 if side == "L" else -1.0)
    a0, a, b = np.searchsorted(t, [ic - 0.06, ic, to])
    if a0 < 1 or b >= len(t) or b - a < 3:
        return NAN
    k = a + int(np.argmax(x[a:b]))
    return float(x[k] - x[a0 : k + 1].min())


def number(text: str | None) -> float:
    """Return the number in a cell of the ground truth; NaN if it is empty or not a number."""
    try:
        return float(text or "nan")
    except ValueError:
        return NAN


def run(columns: dict[str, np.ndarray], sensors: list[str], size: int = 10) -> list[Record]:
    """Return all records of the core, attitudes included, for these sensors in packets of `size` samples."""
    pipeline = Pipeline(PipelineParams(signals=True))
    records: list[Record] = []
    for block in blocks(columns, sensors, size):
        records += pipeline.update(block)
    return records + pipeline.finish()


BROKEN_STEP_S = 0.15
"""Shorter steps are impossible: where OptoGait step times reach one, the feet were lost and the rest is not truth."""


EARLY_S = 1.0
"""A step this long before the first true one does not belong to the run (a recording may begin before its truth)."""


CLOCKS_DIVERGE_S = {"ipol_walk_real/6-5": 13.4}
"""From the turn on, each shoe's samples are ahead of the truth by a different 0.1-0.6 s (samples were lost)."""


def plausible(steps: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the true steps before the first impossible one."""
    for k, step in enumerate(steps):
        if number(step.get("step_time_s")) < BROKEN_STEP_S:
            return steps[:k]
    return steps


def match(true: np.ndarray, seen: np.ndarray, tolerance: float) -> list[tuple[int, int]]:
    """Return index pairs (true, seen): each true time, in order, takes the nearest free one within `tolerance` s."""
    pairs: list[tuple[int, int]] = []
    used: set[int] = set()
    for i, t in enumerate(true):
        near = [(abs(seen[k] - t), k) for k in range(len(seen)) if k not in used and abs(seen[k] - t) <= tolerance]
        if near:
            k = min(near)[1]
            used.add(k)
            pairs.append((i, k))
    return pairs


def aligned(true: np.ndarray, seen: np.ndarray) -> tuple[float, list[tuple[int, int]]]:
    """Return the constant offset in s of the detected contacts, and the index pairs once it is removed."""
    rough = match(true, seen, 0.2)
    offset = float(np.median([seen[k] - true[i] for i, k in rough])) if rough else 0.0
    return offset, match(true, seen - offset, 0.1)


def score(rec: Recorded, columns: dict[str, np.ndarray], sensors: list[str], setup: str) -> Score:
    """Run the core on the columns of these sensors and compare its records with the ground truth."""
    t = columns["t_s"]
    out = Score(rec.name, setup, float(t[-1] - t[0]))
    records = run(columns, sensors)
    steps = [r for r in records if isinstance(r, Step)]
    cadence = [(r.t_ns * 1e-9, r.value) for r in records if isinstance(r, Metric) and r.key == "cadence_spm"]
    out.found = len(steps)
    long = out.seconds >= 15.0
    start = t[0] + (3.0 if long else 1.0)
    end = t[-1] - (0.7 if long else 0.4)
    one_foot = len(sensors) == 1 and ("foot" in sensors[0] or "shoe" in sensors[0])
    true = plausible([s for s in rec.steps if math.isfinite(number(s.get("ic_s")))])
    walked_s = min(rec.truth.get("walk_s", (0.0, math.inf))[1], CLOCKS_DIVERGE_S.get(rec.name, math.inf))
    true = [s for s in true if number(s["ic_s"]) < walked_s]
    if one_foot:
        true = [s for s in true if s["foot"] == ("L" if "left" in sensors[0] else "R")]
    if true:
        events(out, rec, true, steps, start, end, drop_from=t[0] + (15.0 if out.seconds >= 20.0 else 4.0))
    reference(out, rec, cadence, true, start, end)
    attitude = [
        (r.t_ns * 1e-9, r.obliquity_deg) for r in records if isinstance(r, Attitude) and r.obliquity_deg is not None
    ]
    if attitude and rec.series and "pelvic_obliquity_deg" in rec.series:
        at = np.array(attitude)
        at = at[at[:, 0] > t[0] + (15.0 if out.seconds >= 20.0 else 4.0)]
        if len(at) > 100:
            truth = np.interp(at[:, 0], rec.series["t_s"], rec.series["pelvic_obliquity_deg"])
            e = at[:, 1] - truth
            out.obliquity_rmse = float(np.std(e))
    return out


def events(
    out: Score, rec: Recorded, true: list[dict[str, str]], steps: list[Step], start: float, end: float, drop_from: float
) -> None:
    """Add the scores of steps to `out`: missed, false, times in ms, sides, cadence over ten steps, drops."""
    ic = np.array([number(s["ic_s"]) for s in true])
    seen = np.array([s.t_ns * 1e-9 for s in steps])
    lo, hi = ic[0] - 0.15, ic[-1] + 0.15
    offset, pairs = aligned(ic, seen)
    inside = [i for i in range(len(ic)) if start <= ic[i] <= end]
    matched_true = {i for i, _ in pairs}
    matched_seen = {k for _, k in pairs}
    out.true_steps = len(inside)
    out.missed = sum(1 for i in inside if i not in matched_true)
    out.false = sum(
        1 for k, s in enumerate(seen) if k not in matched_seen and max(start, lo) <= s - offset <= min(end, hi)
    )
    out.extra["early"] = int(np.sum(seen < ic[0] - EARLY_S))
    out.contact_offset = 1e3 * offset
    good = [(i, k) for i, k in pairs if start <= ic[i] <= end]
    if len(good) > 2:
        out.contact_sd = float(1e3 * np.std([seen[k] - ic[i] for i, k in good]))
    sided = [(i, k) for i, k in good if steps[k].side is not None and true[i]["foot"] in "LR"]
    if sided:
        right = [(steps[k].side is Side.LEFT) == (true[i]["foot"] == "L") for i, k in sided]
        out.side = 100.0 * float(np.mean(right))
        out.first_side = float(ic[sided[0][0]] - ic[0])
    durations = [
        (found_ms, true_ms)
        for i, k in good
        if (found_ms := steps[k].contact_ms) is not None and math.isfinite(true_ms := number(true[i].get("contact_ms")))
    ]
    if durations:
        e = np.array([a - b for a, b in durations], dtype=float)
        out.duration_bias, out.duration_rmse = float(e.mean()), float(np.sqrt((e**2).mean()))
        out.extra["duration_sd"] = float(e.std())
        out.extra["truth"] = truth_of(rec)
    # ten-step cadence against contact truth
    diffs = []
    for (i, k), (i2, k2) in zip(good, good[10:], strict=False):
        if i2 - i == 10 and k2 - k == 10:
            diffs.append(600.0 / (seen[k2] - seen[k]) - 600.0 / (ic[i2] - ic[i]))
    if diffs:
        out.step10_sd = float(np.std(diffs))
    if "pelvic_obliquity_deg" in rec.series:
        drops(out, rec, [(true[i], steps[k]) for i, k in good if ic[i] >= drop_from])


def drops(out: Score, rec: Recorded, pairs: list[tuple[dict[str, str], Step]]) -> None:
    """Add the errors of drop excursion against the true series to `out`."""
    errors: dict[str, list[float]] = {"L": [], "R": []}
    for s, step in pairs:
        if step.drop_excursion_deg is None or s.get("artifact", "0") not in ("0", "", "0.0"):
            continue
        ic, to = number(s["ic_s"]), number(s.get("to_s"))
        want = drop_excursion(rec.series, ic, to if math.isfinite(to) else ic + 0.25, s["foot"])
        if math.isfinite(want):
            errors[s["foot"]].append(step.drop_excursion_deg - want)
    every = errors["L"] + errors["R"]
    out.drops = len(every)
    if every:
        out.excursion_bias, out.excursion_sd = float(np.mean(every)), float(np.std(every))
    if errors["L"] and errors["R"]:
        out.excursion_lr = float(np.mean(errors["L"]) - np.mean(errors["R"]))


def reference(
    out: Score,
    rec: Recorded,
    cadence: list[tuple[float, float]],
    true: list[dict[str, str]],
    start: float,
    end: float,
) -> None:
    """Add the error of mean cadence to `out`, and the worst of the reported values against the truth at that time."""
    inside = np.array([c for c in cadence if start + 2.0 <= c[0] <= end + 1.0])
    if not len(inside):
        return
    mean = float(np.median(inside[:, 1]))
    ic = np.array([number(s["ic_s"]) for s in true])
    if (len(ic) > 6 and {s["foot"] for s in true} >= {"L", "R"}) or (len(ic) > 6 and true[0]["foot"] in "AB"):
        out.cadence_error = mean - 60.0 / float(np.median(0.5 * (ic[2:] - ic[:-2])))
        out.cadence_worst = out.cadence_error
        return
    if rec.windows:
        want = []
        for at, value in inside:
            near = [
                number(w["cadence_spm"])
                for w in rec.windows
                if number(w["t_start_s"]) <= at <= number(w["t_end_s"]) and w.get("activity", "run") == "run"
            ]
            near = [n for n in near if math.isfinite(n)]
            if near:
                want.append(value - float(np.median(near)))
        if want:
            out.cadence_error = float(np.median(want))
            out.cadence_worst = float(max(want, key=abs))
            out.extra["p95"] = float(np.percentile(np.abs(want), 95))
        return
    spectral = rec.truth.get("spectral_cadence_spm")
    if spectral:
        out.cadence_error = mean - float(spectral)
        e = inside[:, 1] - float(spectral)
        out.cadence_worst = float(e[np.argmax(np.abs(e))])


def corrupted(rec: Recorded, seed: int, rate: float, **errors: float | str) -> dict[str, np.ndarray]:
    """Return the columns of the recording after the data folder's own error model."""
    assert DATA_DIR is not None
    import pandas as pd

    spec = importlib.util.spec_from_file_location("add_sensor_errors", DATA_DIR / "add_sensor_errors.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    settings = {"mount": "any", "gyro_bias_dps": 3.0, "loss": 0.01, **errors}
    frame = module.corrupt(pd.DataFrame(rec.columns), seed, rate, **settings)
    return {c: frame[c].to_numpy() for c in frame.columns}


def job(args: tuple[Path, str, list[str] | None, int, float, bool]) -> Score | None:
    """Score one recording, in a worker process; return None if none of the sensors was worn."""
    folder, setup, sensors, seed, rate, corrupt = args
    rec = load(folder)
    worn = [s for s in rec.sensors if sensors is None or s in sensors]
    if not worn:
        return None
    columns = corrupted(rec, seed, rate) if corrupt else rec.columns
    return score(rec, columns, worn, setup)


COLUMNS = (
    ("sec", "seconds", "5.0f"),
    ("true", "true_steps", "5d"),
    ("found", "found", "5d"),
    ("miss", "missed", "4d"),
    ("false", "false", "5d"),
    ("cad", "cadence_error", "6.2f"),
    ("worst", "cadence_worst", "7.2f"),
    ("10sd", "step10_sd", "5.2f"),
    ("side%", "side", "5.1f"),
    ("1st", "first_side", "4.1f"),
    ("oblRMS", "obliquity_rmse", "6.2f"),
    ("drops", "drops", "5d"),
    ("exBias", "excursion_bias", "6.2f"),
    ("exSD", "excursion_sd", "5.2f"),
    ("L-R", "excursion_lr", "5.2f"),
    ("icOff", "contact_offset", "6.1f"),
    ("icSD", "contact_sd", "5.1f"),
    ("ctBias", "duration_bias", "6.1f"),
    ("ctRMSE", "duration_rmse", "6.1f"),
)


def badness(s: Score) -> float:
    """Return the sort key of the table: a sum of errors, weighted by how much each one matters."""
    parts = (
        20.0 * (s.missed + s.false) / max(1, s.true_steps),
        abs(s.cadence_error) if math.isfinite(s.cadence_error) else 0.0,
        (100.0 - s.side) / 10.0 if math.isfinite(s.side) else 0.0,
        4.0 * s.obliquity_rmse if math.isfinite(s.obliquity_rmse) else 0.0,
        10.0 * abs(s.excursion_bias) if math.isfinite(s.excursion_bias) else 0.0,
        10.0 * s.excursion_sd if math.isfinite(s.excursion_sd) else 0.0,
    )
    return sum(parts)


def table(scores: list[Score]) -> str:
    """Format one row per score, the worst first; '-' where there is no ground truth."""
    lines = [f"{'recording':44s} {'setup':22s} " + " ".join(f"{h:>6s}" for h, _, _ in COLUMNS)]
    for s in sorted(scores, key=badness, reverse=True):
        cells = []
        for _, name, form in COLUMNS:
            value = getattr(s, name)
            cells.append(f"{'-' if isinstance(value, float) and math.isnan(value) else format(value, form):>6s}")
        lines.append(f"{s.name[-44:]:44s} {s.setup:22s} " + " ".join(cells))
    return "\n".join(lines)


def main() -> int:
    """Print the table; return 1 without the recorded runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corrupt", action="store_true", help="score through the error model")
    parser.add_argument("--rates", type=float, nargs="*", default=[104.0, 208.0], help="Hz, with --corrupt")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2], help="of the error model, with --corrupt")
    parser.add_argument("--only", default="", help="part of the recording's name; several separated by commas")
    parser.add_argument("--sensors", default="", help="only these sensors, separated by commas")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="also write all scores to this file")
    args = parser.parse_args()
    if DATA_DIR is None:
        print("the recorded runs were not found: set STRIDECUE_DATA to their folder", file=sys.stderr)
        return 1
    sensors = args.sensors.split(",") if args.sensors else None
    todo = []
    for folder in folders():
        if args.only and not any(o in str(folder) for o in args.only.split(",")):
            continue
        if args.corrupt:
            todo += [
                (folder, f"{rate:.0f}Hz s{seed}", sensors, seed, rate, True)
                for rate in args.rates
                for seed in args.seeds
            ]
        else:
            todo.append((folder, "clean", sensors, 0, 0.0, False))
    with ProcessPoolExecutor(args.jobs) as pool:
        scores = [s for s in pool.map(job, todo) if s is not None]
    print(table(scores))
    if args.json:
        args.json.write_text(json.dumps([vars(s) for s in scores], default=str))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
