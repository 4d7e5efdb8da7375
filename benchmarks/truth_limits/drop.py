"""Effect of the moment of contact on drop excursion: the true obliquity evaluated at other contacts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from benchmarks.score_recordings import drop_excursion, number
from benchmarks.truth_limits.measurers import Seen
from benchmarks.truth_limits.noise import Array
from dsp.gait.drop import LEAD_S

FROM_S = 15.0
STANCE_S = 0.25
"""Assumed where the truth has no toe-off."""
DRAWS = 20


@dataclass(frozen=True)
class Drops:
    """Differences from the true drop excursion in deg, one per step (m,).

    error_deg   of the reported excursion
    at_hip_deg  of the true one evaluated at the start of the hip's search
    moved_deg   (m, DRAWS), of the true one at the true contact moved at random
    """

    error_deg: Array
    at_hip_deg: Array
    moved_deg: Array


def drops(run: Seen, noise_ms: float) -> Drops | None:
    """Evaluate a recording whose true contacts have a noise of `noise_ms`; return None without true obliquity."""
    if "pelvic_obliquity_deg" not in run.rec.series:
        return None
    rng = np.random.default_rng(2)
    rows: list[list[float]] = []
    for true, step in zip(run.true, run.steps, strict=True):
        found, at = step.drop_excursion_deg, number(true["ic_s"])
        artifact = true.get("artifact", "0") not in {"0", "", "0.0"}
        if found is None or artifact or at < run.rec.columns["t_s"][0] + FROM_S:
            continue
        until = number(true.get("to_s"))
        until = until if math.isfinite(until) else at + STANCE_S
        moments = [at, step.t_ns * 1e-9 - LEAD_S]
        moments += [at + 1e-3 * noise_ms * float(rng.standard_normal()) for _ in range(DRAWS)]
        row = [drop_excursion(run.rec.series, moment, until, true["foot"]) for moment in moments]
        if all(math.isfinite(value) for value in row):
            rows.append([found, *row])
    if not rows:
        return None
    table = np.array(rows)
    found_deg, true_deg = table[:, 0], table[:, 1]
    return Drops(found_deg - true_deg, table[:, 2] - true_deg, table[:, 3:] - true_deg[:, None])
