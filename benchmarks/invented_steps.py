"""Running steps invented where nobody runs.

    python -m benchmarks.invented_steps [--minutes 30] [--only car,stairs] [--rates 104 208]

Two tables. First synthetic life (`benchmarks/everyday`, physics stated there; nothing in it is a recording): standing,
sitting, walking, stairs, stumbling, jumping a few times, driving, cycling, a lift, and taking sensors off and on, with
every set of sensors. Then real recordings, walkers and the walking and standing stretches of a long run.

`steps` are step records. With shoes walkers and climbers truly step, so there `running` counts: seconds in which the
metric `running` was 1. Both are also given per hour.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from benchmarks.everyday.handled import handling
from benchmarks.everyday.motion import Scene, blocks_of
from benchmarks.everyday.on_foot import jumping, stairs_down, stairs_up, standing, stumbling, walking
from benchmarks.everyday.seated import car, cycling, lift, sitting
from dsp.pipeline import Pipeline
from dsp.records import Metric, Step
from dsp.signals import Placement, SampleBlock

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
"""Synthetic kinds by name."""

SACRUM, LEFT, RIGHT = Placement.SACRUM, Placement.LEFT_FOOT, Placement.RIGHT_FOOT
WORN: dict[str, tuple[tuple[Placement, ...], bool]] = {
    "sacrum": ((SACRUM,), True),
    "sacrum, no gyro": ((SACRUM,), False),
    "one foot": ((LEFT,), True),
    "one foot, no gyro": ((LEFT,), False),
    "both feet": ((LEFT, RIGHT), True),
    "sacrum and feet": ((SACRUM, LEFT, RIGHT), True),
}
"""Sets of sensors, and whether they have gyros."""


SCENE_S = 150.0
"""Length of a scene."""


@dataclass(frozen=True)
class Invented:
    """What the core said of one scene: `steps` records, `running_s` seconds reported as running."""

    seconds: float
    steps: int
    running_s: float


def heard(blocks: list[SampleBlock], seconds: float) -> Invented:
    """Play the blocks and count."""
    pipeline, steps, running = Pipeline(), 0, 0.0
    for records in [*map(pipeline.update, blocks), pipeline.finish()]:
        for record in records:
            steps += isinstance(record, Step)
            running += isinstance(record, Metric) and record.key == "running" and record.value > 0.0
    return Invented(seconds, steps, running)


def scene_of(kind: str, seconds: float, rate_hz: float, seed: int) -> Scene:
    """One scene of a kind."""
    return KINDS[kind](seconds, rate_hz, np.random.default_rng([seed, sorted(KINDS).index(kind)]))


def job(task: tuple[str, tuple[str, ...], float, float, int]) -> list[tuple[str, str, Invented]]:
    """One scene with every set of sensors."""
    kind, sets, seconds, rate_hz, seed = task
    scene, out = scene_of(kind, seconds, rate_hz, seed), []
    for worn in sets:
        placements, gyro = WORN[worn]
        out.append((kind, worn, heard(blocks_of(scene, placements, seed, gyro=gyro), seconds)))
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0, help="of each kind, at each rate")
    parser.add_argument("--rates", type=float, nargs="*", default=[104.0, 208.0])
    parser.add_argument("--only", default="", help="part of a kind's name; several separated by commas")
    parser.add_argument("--worn", default="", help="only these sets of sensors, separated by semicolons")
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    kinds = [k for k in KINDS if not args.only or any(o in k for o in args.only.split(","))]
    worn = tuple(w for w in WORN if not args.worn or w in args.worn.split(";"))
    seeds = range(args.first, args.first + math.ceil(60.0 * args.minutes / SCENE_S))
    tasks = [(kind, worn, SCENE_S, rate, seed) for kind in kinds for rate in args.rates for seed in seeds]
    sums: dict[tuple[str, str], list[float]] = {}
    with ProcessPoolExecutor(args.jobs) as pool:
        for kind, each, found in (row for rows in pool.map(job, tasks) for row in rows):
            total = sums.setdefault((kind, each), [0.0, 0.0, 0.0])
            total[0] += found.seconds / 3600.0
            total[1] += found.steps
            total[2] += found.running_s
    print(f"{'synthetic':20s} {'worn':20s} {'hours':>6s} {'steps':>7s} {'per h':>8s} {'running s':>10s} {'per h':>8s}")
    for (kind, each), (hours, steps, running) in sums.items():
        rates = f"{steps:7.0f} {steps / hours:8.1f} {running:10.0f} {running / hours:8.1f}"
        print(f"{kind:20s} {each:20s} {hours:6.2f} {rates}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
