"""Accuracy of a hip sensor's heading, its limits, and the effect of its error on the pelvic drop.

    python -m benchmarks.mount_heading

Three tables from the recorded runs with a marker-derived pelvis: candidate headings, degrees to the left of the
anatomical forward axis (`candidates.py`; goal 2 deg); the drop with the mount estimated and exact, degrees (`drop.py`;
goals in `docs/accuracy.md`); and headings from the asymmetry of other people, RMS error in degrees (`unevenness.py`).
`docs/decisions/0006-mount-heading.md` explains the results. Needs the recorded runs (`STRIDECUE_DATA`).
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.mount_heading import candidates, drop, unevenness
from benchmarks.mount_heading.runs import runs
from tests.recorded import DATA_DIR


def main() -> int:
    """Print the tables; return 1 without the recorded runs."""
    argparse.ArgumentParser(
        prog="python -m benchmarks.mount_heading",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()
    if DATA_DIR is None:
        print("the recorded runs were not found: set STRIDECUE_DATA to their folder", file=sys.stderr)
        return 1
    every = runs()
    print("Heading, degrees to the left of the anatomical forward axis\n")
    print(candidates.table(every))
    costs = [drop.cost(run.recorded) for run in every if run.long]
    print("\nErrors of drop_excursion_deg with the mount found and exact, degrees\n")
    print(drop.table(costs))
    print("\nHeading from the asymmetry of the other people, root mean square error in degrees, each person left out\n")
    print(unevenness.table(every, {each.name: each.per_degree for each in costs}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
