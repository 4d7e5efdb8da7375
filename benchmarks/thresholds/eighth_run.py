"""Thresholds in an eighth run, after five that began to hurt at 4.0-4.6 km and two pain-free ones of 3 km.

Speed, onset, wander and step noise differ in every seed; the eighth run is 5 km long. Required: watch by 3.5 km, near
by 4.2, reached by 4.6, and no detector triggered before 2 km.
"""

from __future__ import annotations

import math
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.thresholds.simulated import Habit, SimulatedRun
from dsp.guidance import Guidance, GuidanceParams
from dsp.records import Metric, Threshold, ThresholdState
from dsp.runner.history import PastRun

REQUIRED_KM = {ThresholdState.WATCH: 3.5, ThresholdState.NEAR: 4.2, ThresholdState.REACHED: 4.6}
SILENT_UNTIL_KM = 2.0


@dataclass
class Outcome:
    """First distance of each onset state (km), first change of state of any detector, and the chance along the way."""

    onset_km: dict[ThresholdState, float] = field(default_factory=dict)
    first_km: float = math.inf
    first: str = ""
    curve: list[tuple[float, float]] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether this seed meets all requirements."""
        in_time = all(self.onset_km.get(state, math.inf) <= km for state, km in REQUIRED_KM.items())
        return in_time and self.first_km >= SILENT_UNTIL_KM


def history(seed: int) -> tuple[Habit, tuple[PastRun, ...]]:
    """Return the runner of this seed and the seven earlier runs."""
    rng = np.random.default_rng([seed, 31])
    habit = Habit(speed_mps=float(rng.uniform(2.4, 3.2)), cadence_spm=float(rng.uniform(160.0, 176.0)))
    order = rng.permutation([True] * 5 + [False] * 2)
    past = []
    for k, hurts in enumerate(order):
        run = SimulatedRun(habit, 1000 * seed + k, seconds=2400)
        onset_m = float(rng.uniform(4000.0, 4600.0)) if hurts else None
        if hurts:
            past.append(run.past(3.0 * (7 - k), onset_m))
        else:
            run.seconds = int(np.searchsorted(run.distance_m, 3000.0))
            past.append(run.past(3.0 * (7 - k)))
    return habit, tuple(past)


def eighth(seed: int) -> Outcome:
    """Simulate the eighth run."""
    habit, past = history(seed)
    guidance, out = Guidance(GuidanceParams(history=past)), Outcome()
    for t_ns, steps, metrics in SimulatedRun(habit, 1000 * seed + 99, seconds=2400):
        for step in steps:
            guidance.step(step)
        here_km = guidance.exposure.distance_m / 1000.0
        for record in guidance.second(t_ns, metrics):
            if isinstance(record, Threshold):
                if here_km < out.first_km:
                    out.first_km, out.first = here_km, f"{record.detector} {record.state}"
                if record.detector == "onset":
                    out.onset_km.setdefault(record.state, here_km)
            elif isinstance(record, Metric) and record.key == "onset_chance_pct":
                out.curve.append((here_km, record.value))
        if here_km > 5.0:
            break
    return out


def table(seeds: int, picture: Path | None, jobs: int, *, first: int = 0) -> None:
    """Print how many seeds meet the requirements; draw them if a picture is given."""
    with ProcessPoolExecutor(jobs) as pool:
        outcomes = list(pool.map(eighth, range(first, first + seeds), chunksize=5))
    print(f"eighth run, {seeds} seeds: all requirements met in {np.mean([each.holds for each in outcomes]):.1%}")
    print("| state | required | first at: median (5 %, 95 %) | in time |")
    print("|---|---|---|---|")
    for state, km in REQUIRED_KM.items():
        began_km = np.array([each.onset_km.get(state, math.inf) for each in outcomes])
        low, middle, high = np.percentile(began_km, [5, 50, 95])
        print(f"| {state} | by {km} km | {middle:.2f} ({low:.2f}, {high:.2f}) km | {np.mean(began_km <= km):.1%} |")
    early = [each for each in outcomes if each.first_km < SILENT_UNTIL_KM]
    print(f"any detector before {SILENT_UNTIL_KM:g} km: {len(early)} of {seeds} {sorted({e.first for e in early})}")
    if picture is not None:
        draw(outcomes, picture)
        print(f"picture: {picture}")


def draw(outcomes: list[Outcome], picture: Path) -> None:
    """Draw the chance along the way in every seed, and where the states began."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (above, below) = plt.subplots(2, 1, figsize=(9, 7), sharex=True, height_ratios=(3, 2))
    for each in outcomes:
        curve = np.array(each.curve[::10])
        above.plot(curve[:, 0], curve[:, 1], color="tab:blue", alpha=0.12, linewidth=0.8)
    above.axvspan(4.0, 4.6, color="tab:red", alpha=0.12, label="where it hurt in the five earlier runs")
    above.axhline(20.0, color="0.5", linestyle=":", label="watch above 20 %")
    above.set_ylabel("chance of onset within 5 min, %")
    above.legend(loc="upper left", fontsize=8)
    colours = {"watch": "tab:olive", "near": "tab:orange", "reached": "tab:red"}
    bins = np.arange(1.0, 5.01, 0.05)
    for state, km in REQUIRED_KM.items():
        first = [each.onset_km[state] for each in outcomes if state in each.onset_km]
        below.hist(first, bins=bins, color=colours[state], alpha=0.7, label=f"{state} (required by {km} km)")
        below.axvline(km, color=colours[state], linestyle="--")
    below.axvline(SILENT_UNTIL_KM, color="0.3", linestyle="--", label="nothing before 2 km")
    below.set_xlabel("distance in the eighth run, km")
    below.set_ylabel(f"seeds of {len(outcomes)}")
    below.legend(loc="upper left", fontsize=8)
    figure.tight_layout()
    figure.savefig(picture, dpi=110)
