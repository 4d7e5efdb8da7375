"""Compare the core with other gait libraries on the same recordings in one run.

    make bench-peers        or: python -m benchmarks.peers [--seeds 1 2] [--json FILE]

Every library runs in its own environment; all but ours get whole recordings, in body axes, with gaps filled. Printed
per group of recordings: recall and false contacts; mean constant offset of contacts (not an error by itself: libraries
define a contact differently); SD of their timing; cadence error; speed. `docs/peers.md` explains how to read the table.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks.peers.environments import ROOT, build, python_of
from benchmarks.peers.feeds import Item, prepare
from benchmarks.peers.score import Score, score
from benchmarks.peers.workers.loop import Found
from tests.recorded import DATA_DIR

WORKERS: dict[str, str | None] = {
    "ours": None,
    "with_scipy": None,
    "with_skdh": "skdh",
    "with_mobgap": "mobgap",
    "with_gaitmap": "gaitmap",
}
"""Environment of each worker; None is our own."""
HEAD = (
    "| recordings | library | recall | false | offset ms (SD over runs) | timing SD ms | cadence error spm [worst] "
    "| k samples/s | streams |"
)
Rows = dict[tuple[str, str], list[tuple[Score, float, int]]]


def main() -> int:
    """Install missing libraries, print the table and the errors of each library; 1 without the recorded runs."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2], help="of the sensor errors")
    parser.add_argument("--json", type=Path, help="also write the scores of every recording to this file")
    args = parser.parse_args()
    if DATA_DIR is None:
        print("the recorded runs were not found: set STRIDECUE_DATA to their folder", file=sys.stderr)
        return 1
    for peer in sorted({peer for peer in WORKERS.values() if peer is not None}):
        build(peer)
    rows: Rows = defaultdict(list)
    errors: Counter[str] = Counter()
    details = []
    with tempfile.TemporaryDirectory() as folder:
        feeds = Path(folder, "feeds.npz")
        items = prepare(feeds, args.seeds)
        for worker, environment in WORKERS.items():
            for found in run(worker, sys.executable if environment is None else str(python_of(environment)), feeds):
                item = items[found["feed"]]
                one = score(item, found["contacts"])
                samples = item.raw_samples if worker == "ours" else item.samples
                rows[item.group, found["method"]].append((one, found["seconds"], samples))
                details.append({"recording": item.name, "group": item.group, "method": found["method"], **asdict(one)})
                if found["error"]:
                    errors[f"{found['method']} on `{item.group}`: {found['error']}"] += 1
    print(table(items, rows))
    for error, times in errors.items():
        print(f"failed {times} x: {error}")
    if args.json:
        args.json.write_text(json.dumps(details))
    return 0


def run(worker: str, python: str, feeds: Path) -> list[Found]:
    """Run one worker on all recordings; raise RuntimeError with the end of its stderr if it fails."""
    out = feeds.with_name(f"{worker}.json")
    command = [python, "-m", f"benchmarks.peers.workers.{worker}", str(feeds), str(out)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{worker} failed:\n{done.stderr[-2000:]}")
    answer: list[Found] = json.loads(out.read_text())
    return answer


def table(items: list[Item], rows: Rows) -> str:
    """Return the table in Markdown: a row per group of recordings and method, in the order of processing."""
    lines = [HEAD, "|---" * 9 + "|"]
    counts = Counter(item.group for item in items)
    for group in dict.fromkeys(item.group for item in items):
        for (at, method), scores in rows.items():
            if at == group:
                lines.append(f"| {group} ({counts[group]}) | {method} | " + " | ".join(cells(method, scores)) + " |")
    return "\n".join(lines)


def cells(method: str, scores: list[tuple[Score, float, int]]) -> list[str]:
    """Return the cells from `recall` on, in the order of `HEAD`."""
    every = [one for one, _, _ in scores]
    true, hit, false = (sum(getattr(one, name) for one in every) for name in ("true", "hit", "false"))
    offsets = [one.offset_ms for one in every if one.offset_ms == one.offset_ms]
    spreads = [one.sd_ms for one in every if one.sd_ms == one.sd_ms]
    cadence = [abs(one.cadence_error_spm) for one in every if one.cadence_error_spm == one.cadence_error_spm]
    silent = sum(one.cadence_error_spm != one.cadence_error_spm for one in every)
    speed = sum(samples for _, _, samples in scores) / sum(seconds for _, seconds, _ in scores) / 1e3
    return [
        f"{hit / true:.3f} ({hit}/{true})",
        str(false),
        f"{np.mean(offsets):+.0f} ({np.std(offsets):.0f})" if offsets else "-",
        f"{np.median(spreads):.1f}" if spreads else "-",
        (f"{np.mean(cadence):.2f} [{max(cadence):.1f}]" if cadence else "-")
        + (f", none in {silent}" if silent else ""),
        f"{speed:.0f}",
        "yes" if method.startswith("stridecue") else "no",
    ]


if __name__ == "__main__":
    raise SystemExit(main())
