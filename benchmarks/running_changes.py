"""How soon running is noticed, and how soon its end: synthetic changes (`benchmarks/everyday/changes.py`), hip sensor.

    python -m benchmarks.running_changes [--minutes 60] [--rate 104]

`told` is data time: the newest sample when the record came out of the core, in packets of ten samples.
"""

from __future__ import annotations

import argparse
import math

import numpy as np

from benchmarks.everyday.changes import Bout, changes
from benchmarks.everyday.motion import blocks_of
from benchmarks.everyday.on_foot import SACRUM
from dsp.pipeline import Pipeline
from dsp.records import Metric, Step
from dsp.signals import NS_PER_S

SCENE_S = 150.0


def heard(seed: int, rate_hz: float) -> tuple[list[Bout], list[tuple[float, float]], list[tuple[float, float]]]:
    """Bouts, steps as (contact, told) and `running` as (value, told) of one scene, s."""
    scene, bouts = changes(SCENE_S, rate_hz, np.random.default_rng([seed, 99]))
    pipeline = Pipeline()
    steps: list[tuple[float, float]] = []
    running: list[tuple[float, float]] = []
    for block in blocks_of(scene, (SACRUM,), seed):
        told_s = int(block.t_ns[-1]) / NS_PER_S
        for record in pipeline.update(block):
            if isinstance(record, Step):
                steps.append((record.t_ns / NS_PER_S, told_s))
            elif isinstance(record, Metric) and record.key == "running":
                running.append((record.value, told_s))
    return bouts, steps, running


def line(name: str, values: list[float], unit: str) -> str:
    """Median, 95th percentile and worst of a figure."""
    return f"{name:52s} {np.median(values):6.2f} {np.percentile(values, 95):6.2f} {max(values):6.2f} {unit}"


def main() -> int:
    """Print steps missed and invented, then how late records are told, s: median, p95, worst."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=104.0)
    args = parser.parse_args()
    first: list[float] = []
    on: list[float] = []
    off: dict[bool, list[float]] = {True: [], False: []}
    missed = extra = true = 0
    for seed in range(math.ceil(60.0 * args.minutes / SCENE_S)):
        bouts, steps, running = heard(seed, args.rate)
        for bout in bouts:
            begins, ends = float(bout.contacts_s[0]), float(bout.contacts_s[-1])
            true += len(bout.contacts_s)
            found = [s for s in steps if begins - 2.0 < s[0] < ends + 2.5]
            inside = [s for s in found if begins - 0.1 < s[0] < ends + 0.1]
            missed += max(0, len(bout.contacts_s) - len(inside))
            extra += len(found) - len(inside)
            first += [min(told for _, told in found) - begins] if found else []
            on += [min(told for value, told in running if value > 0.0 and told > begins) - begins]
            off[bout.to_walking] += [min(told for value, told in running if value == 0.0 and told > ends) - ends]
    print(f"{len(on)} bouts, {true} running steps, {missed} missed, {extra} before or after; at {args.rate:.0f} Hz")
    print(f"{'s':52s} {'median':>6s} {'p95':>6s} {'worst':>6s}")
    print(line("first contact to its step told", first, "s"))
    print(line("first contact to running 1 (said once a second)", on, "s"))
    print(line("last contact to running 0, then standing", off[False], "s"))
    print(line("last contact to running 0, then walking", off[True], "s"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
