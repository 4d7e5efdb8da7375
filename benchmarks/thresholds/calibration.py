"""Whether "20 %" happens 20 % of the time: the onset model over simulated runners, beside naive rules.

Each runner has a true median onset (log-normal around 3 km, a factor of 1.5) and a run-to-run spread (log-normal around
0.15). They run distances of their own choosing (2 to 9 km, and stop when it hurts), so some runs are censored. After 3
to 10 runs with at least one onset the model is asked once, at a random place in the next run that has not hurt yet.
Three more populations are unlike what the model expects.
"""

from __future__ import annotations

import math
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from dsp.thresholds.onset_model import Observation, OnsetModel

SPEED_MPS = 2.75
AHEAD_M = 300.0 * SPEED_MPS
MODEL, TOP = "onset model", "its MAP estimate alone"


@dataclass(frozen=True)
class Population:
    """Whom the runners are drawn from: median and spread of their onsets, and its spread from run to run."""

    name: str
    median_m: float = 3000.0
    between: float = 0.4
    within: float = 0.15
    weibull: bool = False


POPULATIONS = (
    Population("as the prior expects"),
    Population("later onsets (median 4.5 km)", median_m=4500.0),
    Population("twice the spread from run to run", within=0.30),
    Population("Weibull instead of log-normal", weibull=True),
)


@dataclass(frozen=True)
class Asked:
    """One question in mid-run, and the same run from its start.

    said       chance within five minutes by rule                happened  whether it began within them
    passed     whether the run passed the distance that each rule calls safe, pain-free
    """

    said: dict[str, float]
    happened: bool
    passed: dict[str, bool]


def ask(seed: int, of: Population) -> Asked | None:
    """One simulated runner; None where nothing ever hurt, or the run hurt before the question."""
    rng = np.random.default_rng([seed, 5])
    median_m = of.median_m * math.exp(of.between * rng.standard_normal())
    sigma = of.within * math.exp(0.5 * rng.standard_normal())

    def onset_of_a_run() -> float:
        if of.weibull:  # of the same spread of the logarithm: pi / sqrt(6) over the shape
            shape = math.pi / math.sqrt(6.0) / sigma
            return median_m * float(rng.weibull(shape)) / math.pow(math.log(2.0), 1.0 / shape)
        return median_m * math.exp(sigma * rng.standard_normal())

    seen: list[Observation] = []
    for _ in range(int(rng.integers(3, 11))):
        planned_m, onset_m = float(rng.uniform(2000.0, 9000.0)), onset_of_a_run()
        seen.append(Observation(min(planned_m, onset_m), onset=onset_m < planned_m))
    onsets = [each.exposure_m for each in seen if each.onset]
    onset_m, here_m = onset_of_a_run(), median_m * float(rng.uniform(0.5, 1.1))
    if not onsets:
        return None
    model, to_m = OnsetModel(seen, SPEED_MPS), here_m + AHEAD_M
    naive = {"last onset": onsets[-1], "mean onset": float(np.mean(onsets))}
    said = {MODEL: model.chance(here_m, to_m), TOP: _top(model, here_m, to_m)}
    said |= {name: float(place_m < to_m) for name, place_m in naive.items()}
    passed = {MODEL: onset_m > model.quantile(0.8)} | {name: onset_m > place_m for name, place_m in naive.items()}
    return Asked(said if here_m < onset_m else {}, onset_m < to_m, passed)


def _top(model: OnsetModel, from_m: float, to_m: float) -> float:
    """The chance by the maximum a posteriori pair alone."""
    before, after = (
        0.5 * math.erfc((math.log(m) - model.map_mu) / (math.sqrt(2.0) * model.map_sigma)) for m in (from_m, to_m)
    )
    return 1.0 - after / before if before > 1e-9 else 1.0


def table(runners: int, jobs: int) -> None:
    """Print reliability by tenths and scores beside the naive rules."""
    for k, population in enumerate(POPULATIONS):
        with ProcessPoolExecutor(jobs) as pool:
            answers = pool.map(partial(ask, of=population), range(runners), chunksize=50)
            all_of_them = [each for each in answers if each is not None]
        asked = [each for each in all_of_them if each.said]
        happened = np.array([each.happened for each in asked], dtype=float)
        said = {
            name: np.array([each.said[name] for each in asked]) for name in (MODEL, TOP, "last onset", "mean onset")
        }
        if k == 0:
            print(
                f"{runners} simulated runners a table, {population.name}: {len(asked)} had had an onset and were asked"
            )
            print("| predicted chance | model: queries, happened | its MAP estimate alone: queries, happened |")
            print("|---|---|---|")
            for tenth in range(10):
                cells = " | ".join(_cell(said[name], happened, tenth) for name in (MODEL, TOP))
                print(f"| {10 * tenth}-{10 * tenth + 10} % | {cells} |")
            print()
            print("| runners | rule | Brier score (0 best) | calibration error | pass its distance pain-free |")
            print("|---|---|---|---|---|")
        for name, chances in said.items():
            brier = float(np.mean((chances - happened) ** 2))
            tenths = np.minimum((chances * 10).astype(int), 9)
            off = sum(
                abs(chances[tenths == t].mean() - happened[tenths == t].mean()) * (tenths == t).mean()
                for t in set(tenths)
            )
            passed = f"{np.mean([each.passed[name] for each in all_of_them]):.0%}" if name != TOP else "-"
            print(f"| {population.name} | {name} | {brier:.3f} | {off:.3f} | {passed} |", flush=True)


def _cell(said: np.ndarray, happened: np.ndarray, tenth: int) -> str:
    inside = np.minimum((said * 10).astype(int), 9) == tenth
    return f"{inside.sum()}, {happened[inside].mean():.0%}" if inside.any() else "0, -"
