"""Print the table *Running* of `docs/accuracy.md`, in Markdown, from the recorded runs and the current core.

    python -m benchmarks.accuracy_table [--jobs 2]

Each cell is the median over recordings of the size of an error, with the worst recording in brackets. Columns: the hip
sensor alone on marker-derived runs, as they are and through the error model (any mounting, gyroscope bias 3 deg/s, 1 %
lost; 104 and 208 Hz, three seeds), shoes alone, and a real hip sensor on a force treadmill. `docs/accuracy.md` states
the goals. Needs the recorded runs (`STRIDECUE_DATA`).
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.score_recordings import Score, job
from tests.recorded import DATA_DIR, folders

MARKERS = ("rbds_virtual_imu", "ric_virtual_imu", "welk002")
SHOES = ["left_foot", "right_foot"]
CHEAP = [(rate, seed) for rate in (104.0, 208.0) for seed in (1, 2, 3)]

Task = tuple[Path, str, list[str] | None, int, float, bool]


def setups() -> dict[str, list[Task]]:
    """Return the columns of the table, each with the tasks that are scored for it."""
    marked = [f for f in folders() if any(name in str(f) for name in MARKERS)]
    plate = [f for f in folders() if "alcantara" in str(f)]
    return {
        "hip, clean": [(f, "hip", ["sacrum"], 0, 0.0, False) for f in marked],
        "hip, cheap sensor, any mounting": [
            (f, "cheap", ["sacrum"], seed, rate, True) for f in marked for rate, seed in CHEAP
        ],
        "shoes, clean": [(f, "shoes", SHOES, 0, 0.0, False) for f in marked],
        "real hip sensor, force plate": [(f, "plate", ["sacrum"], 0, 0.0, False) for f in plate],
    }


def spread(scores: list[Score], figure: Callable[[Score], float], unit: str, digits: int = 2) -> str:
    """Format the median of the absolute values and the worst of them; '-' if there are none."""
    values = [abs(figure(s)) for s in scores if math.isfinite(figure(s))]
    if not values:
        return "-"
    return f"{np.median(values):.{digits}f} [{max(values):.{digits}f}]{unit}"


TRUTHS = {
    "force": "against force plates",
    "calibrated": "against markers tuned on a plate of that runner (±5 ms)",
    "markers": "against markers alone (±20-25 ms)",
}
"""Sources of the true contacts: only the first is a fair test."""


def contact_time(scores: list[Score], truth: str) -> str:
    """Format the error of contact time over the recordings with that source of truth, and their number."""
    ours = [s for s in scores if s.extra.get("truth") == truth]
    return f"{spread(ours, lambda x: x.duration_rmse, ' ms', 0)} ({len(ours)})" if ours else "-"


ROWS: list[tuple[str, Callable[[list[Score]], str]]] = [
    ("recordings, steps", lambda s: f"{len(s)}, {sum(x.true_steps for x in s)}"),
    ("steps missed / false", lambda s: f"{sum(x.missed for x in s)} / {sum(x.false for x in s)}"),
    ("mean cadence, steps/min", lambda s: spread(s, lambda x: x.cadence_error, "")),
    ("cadence over ten steps, SD", lambda s: spread(s, lambda x: x.step10_sd, "")),
    ("side correct, minimum", lambda s: f"{min((x.side for x in s if math.isfinite(x.side)), default=math.nan):.0f} %"),
    ("obliquity, RMS error, mean removed", lambda s: spread(s, lambda x: x.obliquity_rmse, "°")),
    ("`drop_excursion_deg`, bias", lambda s: spread(s, lambda x: x.excursion_bias, "°")),
    ("`drop_excursion_deg`, SD per step", lambda s: spread(s, lambda x: x.excursion_sd, "°")),
    ("left-right difference of it", lambda s: spread(s, lambda x: x.excursion_lr, "°")),
    ("initial contact, SD within a run", lambda s: spread(s, lambda x: x.contact_sd, " ms", 1)),
    *((f"contact time, RMS error, {what}", partial(contact_time, truth=truth)) for truth, what in TRUTHS.items()),
]


def main() -> int:
    """Print the table: one row per figure, one column per set of sensors; return 1 without the recorded runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: %(default)s)")
    args = parser.parse_args()
    if DATA_DIR is None:
        print("the recorded runs were not found: set STRIDECUE_DATA to their folder", file=sys.stderr)
        return 1
    columns = setups()
    with ProcessPoolExecutor(args.jobs) as pool:
        scores = {name: [s for s in pool.map(job, tasks) if s is not None] for name, tasks in columns.items()}
    print(f"| | {' | '.join(columns)} |")
    print(f"|---|{'---|' * len(columns)}")
    for name, cell in ROWS:
        print(f"| {name} | {' | '.join(cell(scores[column]) for column in columns)} |".replace("nan %", "-"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
