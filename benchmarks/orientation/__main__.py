"""Compare our levelling filter with VQF on recorded runs with true pelvic obliquity.

    python -m benchmarks.orientation [--seeds 1 2 3] [--only loss]

VQF is only called, in an environment of its own (`make bench-peers` builds it). Every filter gets the same samples with
the same sensor errors. VQF is given the leftward axis and samples with gaps filled; its angle is compared half a sample
later, where it fits best. Printed per condition: RMS error of obliquity, bias, SD and left-right difference of the drop
excursion, in degrees, median [worst]; and the time after which the error stays within 0.5 deg of its final value. Then
the cost per sample. `docs/decisions/0004-own-orientation-filter.md` explains the results.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import timeit
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.orientation.cases import CONDITIONS, Array, Case, case, recordings
from benchmarks.orientation.gaps import filled
from benchmarks.orientation.ours import obliquity
from benchmarks.orientation.score import Score, score
from benchmarks.peers.environments import ROOT, python_of
from benchmarks.yardstick import multiply_add_us
from dsp.orientation.leveller import Leveller
from dsp.orientation.strapdown import Strapdown
from dsp.samples.trace import Trace
from tests.recorded import DATA_DIR

CHUNK = 20
Scores = dict[tuple[str, str], list[Score | None]]


def main() -> int:
    """Print a table per condition, then the costs; return 1 without the recorded runs or VQF's environment."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.orientation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3], help="of the sensor errors")
    parser.add_argument("--only", default="", help="part of a condition's name")
    args = parser.parse_args()
    python = python_of("vqf")
    if DATA_DIR is None or not python.exists():
        print("this needs the recorded runs (STRIDECUE_DATA) and VQF's environment (make bench-peers)", file=sys.stderr)
        return 1
    runs = recordings()
    conditions = [c for c in CONDITIONS if args.only in c.name]
    cases = [case(run, condition, seed) for condition in conditions for run in runs for seed in args.seeds]
    people = ", ".join(run.name for run in runs)
    print(f"{len(runs)} recordings x {len(args.seeds)} seeds: {people}\n")
    scores: Scores = defaultdict(list)
    for one in cases:
        for name, given in (("ours, mount given", True), ("ours, mount found", False)):
            scores[one.condition.name, name].append(score(one, *obliquity(one, mount_given=given)))
    vqf_costs_us = vqf(python, cases, scores)
    print(table(scores))
    print(costs(vqf_costs_us, cases[0]))
    return 0


def vqf(python: Path, cases: list[Case], scores: Scores) -> Array:
    """Run the worker on both kinds of gap filling, add its scores and return its costs in us."""
    feeds: list[tuple[Case, str, Array, Array]] = []
    for one in cases:
        kinds = (("", False), (", gaps filled our way", True)) if one.condition.loss else (("", False),)
        feeds += [(one, suffix, *filled(one, from_past_strides=strides)) for suffix, strides in kinds]
    with tempfile.TemporaryDirectory() as folder:
        cases_path, results_path = Path(folder, "cases.npz"), Path(folder, "up.npz")
        arrays: dict[str, Any] = {"count": len(feeds)}
        for i, (one, _, _, values) in enumerate(feeds):
            arrays |= {
                f"{i}/rate_hz": one.condition.rate_hz,
                f"{i}/acc": values[:, :3],
                f"{i}/gyr": values[:, 3:],
                f"{i}/left": one.left,
                f"{i}/speed_mps": one.speed_mps if one.condition.bend else 0.0,
            }
        np.savez(cases_path, **arrays)
        command = [str(python), "-m", "benchmarks.orientation.vqf_worker", str(cases_path), str(results_path)]
        subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
        found = np.load(results_path)
        for key in found.files:
            if key == "cost_us":
                continue
            number, name = key.split("/", 1)
            one, suffix, t_s, _ = feeds[int(number)]
            deg = np.degrees(np.arcsin(np.clip(found[key] @ one.left, -1.0, 1.0)))
            scores[one.condition.name, name + suffix].append(score(one, t_s + 0.5 / one.condition.rate_hz, deg))
        costs_us: Array = found["cost_us"]
    return costs_us


def table(scores: Scores) -> str:
    """Return the tables in Markdown: median [worst] per condition and filter."""
    lines = []
    for condition in dict.fromkeys(key[0] for key in scores):
        lines += [
            f"### {condition}",
            "| filter | obliquity RMSE | excursion bias | excursion SD | left-right | settled after, s |",
            "|---|---|---|---|---|---|",
        ]
        for (at, name), rows in scores.items():
            if at == condition:
                good = [row for row in rows if row is not None]
                missing = f" ({len(rows) - len(good)} of {len(rows)} without a result)" if len(good) < len(rows) else ""
                lines.append(f"| {name}{missing} | " + " | ".join(cells(good)) + " |")
        lines.append("")
    return "\n".join(lines)


def cells(rows: list[Score]) -> list[str]:
    """Format median [worst] of the absolute values of each field of `Score`: degrees, the last in s."""
    out = []
    for field, form in (
        ("rmse", ".2f"),
        ("excursion_bias", ".2f"),
        ("excursion_sd", ".3f"),
        ("left_right", ".2f"),
        ("settled_s", ".1f"),
    ):
        size = np.abs([getattr(row, field) for row in rows])
        out.append(f"{np.nanmedian(size):{form}} [{np.nanmax(size):{form}}]")
    return out


def costs(vqf_us: Array, one: Case) -> str:
    """Return the table of costs per sample, in multiply-adds as measured in the same process."""
    unit = multiply_add_us()
    t_s, values = filled(one, from_past_strides=False)
    n = min(len(t_s), 5000) // CHUNK * CHUNK
    times = t_s[:n].tolist()
    axes = values[:n].T.tolist()

    def ours() -> None:
        strapdown, trace = Strapdown(), Trace()
        strapdown.align(times[0], (axes[0][0], axes[1][0], axes[2][0]))
        for a in range(0, n, CHUNK):
            chunk = [axis[a : a + CHUNK] for axis in axes]
            strapdown.run(times[a : a + CHUNK], chunk[:3], chunk[3:], trace)

    strapdown = Strapdown()
    leveller = Leveller(strapdown)
    steps = iter(np.arange(1.0, 1e6, 0.7))

    def stride() -> None:
        leveller.stride(float(next(steps)), (0.01, -0.02))

    ours_us = 1e6 * min(timeit.repeat(ours, number=1, repeat=5)) / n
    stride_us = 1e6 * min(timeit.repeat(stride, number=50, repeat=5)) / 50
    vqf_unit, each, fives, whole = vqf_us
    return (
        "| cost | us/sample | multiply-adds |\n|---|---|---|\n"
        f"| ours, strapdown (pure Python, chunks of {CHUNK}) | {ours_us:.2f} | {ours_us / unit:.0f} |\n"
        f"| ours, levelling, once per stride | {stride_us:.0f} us/stride = {stride_us / (0.7 * 208):.2f} at 208 Hz "
        f"| {stride_us / (0.7 * 208) / unit:.0f} |\n"
        f"| VQF C++, `update` + `getQuat6D` per sample | {each:.2f} | {each / vqf_unit:.0f} |\n"
        f"| VQF C++, `updateBatch` of 5 | {fives:.2f} | {fives / vqf_unit:.0f} |\n"
        f"| VQF C++, whole array | {whole:.2f} | {whole / vqf_unit:.0f} |\n"
        f"(one Python float multiply-add: {unit:.3f} us in our process, {vqf_unit:.3f} us in VQF's)"
    )


if __name__ == "__main__":
    raise SystemExit(main())
