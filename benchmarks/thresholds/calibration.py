"""Calibration of the onset model on simulated runners: whether "20 %" happens 20 % of the time; next to naive rules.

Each runner has a true median onset (log-normal around 3 km, a factor of 1.5) and a run-to-run spread (log-normal around
0.15). They run distances of their own choosing (2 to 9 km, and stop when it hurts), so some runs are censored. After 3
to 10 runs with at least one onset the model is queried once, at a random place of the next run before any pain. Three
more populations differ from what the model expects.
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
    """Distribution of the runners: median and spread between runners of their onsets, and spread from run to run."""

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
class Query:
    """One query in mid-run, and the same run from its start.

    chances    predicted chance of onset within five minutes, by rule; empty if pain began before the query
    happened   whether pain began within them
    passed     whether the run passed the distance that each rule calls safe without pain
    """

    chances: dict[str, float]
    happened: bool
    passed: dict[str, bool]


def query(seed: int, of: Population) -> Query | None:
    """Simulate one runner; return None if no earlier run had an onset."""
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
    chances = {MODEL: model.chance(here_m, to_m), TOP: _top(model, here_m, to_m)}
    chances |= {name: float(place_m < to_m) for name, place_m in naive.items()}
    passed = {MODEL: onset_m > model.quantile(0.8)} | {name: onset_m > place_m for name, place_m in naive.items()}
    return Query(chances if here_m < onset_m else {}, onset_m < to_m, passed)


def _top(model: OnsetModel, from_m: float, to_m: float) -> float:
    """Return the chance from the maximum a posteriori parameters alone."""
    before, after = (
        0.5 * math.erfc((math.log(m) - model.map_mu) / (math.sqrt(2.0) * model.map_sigma)) for m in (from_m, to_m)
    )
    return 1.0 - after / before if before > 1e-9 else 1.0


def table(runners: int, jobs: int) -> None:
    """Print reliability by tenths, and the scores of the model and the naive rules."""
    for k, population in enumerate(POPULATIONS):
        with ProcessPoolExecutor(jobs) as pool:
            found = pool.map(partial(query, of=population), range(runners), chunksize=50)
            queries = [each for each in found if each is not None]
        in_run = [each for each in queries if each.chances]
        happened = np.array([each.happened for each in in_run], dtype=float)
        by_rule = {
            name: np.array([each.chances[name] for each in in_run]) for name in (MODEL, TOP, "last onset", "mean onset")
        }
        if k == 0:
            print(
                f"{runners} simulated runners per population, {population.name}: {len(in_run)} had an onset before "
                "and could be queried"
            )
            print("| predicted chance | model: queries, happened | its MAP estimate alone: queries, happened |")
            print("|---|---|---|")
            for tenth in range(10):
                cells = " | ".join(_cell(by_rule[name], happened, tenth) for name in (MODEL, TOP))
                print(f"| {10 * tenth}-{10 * tenth + 10} % | {cells} |")
            print()
            print("| runners | rule | Brier score (0 best) | calibration error | pass its distance pain-free |")
            print("|---|---|---|---|---|")
        for name, chances in by_rule.items():
            brier = float(np.mean((chances - happened) ** 2))
            tenths = np.minimum((chances * 10).astype(int), 9)
            off = sum(
                abs(chances[tenths == t].mean() - happened[tenths == t].mean()) * (tenths == t).mean()
                for t in set(tenths)
            )
            passed = f"{np.mean([each.passed[name] for each in queries]):.0%}" if name != TOP else "-"
            print(f"| {population.name} | {name} | {brier:.3f} | {off:.3f} | {passed} |", flush=True)


def _cell(chances: np.ndarray, happened: np.ndarray, tenth: int) -> str:
    inside = np.minimum((chances * 10).astype(int), 9) == tenth
    return f"{inside.sum()}, {happened[inside].mean():.0%}" if inside.any() else "0, -"
