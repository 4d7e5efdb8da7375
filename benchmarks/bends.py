"""Accuracy of pelvic obliquity in bends: a virtual runner on tracks, and real runners' motion sent round a bend.

    python -m benchmarks.bends [--seeds 3] [--only track|cone|drop|recorded|straight]

Every run begins with standing. Columns name the source of speed: "off" is the same run next to a treadmill, which
switches the correction off; "none" has no speed at all. Figures are errors of obliquity in degrees, found minus true,
averaged over two strides: "bend" is the median in bends (+ where the inner side is reported too high), "worst" the
largest anywhere.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.orientation.cases import SCORED_FROM_S, STANDING_S, Condition, case, recordings
from benchmarks.orientation.score import score
from drivers.virtual.imu_errors import ImuErrors
from drivers.virtual.physiology import SpeedProfile
from drivers.virtual.runner import RunnerParams
from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Attitude, Record, Step
from dsp.signals import IMU6, NS_PER_S, Placement, Quantity, SampleBlock
from tests.dsp.track import STRAIGHT, Array, Track, TrackRun
from tests.dsp.virtual import in_order

HIP, SHOES = [Placement.SACRUM], [Placement.LEFT_FOOT, Placement.RIGHT_FOOT]
STRIDES_MEAN_S = 1.4
SCORED_S = 25.0
UNTIL_S = 130.0

TRACKS: dict[str, tuple[Track, tuple[float, ...]]] = {
    "400 m, r 36.5": (Track(), (2.5, 3.5, 5.0)),
    "200 m, r 17.2": (Track(17.2, 46.0), (2.5, 3.5, 5.0)),
    "street corners, r 5": (Track(5.0, 100.0, math.pi / 2, 2.0), (2.5, 3.5)),
}


def play(blocks: Iterable[SampleBlock]) -> list[Record]:
    """Return all records of the core."""
    pipeline = Pipeline(PipelineParams(signals=True))
    records = [record for block in in_order(list(blocks)) for record in pipeline.update(block)]
    return records + pipeline.finish()


def obliquity(records: Iterable[Record]) -> tuple[Array, Array]:
    """Return the times (n,) in s and the reported obliquity (n,) in deg."""
    reported = [(r.t_ns / NS_PER_S, r.obliquity_deg) for r in records if isinstance(r, Attitude)]
    values = np.array([(t, deg) for t, deg in reported if deg is not None]).reshape(-1, 2)
    return values[:, 0], values[:, 1]


@dataclass(frozen=True)
class Errors:
    """Degrees: root mean square, largest, mean in bends (+: inner side reported too high) and on straights."""

    rms: float
    worst: float
    bend: float
    straight: float


def errors(run: TrackRun, records: list[Record]) -> Errors:
    """Return the errors of obliquity against the truth, averaged over two strides."""
    t_s, found_deg = obliquity(records)
    width = round(STRIDES_MEAN_S * run.rate_hz)
    slow = np.convolve(found_deg - run.obliquity_deg(t_s), np.ones(width) / width, "same")
    inside = (t_s > SCORED_S) & (t_s < t_s[-1] - STRIDES_MEAN_S)
    turn = np.abs(run.turn_radps(t_s))
    bend, straight = inside & (turn > 0.9 * turn.max()), inside & (turn < 0.002)
    way = 1.0 if run.track.left else -1.0
    return Errors(
        rms=float(np.sqrt(np.mean(slow[inside] ** 2))),
        worst=float(np.abs(slow[inside]).max()),
        bend=way * float(slow[bend].mean()) if bend.any() else math.nan,
        straight=float(slow[straight].mean()) if straight.any() else math.nan,
    )


SPEEDS: dict[str, Callable[[TrackRun], list[SampleBlock]]] = {
    "off": lambda run: run.motion_blocks(HIP) + run.speed_blocks(Placement.TREADMILL),
    "none": lambda run: run.motion_blocks(HIP),
    "shoes": lambda run: run.motion_blocks(HIP + SHOES),
    "pod": lambda run: run.motion_blocks(HIP) + run.speed_blocks(Placement.FOOT),
    "pod, 15 % slow": lambda run: run.motion_blocks(HIP) + run.speed_blocks(Placement.FOOT, 0.85),
}


def runner(seed: int, speed_mps: float, sensor: ImuErrors | None) -> RunnerParams:
    """Return a runner who does not tire and runs over ground."""
    return RunnerParams(
        seed=seed,
        speed_mps=speed_mps,
        cadence_spm=160.0 + 8.0 * speed_mps,
        tires_from_s=1e6,
        drop_wander_deg=0.0,
        treadmill=False,
        errors=sensor,
    )


def on_tracks(seeds: int) -> None:
    """Print the table of tracks and speeds: both directions, cheap sensors, pelvis alternately leaning and level."""
    print("| way, speed | lean | " + " | ".join(f"{name}: bend, worst" for name in SPEEDS) + " |")
    print("|---" * (len(SPEEDS) + 2) + "|")
    for name, (track, speeds) in TRACKS.items():
        for mps in speeds:
            lean_deg, found = 0.0, {speed: list[Errors]() for speed in SPEEDS}
            for seed in range(1, seeds + 1):
                for left in (True, False):
                    bent = replace(track, left=left, lean=float(seed % 2))
                    run = TrackRun(runner(seed, mps, ImuErrors()), bent, UNTIL_S)
                    lean_deg = float(np.abs(run.lean_deg(run.t_s)).max())
                    for speed, blocks in SPEEDS.items():
                        found[speed].append(errors(run, play(blocks(run))))
            cells = [
                f"{np.median([e.bend for e in rows]):+.2f}, {max(e.worst for e in rows):.2f}" for rows in found.values()
            ]
            print(f"| {name}, {mps} m/s | {lean_deg:.1f} | " + " | ".join(cells) + " |", flush=True)


def round_cones(seeds: int) -> None:
    """Print the errors of running out and back: 90 m at 3 m/s, round a cone at 1.3 m/s (radius 1.5 m), back."""
    track = Track(1.5, 90.0, math.pi, 1.0)
    fresh = replace(runner(1, 3.0, ImuErrors()), ramp_s=2.0)
    surges: list[tuple[float, float]] = []
    grid_s = np.arange(0.0, UNTIL_S, 0.01)
    for turn in range(1, 4):
        way_m = SpeedProfile(((fresh.standing_s, 3.0), *surges), fresh.ramp_s).distance(grid_s).value
        slows_s = float(grid_s[np.searchsorted(way_m, turn * 90.0 + (turn - 1) * math.pi * 1.5 - 3.0)])
        surges += [(slows_s, 1.3), (slows_s + 5.5, 3.0)]
    for speed in ("off", "none", "pod"):
        found = []
        for seed in range(1, seeds + 1):
            run = TrackRun(replace(fresh, seed=seed, surges=tuple(surges)), track, UNTIL_S)
            found.append(errors(run, play(SPEEDS[speed](run))))
        print(
            f"round a cone, {speed:4s}: rms {np.median([e.rms for e in found]):.2f}, "
            f"worst {np.median([e.worst for e in found]):.2f} [{max(e.worst for e in found):.2f}] deg"
        )


def drop_shift_deg(run: TrackRun, records: list[Record]) -> tuple[float, float]:
    """Return the mean error of drop peak and excursion in bends minus that on straights, deg; inner leg negated."""
    true = {round(s.ic_s, 1): s for s in run.runner.truth_steps(SCORED_S, run.t_s[-1] - 2.0)}
    shifts: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    for step in records:
        if not isinstance(step, Step) or step.drop_peak_deg is None or step.drop_excursion_deg is None:
            continue
        near = true.get(round(step.t_ns / NS_PER_S, 1))
        turn, lean = run.turn_radps(np.array([step.t_ns / NS_PER_S])), run.lean_deg(np.array([step.t_ns / NS_PER_S]))
        if near is None or step.side is not near.side:
            continue
        sign = 1.0 if step.side == "left" else -1.0
        outer = sign * (-1.0 if run.track.left else 1.0)
        peak = step.drop_peak_deg - (near.drop_peak_deg - sign * run.track.lean * float(lean[0]))
        shifts[abs(float(turn[0])) > 0.05].append(
            (outer * peak, outer * (step.drop_excursion_deg - near.drop_excursion_deg))
        )
    bend, straight = (np.mean(shifts[key], axis=0) for key in (True, False))
    return float(bend[0] - straight[0]), float(bend[1] - straight[1])


def on_drops(seeds: int) -> None:
    """Print what a bend of 36.5 m at 3.5 m/s does to peak and excursion of the outer leg."""
    for speed in ("off", "none", "pod"):
        found = []
        for seed in range(1, seeds + 1):
            for left in (True, False):
                run = TrackRun(runner(seed, 3.5, ImuErrors()), Track(left=left, lean=float(seed % 2)), UNTIL_S)
                found.append(drop_shift_deg(run, play(SPEEDS[speed](run))))
        peak, excursion = np.array(found).T
        print(
            f"drop in bends minus straights, {speed:4s}: peak {np.median(peak):+.2f} [{np.abs(peak).max():.2f}], "
            f"excursion {np.median(excursion):+.2f} [{np.abs(excursion).max():.2f}] deg"
        )


def on_recorded_runs(seeds: int) -> None:
    """Print the errors of real runners' pelvis motion in a bend of 36.5 m after 10 s of standing; cheap sensors."""
    condition = Condition("standing, then a bend", standing=True, bend=True)
    found: dict[str, list[float]] = {"off": [], "none": [], "pod": []}
    runs = recordings()
    for recorded in runs:
        for seed in range(1, seeds + 1):
            one = case(recorded, condition, seed)
            t_ns = np.round((one.t_s - one.t_s[0]) * NS_PER_S).astype(np.int64)
            motion = [
                SampleBlock("hip", Placement.SACRUM, IMU6, t_ns[a : a + 5], one.values[a : a + 5], condition.rate_hz)
                for a in range(0, len(t_ns), 5)
            ]
            seconds = np.arange(round(STANDING_S) + 1, t_ns[-1] / NS_PER_S)
            for name, place in (("off", Placement.TREADMILL), ("none", None), ("pod", Placement.FOOT)):
                speed = [_speed(place, t, one.speed_mps) for t in seconds] if place else []
                t_s, deg = obliquity(play([*motion, *speed]))
                result = score(one, t_s + one.t_s[0], deg)
                found[name].append(math.nan if result is None else result.rmse)
    print(f"{len(runs)} recordings x {seeds} seeds, RMSE from {SCORED_FROM_S - 5:.0f} s on, median [worst]:")
    for name, values in found.items():
        print(f"  {name:5s} {np.median(values):.2f} [{np.max(values):.2f}]")


def _speed(place: Placement, t_s: float, mps: float) -> SampleBlock:
    stamp = np.array([round(t_s * NS_PER_S)], dtype=np.int64)
    return SampleBlock("speed", place, (Quantity.SPEED_MPS,), stamp, np.array([[mps]]))


def on_straights(seeds: int) -> None:
    """Print what the correction costs without bends: a bias about the vertical, and one that drifts after standing."""
    print("| straight, 3.5 m/s | " + " | ".join(f"{name}: rms, worst" for name in ("off", "none", "pod")) + " |")
    print("|---|---|---|---|")
    for name, bias_dps, drift_dps in (("bias +-3 deg/s", 3.0, 0.15), ("and a drift of +-1 deg/s", 3.0, 1.0)):
        found: dict[str, list[Errors]] = {"off": [], "none": [], "pod": []}
        for seed in range(1, 2 * seeds + 1):
            sensor = replace(ImuErrors(), drift_dps=drift_dps)
            sign = 1.0 if seed % 2 else -1.0
            run = TrackRun(runner(seed, 3.5, sensor), STRAIGHT, UNTIL_S, yaw_bias_dps=sign * bias_dps)
            for speed, rows in found.items():
                rows.append(errors(run, play(SPEEDS[speed](run))))
        cells = [f"{np.median([e.rms for e in rows]):.2f}, {max(e.worst for e in rows):.2f}" for rows in found.values()]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def main() -> int:
    """Print the selected parts, each followed by an empty line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3, help="runs of each kind (default: %(default)s)")
    parser.add_argument("--only", choices=["track", "cone", "drop", "recorded", "straight"], help="only this part")
    args = parser.parse_args()
    parts = {
        "track": on_tracks,
        "cone": round_cones,
        "drop": on_drops,
        "recorded": on_recorded_runs,
        "straight": on_straights,
    }
    for name, part in parts.items():
        if args.only in (None, name):
            part(args.seeds)
            print()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
