"""Draw the pictures of `docs/accuracy.md` from the recorded runs and the current core.

    python -m benchmarks.accuracy_plots [--folder docs/pictures/accuracy] [--jobs 2]

Differences between reported and true values: against their mean with limits of agreement (Bland-Altman), and by speed
and slope. Needs the recorded runs (`STRIDECUE_DATA`) and the `dev` extra (matplotlib, which nothing else here uses).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.accuracy_plots import bland_altman, by_condition
from benchmarks.accuracy_plots.gather import gather
from tests.recorded import DATA_DIR


def main() -> int:
    """Write the pictures and print path and kB of each; return 1 without the recorded runs."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy_plots",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--folder", type=Path, default=Path("docs/pictures/accuracy"), help="for the pictures")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: %(default)s)")
    args = parser.parse_args()
    if DATA_DIR is None:
        print("the recorded runs were not found: set STRIDECUE_DATA to their folder", file=sys.stderr)
        return 1
    args.folder.mkdir(parents=True, exist_ok=True)
    pairs = gather(args.jobs)
    for picture in (
        bland_altman.contact_time,
        bland_altman.cadence,
        bland_altman.drop,
        bland_altman.peak_force,
        by_condition.speed,
        by_condition.slope,
    ):
        picture(pairs, args.folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
