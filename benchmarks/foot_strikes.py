"""Contacts and strike angle of shoes that land toes first, flat and heel first: simulated, for lack of recordings.

    python -m benchmarks.foot_strikes [--rates 52 104 208 416]

Three simulated runners (3.0, 4.2 and 2.3 m/s) with cheap sensors on both shoes; contacts of 8-23 s against the
simulation's own truth. Per strike angle and rate: true contacts, missed and false ones; mean and SD of the delay of a
contact, and the largest deviation from its median; mean and SD of the error of contact time (+ is too long); mean of
the reported strike angle (negative: toes first). `docs/accuracy-shoes.md` explains the results.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np

from drivers.virtual.runner import RunnerParams, VirtualRunner
from dsp.records import Metric, Step
from dsp.signals import NS_PER_S, Placement
from tests.dsp.virtual import play, worn_by

STRIKES_DEG = (-20.0, -12.0, -8.0, -4.0, 0.0, 4.0, 10.0, 25.0)
FEET = [Placement.LEFT_FOOT, Placement.RIGHT_FOOT]
FROM_S, TO_S, END_S, MATCH_S = 8.0, 23.0, 24.0, 0.1


def runners(strike_deg: float) -> Iterator[VirtualRunner]:
    """Yield the same three runners for every strike angle."""
    yield VirtualRunner(RunnerParams(seed=3, tires_from_s=900.0, strike_deg=strike_deg))
    for seed, speed_mps, cadence_spm in ((5, 4.2, 182.0), (9, 2.3, 160.0)):
        params = RunnerParams(
            seed=seed, tires_from_s=900.0, strike_deg=strike_deg, speed_mps=speed_mps, cadence_spm=cadence_spm
        )
        yield VirtualRunner(params)


def row(strike_deg: float, rate_hz: float) -> str:
    """Return one row of the table."""
    missed = false = 0
    late_ms: list[float] = []
    long_ms: list[float] = []
    angles: list[float] = []
    for runner in runners(strike_deg):
        records = play(worn_by(runner, FEET, END_S, rate_hz))
        steps, used = [r for r in records if isinstance(r, Step)], set()
        for true in runner.truth_steps(FROM_S, TO_S):
            near = [(abs(s.t_ns / NS_PER_S - true.ic_s), k) for k, s in enumerate(steps) if s.side is true.side]
            off_s, k = min(near, default=(MATCH_S, 0))
            if off_s >= MATCH_S:
                missed += 1
                continue
            used.add(k)
            late_ms.append(1e3 * (steps[k].t_ns / NS_PER_S - true.ic_s))
            if (held_ms := steps[k].contact_ms) is not None:
                long_ms.append(held_ms - 1e3 * (true.to_s - true.ic_s))
        inside = [k for k, s in enumerate(steps) if FROM_S + MATCH_S < s.t_ns / NS_PER_S < TO_S - MATCH_S]
        false += len(set(inside) - used)
        strikes = [r for r in records if isinstance(r, Metric) and r.key == "foot_strike_angle_deg"]
        angles += [m.value for m in strikes if m.t_ns > FROM_S * NS_PER_S]
    late, held = np.array(late_ms), np.array(long_ms)
    worst_ms = np.abs(late - np.median(late)).max()
    return (
        f"{strike_deg:6.0f} {rate_hz:5.0f} {len(late) + missed:5d} {missed:6d} {false:5d}"
        f" {late.mean():7.1f} {late.std():5.1f} {worst_ms:6.0f}"
        f" {held.mean():8.1f} {held.std():5.1f} {np.mean(angles):6.1f}"
    )


def main() -> int:
    """Print one row per strike angle and rate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rates", type=float, nargs="*", default=[52.0, 104.0, 208.0, 416.0], help="Hz")
    args = parser.parse_args()
    print("strike    Hz  true missed false contact    SD  worst  contact    SD  angle")
    print("   deg                        late ms    ms     ms  long ms    ms    deg")
    for strike_deg in STRIKES_DEG:
        for rate_hz in args.rates:
            print(row(strike_deg, rate_hz), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
