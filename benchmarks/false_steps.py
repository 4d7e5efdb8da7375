"""False steps, and seconds falsely reported as running, while nobody runs.

    python -m benchmarks.false_steps [--minutes 30] [--only car,stairs | --harder] [--rates 104 208]

Two tables. The first is of synthetic everyday activities (`benchmarks/everyday` states the physics; nothing in it is a
recording): standing, sitting, walking, stairs, stumbling, jumping a few times, driving, cycling, a lift, and taking
sensors off and putting them on, with every set of sensors. `--harder` plays feet that move as if they ran, on the spot
(`on_the_spot`), instead. The second is of real recordings, if there are any: walkers, and the parts of a long run spent
walking or standing (labelled by a rule in 10-s windows, so seconds that begin or end a run are among them).

`steps` counts step records. With shoes, walkers and climbers really do take steps, so there `running s` is what
matters: seconds in which the metric `running` was 1. Both are also given per hour. Goal: 0 steps from a hip sensor and
0 s of running (`docs/accuracy.md` lists what remains).
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.everyday.handled import handling
from benchmarks.everyday.motion import Scene, blocks_of
from benchmarks.everyday.on_foot import jumping, stairs_down, stairs_up, standing, stumbling, walking
from benchmarks.everyday.on_the_spot import heels, marching, pedals
from benchmarks.everyday.seated import car, cycling, lift, sitting
from dsp.pipeline import Pipeline
from dsp.records import Metric, Step
from dsp.signals import NS_PER_S, Placement, SampleBlock
from tests.recorded import DATA_DIR, Recorded, blocks, folders, load

KINDS: dict[str, Callable[[float, float, np.random.Generator], Scene]] = {
    "standing": standing,
    "sitting": sitting,
    "walking": walking,
    "stairs up": stairs_up,
    "stairs down": stairs_down,
    "stumbling": stumbling,
    "jumping": jumping,
    "car": car,
    "cycling": cycling,
    "lift": lift,
    "taking off and on": handling,
}
"""Synthetic activities by name."""

HARDER: dict[str, Callable[[float, float, np.random.Generator], Scene]] = {
    "heels": heels,
    "pedals": pedals,
    "marching": marching,
}

SACRUM, LEFT, RIGHT = Placement.SACRUM, Placement.LEFT_FOOT, Placement.RIGHT_FOOT
WORN: dict[str, tuple[tuple[Placement, ...], bool]] = {
    "sacrum": ((SACRUM,), True),
    "sacrum, no gyro": ((SACRUM,), False),
    "one foot": ((LEFT,), True),
    "one foot, no gyro": ((LEFT,), False),
    "both feet": ((LEFT, RIGHT), True),
    "sacrum and feet": ((SACRUM, LEFT, RIGHT), True),
}
"""Sets of sensors, and whether they have gyroscopes."""


SCENE_S = 150.0
"""Length of a scene in s."""


@dataclass(frozen=True)
class Invented:
    """Result of one scene: number of step records, and `running_s`, seconds reported as running."""

    seconds: float
    steps: int
    running_s: float


def count_running(blocks: list[SampleBlock], seconds: float) -> Invented:
    """Run the pipeline on the blocks and count steps and seconds of running."""
    pipeline, steps, running = Pipeline(), 0, 0.0
    for records in [*map(pipeline.update, blocks), pipeline.finish()]:
        for record in records:
            steps += isinstance(record, Step)
            running += isinstance(record, Metric) and record.key == "running" and record.value > 0.0
    return Invented(seconds, steps, running)


def scene_of(kind: str, seconds: float, rate_hz: float, seed: int) -> Scene:
    """Return one scene of an activity."""
    kinds = HARDER if kind in HARDER else KINDS
    return kinds[kind](seconds, rate_hz, np.random.default_rng([seed, sorted(kinds).index(kind)]))


def job(task: tuple[str, tuple[str, ...], float, float, int]) -> list[tuple[str, str, Invented]]:
    """Score one scene with every set of sensors."""
    kind, sets, seconds, rate_hz, seed = task
    scene, out = scene_of(kind, seconds, rate_hz, seed), []
    for worn in sets:
        placements, gyro = WORN[worn]
        out.append((kind, worn, count_running(blocks_of(scene, placements, seed, gyro=gyro), seconds)))
    return out


WALKERS = ("wlk_", "D02_", "D18_", "mobilised", "ipol", "tripod", "gaitmap")
"""Recordings in which nobody runs."""


def stretches(rec: Recorded) -> dict[str, list[tuple[float, float]]]:
    """Return the seconds of a long run in which all ten-second windows agree on `walk` or `stand`."""
    out: dict[str, list[tuple[float, float]]] = {"walk": [], "stand": []}
    spans = [(float(w["t_start_s"]), float(w["t_end_s"]), w.get("activity", "")) for w in rec.windows]
    for second in range(int(rec.columns["t_s"][0]), int(rec.columns["t_s"][-1])):
        labels = {name for begins, ends, name in spans if begins <= second < ends}
        if len(labels) == 1 and (name := labels.pop()) in out:
            out[name].append((float(second), second + 1.0))
    return out


def real_job(folder: Path) -> list[tuple[str, str, Invented]]:
    """Score one real recording: its trunk sensors, and its shoes."""
    rec, out = load(folder), []
    for worn, sensors in (
        ("trunk or pocket", [s for s in rec.sensors if not s.endswith(("foot", "shoe"))]),
        ("shoes", [s for s in rec.sensors if s.endswith(("foot", "shoe"))]),
    ):
        if not sensors:
            continue
        if not rec.windows or "activity" not in rec.windows[0]:
            seconds = float(rec.columns["t_s"][-1] - rec.columns["t_s"][0])
            out.append((f"real, {folder.parent.name}", worn, count_running(blocks(rec.columns, sensors), seconds)))
            continue
        pipeline = Pipeline()
        records = [r for block in blocks(rec.columns, sensors) for r in pipeline.update(block)]
        for name, spans in stretches(rec).items():
            there = {int(begins) for begins, _ in spans}
            steps = sum(isinstance(r, Step) and r.t_ns // NS_PER_S in there for r in records)
            running = sum(
                isinstance(r, Metric) and r.key == "running" and r.value > 0.0 and r.t_ns // NS_PER_S in there
                for r in records
            )
            out.append((f"real, outdoor run, {name}", worn, Invented(float(len(there)), steps, float(running))))
    return out


def show(title: str, found: Iterable[list[tuple[str, str, Invented]]]) -> None:
    """Print one table, summed over scenes."""
    sums: dict[tuple[str, str], list[float]] = {}
    for kind, worn, each in (row for rows in found for row in rows):
        total = sums.setdefault((kind, worn), [0.0, 0.0, 0.0])
        total[0] += each.seconds / 3600.0
        total[1] += each.steps
        total[2] += each.running_s
    print(f"{title:32s} {'worn':18s} {'hours':>6s} {'steps':>7s} {'per h':>8s} {'running s':>10s} {'per h':>8s}")
    for (kind, worn), (hours, steps, running) in sums.items():
        rates = f"{steps:7.0f} {steps / hours:8.1f} {running:10.0f} {running / hours:8.1f}"
        print(f"{kind:32s} {worn:18s} {hours:6.2f} {rates}")


def main() -> int:
    """Print both tables; the second only if the recorded runs exist, and without `--only` and `--harder`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0, help="of each activity, at each rate")
    parser.add_argument("--rates", type=float, nargs="*", default=[104.0, 208.0], help="samples per second")
    parser.add_argument("--only", default="", help="part of an activity's name; several separated by commas")
    parser.add_argument("--harder", action="store_true", help="feet that move as if they ran, on the spot")
    parser.add_argument("--worn", default="", help="only these sets of sensors, separated by semicolons")
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: %(default)s)")
    args = parser.parse_args()
    kinds = [
        k for k in (HARDER if args.harder else KINDS) if not args.only or any(o in k for o in args.only.split(","))
    ]
    worn = tuple(w for w in WORN if not args.worn or w in args.worn.split(";"))
    seeds = range(args.first, args.first + math.ceil(60.0 * args.minutes / SCENE_S))
    tasks = [(kind, worn, SCENE_S, rate, seed) for kind in kinds for rate in args.rates for seed in seeds]
    with ProcessPoolExecutor(args.jobs) as pool:
        show("synthetic", pool.map(job, tasks))
        if DATA_DIR is not None and not args.only and not args.harder:
            named = [f for f in folders() if any(w in str(f) for w in (*WALKERS, "adept"))]
            show("real", pool.map(real_job, named))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
