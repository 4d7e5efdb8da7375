"""The figures of `docs/thresholds.md`, which states the goals and explains each table.

    python -m benchmarks.thresholds PART [--runs N] [--jobs 2]

onset        is pain announced in time in an eighth run? (simulated steps; `sensors`: through virtual sensors)
calibration  does an announced chance of 20 % come true 20 % of the time?
budget       false alarms in an hour without change, and the delay to changes (minutes); `drift`: of drop drift alone
recorded     changes of state in real long runs
slope        how cadence follows speed in real long runs, steps/min per m/s
taps         false and found triple taps in recordings

`recorded`, `slope` and `taps` need the recorded runs (`STRIDECUE_DATA`).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.thresholds import budget, calibration, drift, eighth_run, recorded, slope, taps, with_sensors
from dsp.thresholds.drift import DriftParams


def main() -> int:
    """Print the figures of one part."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.thresholds",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "part", choices=("onset", "drift", "budget", "calibration", "recorded", "sensors", "slope", "taps")
    )
    parser.add_argument("--runs", type=int, help="simulated runs, seeds or runners (default: as in the document)")
    parser.add_argument("--first", type=int, default=0, help="onset: first seed (default %(default)s)")
    parser.add_argument("--picture", type=Path, help="onset: also draw a picture to this file (needs matplotlib)")
    parser.add_argument(
        "--jobs", type=int, default=2, help="onset, sensors, budget, calibration: processes (default %(default)s)"
    )
    args = parser.parse_args()
    if args.part == "onset":
        eighth_run.table(args.runs or 200, args.picture, args.jobs, first=args.first)
    elif args.part == "drift":
        drift.table(args.runs or 200, [DriftParams().tau_s, 120.0], [0.15, 0.3])
    elif args.part == "budget":
        budget.table(args.runs or 200, args.jobs)
    elif args.part == "calibration":
        calibration.table(args.runs or 2500, args.jobs)
    elif args.part == "recorded":
        recorded.table()
    elif args.part == "sensors":
        with_sensors.table(args.runs or 20, args.jobs)
    elif args.part == "slope":
        slope.table()
    else:
        taps.table(args.runs or 3)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
