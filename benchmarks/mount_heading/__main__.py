"""Where a runner's body points, how well that can be known, and what it costs the drop not to know it.

    python -m benchmarks.mount_heading

Three tables on the recorded runs with a marker-derived pelvis. Headings: degrees to the left of the anatomical forward
axis. What is meant by each: `answers.py`, `drop.py`, `unevenness.py`.
"""

from __future__ import annotations

import sys

from benchmarks.mount_heading import answers, drop, unevenness
from benchmarks.mount_heading.runs import runs
from tests.recorded import DATA_DIR


def main() -> int:
    """Print the tables."""
    if DATA_DIR is None:
        print("recorded runs are missing: set STRIDECUE_DATA", file=sys.stderr)
        return 1
    every = runs()
    print("Heading, degrees to the left of the anatomical forward axis\n")
    print(answers.table(every))
    costs = [drop.cost(run.recorded) for run in every if run.long]
    print("\ndrop_excursion_deg with the mount found and exact, degrees\n")
    print(drop.table(costs))
    print("\nHeading from how uneven the other people are, root mean square error in degrees, each person left out\n")
    print(unevenness.table(every, {each.name: each.per_degree for each in costs}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
