"""Contacts, toe-offs, contact time and five-stride speed of every recorded running shoe, worst contact time first.

    python -m benchmarks.shoe_contacts [--rates 104 208] [--seeds 1 2 3]

One foot at a time, from 3 s on (short files: 1 s). Each cell is mean ± SD of reported minus true: contact, toe-off and
contact time in ms, speed over five consecutive strides in per cent. `truth` is the source of the true contacts: a force
plate, markers calibrated on one (a few ms), or markers alone (20-25 ms). With --rates: through the data folder's error
model, any mounting. Goals: SD 3 ms and bias 8 ms of contact time, speed 1 % (`docs/accuracy-shoes.md`).
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.score_recordings import corrupted, match, number, truth_of
from dsp.chains.foot import FootChain
from dsp.gait.sightings import Contact, Reading, Release, Sighting
from dsp.metrics.speed_source import FOOT_SPEED
from tests.recorded import DATA_DIR, PLACEMENT_OF, Recorded, blocks, folders, load

SETS = ("rbds_virtual_imu", "ric_virtual_imu", "opensim_virtual_imu")
STEADY_S = {"20160226T120637": 17.5}
"""End in s of constant belt speed: both shoes, independently, then lose 8 % within a second."""
STRIDES = 5


@dataclass
class Row:
    """Scores of one foot: (mean, SD) of the errors of contact, toe-off, contact time (ms) and speed (%)."""

    name: str
    truth: str
    true: int
    missed: int
    figures: tuple[tuple[float, float], ...]


def sightings(columns: dict[str, np.ndarray], sensor: str) -> list[Sighting]:
    """Return all sightings of one shoe's chain."""
    chain, out = FootChain(PLACEMENT_OF[sensor]), []
    for block in blocks(columns, [sensor]):
        if chain.put(block):
            out += chain.work()
    return out + chain.finish()


def spread(values: list[float]) -> tuple[float, float]:
    """Return mean and SD of the finite values."""
    good = [v for v in values if math.isfinite(v)]
    return (float(np.mean(good)), float(np.std(good))) if good else (math.nan, math.nan)


def row(recorded: Recorded, columns: dict[str, np.ndarray], side: str) -> Row | None:
    """Score one foot; None if no contact was reported."""
    seen = sightings(columns, f"{side}_foot")
    name = recorded.name.split("/")[1]
    stances = [(number(s["ic_s"]), number(s.get("to_s"))) for s in recorded.steps if s["foot"] == side[0].upper()]
    contacts = [x.t_s for x in seen if isinstance(x, Contact)]
    if not contacts:
        return None
    toe_offs = {x.contact_s: x.t_s for x in seen if isinstance(x, Release) and x.t_s is not None}
    t_s = columns["t_s"]
    start, end = t_s[0] + (3.0 if t_s[-1] - t_s[0] > 15.0 else 1.0), t_s[-1] - 0.4
    true = np.array([contact_s for contact_s, _ in stances])
    inside = [i for i, at in enumerate(true) if start <= at <= end]
    pairs = {i: k for i, k in match(true, np.array(contacts), 0.1) if i in inside}
    contact_ms, toe_off_ms, duration_ms = [], [], []
    for i, k in pairs.items():
        contact_ms.append(1e3 * (contacts[k] - stances[i][0]))
        if contacts[k] in toe_offs:
            toe_off_ms.append(1e3 * (toe_offs[contacts[k]] - stances[i][1]))
            duration_ms.append(toe_off_ms[-1] - contact_ms[-1])
    speeds = [
        100.0 * (x.metric.value / float(recorded.truth["speed_mps"]) - 1.0)
        for x in seen
        if isinstance(x, Reading) and x.metric.key == FOOT_SPEED and x.decided_s < STEADY_S.get(name, math.inf)
    ]
    five = [float(np.mean(speeds[k : k + STRIDES])) for k in range(len(speeds) - STRIDES + 1)]
    figures = (spread(contact_ms), spread(toe_off_ms), spread(duration_ms), spread(five))
    return Row(f"{name} {side}", truth_of(recorded), len(inside), len(inside) - len(pairs), figures)


def badness(found: Row) -> float:
    """Return the sort key: how far contact time is off."""
    mean, sd = found.figures[2]
    return abs(mean) + sd if math.isfinite(mean) else -1.0


def show(rows: list[Row]) -> None:
    """Print one table, the worst contact time first."""
    print(f"{'foot':28s} {'truth':10s} true missed {'contact':>13s} {'toe-off':>13s} {'time':>13s} {'speed %':>12s}")
    for found in sorted(rows, key=badness, reverse=True):
        cells = "  ".join(f"{mean:5.1f} ± {sd:3.1f}" for mean, sd in found.figures).replace("nan", "  -")
        print(f"{found.name:28s} {found.truth:10s} {found.true:4d} {found.missed:6d}   {cells}")


def rows_of(folder: Path, setup: tuple[float, int] | None) -> list[Row]:
    """Return the rows of both feet of a recording, clean or with errors of a (rate, seed)."""
    recorded = load(folder)
    if "left_foot" not in recorded.sensors:
        return []
    columns = recorded.columns if setup is None else corrupted(recorded, setup[1], setup[0])
    return [found for side in ("left", "right") if (found := row(recorded, columns, side)) is not None]


def main() -> int:
    """Print one table per setup; return 1 without the recorded runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rates", type=float, nargs="*", default=[], help="Hz, through the error model")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1], help="of the error model, with --rates")
    args = parser.parse_args()
    if DATA_DIR is None:
        print("the recorded runs were not found: set STRIDECUE_DATA to their folder", file=sys.stderr)
        return 1
    setups: list[tuple[float, int] | None] = [(rate, seed) for rate in args.rates for seed in args.seeds]
    for setup in setups or [None]:
        print("clean" if setup is None else f"cheap sensors, {setup[0]:.0f} Hz, seed {setup[1]}")
        show([found for f in folders() if any(name in str(f) for name in SETS) for found in rows_of(f, setup)])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
