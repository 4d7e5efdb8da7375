"""Accuracy of shoe sensors on recorded runners under harder conditions, worst scene first.

    python -m benchmarks.harder_shoes [--seeds 1 2] [--only TEXT] [--each] [--jobs 2]

Every long recorded run with shoes (five of three people whose feet move with the belt, one whose feet slide over it) is
played once per scene and seed (`scenes.py`). Each foot is scored separately: contacts from 3 s on match within 100 ms
after the constant offset of the foot is removed. Counts are sums, other cells the worst recording and foot. Contact
time and speed are scored on the four runs with a ground truth for them; speed is the value reported once a second.

true, missed, false, noSide   true steps; not found; reported but false; reported without a side
icOff, icSD   mean and SD of the error of initial contact, ms
ctBias, ctSD, ctMed   mean and SD of the error of contact time, ms; median over feet of that SD
speed%, spSD%   mean and SD of the error of speed, per cent
slope   mean error of slope_pct
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.harder_shoes.scenes import SCENES, Scene
from benchmarks.harder_shoes.shoes import Array, Pair, columns_of, shoes_of
from benchmarks.scene_runs import arguments, play_all
from benchmarks.score_recordings import corrupted, match, run
from dsp.records import Metric, Record, Side, Step
from tests.recorded import Recorded, load

RUNS = ("rbds_virtual_imu", "20160226", "welk002")
TIMED = ("rbds_virtual_imu",)
"""Recordings whose contact times are accurate to some milliseconds and belt speed to one per cent."""

LONG_GAP_S = 0.4
"""Contacts in longer gaps, and those whose swing is incomplete after one, are not scored."""


@dataclass
class Foot:
    """Scores of one foot of one run in one scene; NaN where there is no ground truth."""

    name: str
    true: int = 0
    missed: int = 0
    false: int = 0
    contact_offset_ms: float = math.nan
    contact_sd_ms: float = math.nan
    duration_bias_ms: float = math.nan
    duration_sd_ms: float = math.nan
    speed_pct: float = math.nan
    speed_sd_pct: float = math.nan
    slope_pct: float = math.nan
    without_side: int = 0


def made(recorded: Recorded, scene: Scene, seed: int) -> tuple[Recorded, Pair]:
    """Return the recording in a scene, with the columns of all worn sensors, and the shoes with their truth."""
    pair = scene.body(shoes_of(recorded))
    columns = columns_of(pair)
    if scene.hip:
        for name, values in recorded.columns.items():
            if name.startswith("sacrum"):
                columns[name] = np.interp(columns["t_s"], recorded.columns["t_s"], values)
    harder = replace(recorded, columns=columns)
    return replace(harder, columns=scene.sensor(corrupted(harder, seed, scene.rate_hz, **scene.errors), seed)), pair


def played(folder: Path, number: int, seed: int) -> list[Foot]:
    """Score both feet of one recording in one scene."""
    scene, recorded = SCENES[number], load(folder)
    harder, pair = made(recorded, scene, seed)
    records = run(harder.columns, harder.sensors)
    steps = [r for r in records if isinstance(r, Step)]
    name = f"{scene.name} | {recorded.name.split('/')[1]} s{seed}"
    feet = [_foot(f"{name} {side}", side, pair[side].stances, steps, harder.columns["t_s"]) for side in pair]
    for foot in feet:
        if not any(part in recorded.name for part in TIMED):
            foot.duration_bias_ms = foot.duration_sd_ms = math.nan
    begin_s = min(float(shoe.stances[0, 0]) for shoe in pair.values())
    if any(part in recorded.name for part in TIMED):
        _speed_and_slope(
            feet[0], records, begin_s + 3.0, scene.speed * float(recorded.truth["speed_mps"]), scene.slope_pct
        )
    return feet


def _foot(name: str, side: str, stances: Array, steps: list[Step], t_s: Array) -> Foot:
    """Score contacts and contact times of one side."""
    out = Foot(name)
    true = stances[:, 0]
    start, end = max(t_s[0], true[0]) + 3.0, t_s[-1] - 0.7
    mine = [s for s in steps if s.side is Side(side)]
    out.without_side = sum(s.side is None for s in steps if start < s.t_ns * 1e-9 < end)
    seen = np.array([s.t_ns * 1e-9 for s in mine])
    rough = match(true, seen, 0.2)
    offset = float(np.median([seen[k] - true[i] for i, k in rough])) if rough else 0.0
    pairs = match(true, seen - offset, 0.1)
    gaps = [(a, b) for a, b in pairwise(t_s) if b - a > LONG_GAP_S]
    inside = {
        i for i in range(len(true)) if start <= true[i] <= end and not any(a - 0.5 < true[i] < b + 0.9 for a, b in gaps)
    }
    out.true = len(inside)
    out.missed = len(inside - {i for i, _ in pairs})
    matched = {k for _, k in pairs}
    # A shoe that stands flat at the beginning has no contact before its first swing.
    out.false = sum(
        1 for k, at in enumerate(seen) if k not in matched and start <= at - offset <= min(end, true[-1] + 0.15)
    )
    good = [(i, k) for i, k in pairs if i in inside]
    if len(good) > 2:
        errors_s = np.array([seen[k] - true[i] for i, k in good])
        out.contact_offset_ms, out.contact_sd_ms = 1e3 * float(errors_s.mean()), 1e3 * float(errors_s.std())
    held = [
        contact_ms - 1e3 * float(stances[i, 1] - stances[i, 0])
        for i, k in good
        if (contact_ms := mine[k].contact_ms) is not None and stances[i, 1] - stances[i, 0] < 1.0
    ]
    held = [x for x in held if math.isfinite(x)]
    if len(held) > 2:
        out.duration_bias_ms, out.duration_sd_ms = float(np.mean(held)), float(np.std(held))
    return out


def _speed_and_slope(foot: Foot, records: list[Record], from_s: float, speed_mps: float, slope_pct: float) -> None:
    """Score speed and slope, reported once a second while running."""
    running = {r.t_ns for r in records if isinstance(r, Metric) and r.key == "running" and r.value > 0.0}

    def reported(key: str) -> Array:
        found = (r for r in records if isinstance(r, Metric) and r.key == key and r.t_ns * 1e-9 > from_s)
        return np.array([r.value for r in found if r.t_ns in running])

    speed, slope = reported("speed_mps"), reported("slope_pct")
    if len(speed) > 2:
        off = 100.0 * (speed / speed_mps - 1.0)
        foot.speed_pct, foot.speed_sd_pct = float(off.mean()), float(off.std())
    if len(slope) > 2:
        foot.slope_pct = float(slope.mean()) - slope_pct


def _worst(values: list[float]) -> float:
    return max((abs(v) for v in values if math.isfinite(v)), default=math.nan)


def _median(values: list[float]) -> float:
    finite = [v for v in values if math.isfinite(v)]
    return float(np.median(finite)) if finite else math.nan


Figure = Callable[[list[Foot]], float]

FIGURES: tuple[tuple[str, Figure, str], ...] = (
    ("true", lambda f: sum(x.true for x in f), "6.0f"),
    ("missed", lambda f: sum(x.missed for x in f), "6.0f"),
    ("false", lambda f: sum(x.false for x in f), "6.0f"),
    ("noSide", lambda f: sum(x.without_side for x in f), "6.0f"),
    ("icOff", lambda f: _worst([x.contact_offset_ms for x in f]), "6.1f"),
    ("icSD", lambda f: _worst([x.contact_sd_ms for x in f]), "6.1f"),
    ("ctBias", lambda f: _worst([x.duration_bias_ms for x in f]), "6.1f"),
    ("ctSD", lambda f: _worst([x.duration_sd_ms for x in f]), "6.1f"),
    ("ctMed", lambda f: _median([x.duration_sd_ms for x in f]), "6.1f"),
    ("speed%", lambda f: _worst([x.speed_pct for x in f]), "6.1f"),
    ("spSD%", lambda f: _worst([x.speed_sd_pct for x in f]), "6.2f"),
    ("slope", lambda f: _worst([x.slope_pct for x in f]), "6.1f"),
)


def badness(feet: list[Foot]) -> tuple[float, float]:
    """Return the sort key: errors of steps first, then milliseconds and per cents."""
    values = {name: figure(feet) for name, figure, _ in FIGURES}
    worst = [values[name] for name in ("icSD", "ctSD", "speed%")]
    return values["missed"] + values["false"] + values["noSide"], sum(x for x in worst if math.isfinite(x))


def main() -> int:
    """Print the table."""
    args = arguments(__package__, __doc__, "also list every foot of every recording")
    found = play_all(played, [scene.name for scene in SCENES], RUNS, args)
    print(f"{'scene':40s} " + " ".join(f"{name:>6s}" for name, _, _ in FIGURES))
    flat = {k: [foot for feet in runs for foot in feet] for k, runs in found.items()}
    for k in sorted(flat, key=lambda k: badness(flat[k]), reverse=True):
        print(f"{SCENES[k].name:40s} " + _cells(flat[k]))
        if args.each:
            for foot in sorted(flat[k], key=lambda foot: badness([foot]), reverse=True):
                print(f"  {foot.name[-56:]:58s} " + _cells([foot]))
    return 0


def _cells(feet: list[Foot]) -> str:
    return " ".join(format(figure(feet), form) for _, figure, form in FIGURES).replace("nan", "  -")


if __name__ == "__main__":
    raise SystemExit(main())
