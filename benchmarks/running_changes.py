"""How quickly the start and end of running are detected by a hip sensor, in synthetic scenes.

    python -m benchmarks.running_changes [--minutes 60] [--rate 104]

`benchmarks/everyday/changes.py` makes the scenes: changes between standing, walking and running. Latency is in data
time: time of the newest sample processed when the record was emitted, in packets of ten samples, minus that of the
event. Printed in s: median, 95th percentile and worst. No goal was set; `docs/accuracy.md` lists the results.
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


def play(seed: int, rate_hz: float) -> tuple[list[Bout], list[tuple[float, float]], list[tuple[float, float]]]:
    """Return the bouts, steps as (contact, reported) in s and `running` as (value, reported) of one scene."""
    scene, bouts = changes(SCENE_S, rate_hz, np.random.default_rng([seed, 99]))
    pipeline = Pipeline()
    steps: list[tuple[float, float]] = []
    running: list[tuple[float, float]] = []
    for block in blocks_of(scene, (SACRUM,), seed):
        reported_s = int(block.t_ns[-1]) / NS_PER_S
        for record in pipeline.update(block):
            if isinstance(record, Step):
                steps.append((record.t_ns / NS_PER_S, reported_s))
            elif isinstance(record, Metric) and record.key == "running":
                running.append((record.value, reported_s))
    return bouts, steps, running


def line(name: str, values: list[float], unit: str) -> str:
    """Format median, 95th percentile and worst."""
    return f"{name:52s} {np.median(values):6.2f} {np.percentile(values, 95):6.2f} {max(values):6.2f} {unit}"


def main() -> int:
    """Print steps missed and extra steps, then the latency of records."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0, help="of scenes (default: %(default)g)")
    parser.add_argument("--rate", type=float, default=104.0, help="samples per second (default: %(default)g)")
    args = parser.parse_args()
    first: list[float] = []
    on: list[float] = []
    off: dict[bool, list[float]] = {True: [], False: []}
    missed = extra = true = 0
    for seed in range(math.ceil(60.0 * args.minutes / SCENE_S)):
        bouts, steps, running = play(seed, args.rate)
        for bout in bouts:
            begins, ends = float(bout.contacts_s[0]), float(bout.contacts_s[-1])
            true += len(bout.contacts_s)
            found = [s for s in steps if begins - 2.0 < s[0] < ends + 2.5]
            inside = [s for s in found if begins - 0.1 < s[0] < ends + 0.1]
            missed += max(0, len(bout.contacts_s) - len(inside))
            extra += len(found) - len(inside)
            first += [min(at for _, at in found) - begins] if found else []
            on += [min(at for value, at in running if value > 0.0 and at > begins) - begins]
            off[bout.to_walking] += [min(at for value, at in running if value == 0.0 and at > ends) - ends]
    print(f"{len(on)} bouts, {true} running steps, {missed} missed, {extra} before or after; at {args.rate:.0f} Hz")
    print(f"{'latency in s':52s} {'median':>6s} {'p95':>6s} {'worst':>6s}")
    print(line("first contact until its step is reported", first, "s"))
    print(line("first contact until running is 1 (once a second)", on, "s"))
    print(line("last contact until running is 0, then standing", off[False], "s"))
    print(line("last contact until running is 0, then walking", off[True], "s"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
