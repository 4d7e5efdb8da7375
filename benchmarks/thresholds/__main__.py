"""`python -m benchmarks.thresholds PART`: the figures of docs/thresholds.md, each with the command that gives it."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.thresholds import budget, calibration, drift, eighth_run, recorded, slope, taps, with_sensors
from dsp.thresholds.drift import DriftParams


def main() -> int:
    """Print the figures of one part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "part", choices=("onset", "drift", "budget", "calibration", "recorded", "sensors", "slope", "taps")
    )
    parser.add_argument("--runs", type=int, help="simulated runs, seeds or runners (default: those of the document)")
    parser.add_argument("--first", type=int, default=0, help="onset: the first seed (default %(default)s)")
    parser.add_argument("--picture", type=Path, help="onset: draw it here (needs matplotlib)")
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
