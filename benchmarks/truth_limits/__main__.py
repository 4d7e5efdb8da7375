"""How much of a hip sensor's error comes from the ground truth: contacts, cadence over ten steps, drop; worst first.

    python -m benchmarks.truth_limits [--only TEXT] [--draws 2000]

Methods that measure the same contacts are the published truth, the hip sensor (clean) and the shoes; where a recording
has no shoes, the lowest points of the marker-derived pelvis. `noise.py` estimates the noise of each, assuming
independent errors, which is not quite so: truth and shoes use the same foot markers, which makes the truth look better
next to shoes; hip and pelvis are one body, which makes the hip look better next to the pelvis. Printed are SDs in ms,
steps/min and degrees, and in brackets the 95 % interval of a bootstrap over steps, negative where a variance is. A
constant difference between left and right has a column of its own. Needs the recorded runs (`STRIDECUE_DATA`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

import numpy as np

from benchmarks.truth_limits.drop import drops
from benchmarks.truth_limits.measurers import Seen, seen
from benchmarks.truth_limits.noise import Noise, by_itself, by_three, by_two, noise, root
from tests.recorded import DATA_DIR, folders, load

TEN = 10


def text(found: Noise, digits: int) -> str:
    """Format SD and its 95 % interval as a cell of the tables."""
    return f"{found.sd:.{digits}f} ({found.low:.{digits}f} to {found.high:.{digits}f})"


def contact_row(run: Seen, draws: int) -> tuple[float, list[str]]:
    """Return the sort key and the cells of initial contact, ms: scatter as scored, left and right, and by method."""
    truth, hip, third = (1e3 * times for times in (run.truth, run.hip, run.third))
    error, other = hip - truth, third - truth
    sides = [part[run.left].mean() - part[~run.left].mean() for part in (error, other)]
    found = (
        by_itself(truth, run.left),
        by_two(truth, hip, run.left),
        by_three(truth, hip, third, run.left),
        by_two(hip, truth, run.left),
        by_three(hip, truth, third, run.left),
    )
    worst = float(error.std())
    return worst, [
        f"{worst:.1f} ({error[run.left].std():.1f}, {error[~run.left].std():.1f})",
        f"{sides[0]:+.1f}" + (f", {sides[1]:+.1f}" if run.third_name == "shoes" else ""),
        *(text(noise(products, draws), 1) for products in found),
    ]


def cadence_row(run: Seen, draws: int) -> tuple[float, list[str]]:
    """Return the sort key and the cells of cadence over ten steps, steps/min, as those of initial contact."""
    truth, hip, third = (60.0 * TEN / (times[TEN:] - times[:-TEN]) for times in (run.truth, run.hip, run.third))
    left = run.left[TEN:]
    error = hip - truth
    per_ms = np.sqrt(2.0) * 1e-3 * 60.0 * TEN / np.mean(run.truth[TEN:] - run.truth[:-TEN]) ** 2
    found = (
        per_ms**2 * by_itself(1e3 * run.truth, run.left),
        per_ms**2 * by_two(1e3 * run.truth, 1e3 * run.hip, run.left),
        by_three(truth, hip, third, left),
        per_ms**2 * by_two(1e3 * run.hip, 1e3 * run.truth, run.left),
        by_three(hip, truth, third, left),
    )
    worst = float(error.std())
    return worst, [
        f"{worst:.2f} ({error[left].std():.2f}, {error[~left].std():.2f})",
        *(text(noise(products, draws), 2) for products in found),
    ]


def drop_row(run: Seen, draws: int) -> tuple[float, list[str]] | None:
    """Return the sort key and the cells of drop excursion per step, degrees; None without true obliquity."""
    own_ms = noise(by_three(run.truth, run.hip, run.third, run.left), 10).sd * 1e3
    found = drops(run, max(0.0, own_ms))
    if found is None:
        return None
    error = found.error_deg - found.error_deg.mean()
    truths = (found.moved_deg - found.moved_deg.mean()).var(axis=1)
    worst = float(error.std())
    return worst, [
        f"{len(error)}",
        f"{worst:.2f}",
        f"{found.at_hip_deg.std():.2f}",
        f"{(found.error_deg - found.at_hip_deg).std():.2f}",
        f"{root(float(truths.mean())):.2f}",
        text(noise(error**2 - truths, draws), 2),
    ]


OWN = ["truth: itself", "truth: two", "truth: three", "hip: two", "hip: three"]
TABLES: dict[str, tuple[list[str], Callable[[Seen, int], tuple[float, list[str]] | None]]] = {
    "Initial contact, SD, ms": (["scatter (left, right)", "left - right of hip, shoes", *OWN], contact_row),
    "Cadence over ten steps, SD, steps/min": (["scatter (left to left, right to right)", *OWN], cadence_row),
    "Drop excursion per step, SD, degrees": (
        [
            "steps",
            "scatter",
            "by the moment of contact",
            "by the angle",
            "truth: its contacts' noise",
            "hip: the rest",
        ],
        drop_row,
    ),
}


def main() -> int:
    """Print three tables in Markdown; return 1 without the recorded runs."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.truth_limits",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", default="", help="part of the recording's name")
    parser.add_argument("--draws", type=int, default=2000, help="of the bootstrap")
    args = parser.parse_args()
    if DATA_DIR is None:
        print("the recorded runs were not found: set STRIDECUE_DATA to their folder", file=sys.stderr)
        return 1
    runs = [run for folder in folders() if args.only in str(folder) and (run := seen(load(folder))) is not None]
    for title, (head, row) in TABLES.items():
        print(f"\n{title}\n\n| recording, third method, steps | {' | '.join(head)} |\n{'|---' * (len(head) + 1)}|")
        rows = [(run, found) for run in runs if (found := row(run, args.draws)) is not None]
        for run, (_, cells) in sorted(rows, key=lambda each: each[1][0], reverse=True):
            print(f"| {run.rec.name}, {run.third_name}, {len(run.truth)} | {' | '.join(cells)} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
