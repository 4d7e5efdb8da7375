"""Score a filter's obliquity against the truth, on true stances: only the filter counts, not contact detection."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from benchmarks.orientation.cases import Array, Case

BEFORE_CONTACT_S = 0.06
STRIDES_MEAN_S = 1.4
SETTLED_DEG = 0.5
FINAL_S = 8.0
NAN = float("nan")


@dataclass(frozen=True)
class Score:
    """Errors in degrees, and convergence in s.

    rmse        of obliquity, constant offset removed
    excursion_bias, excursion_sd, left_right   of `drop_excursion_deg` per true stance
    settled_s   time after which the two-stride mean stays within 0.5 deg of its final value
    """

    rmse: float
    excursion_bias: float
    excursion_sd: float
    left_right: float
    settled_s: float


def excursion_deg(t_s: Array, obliquity_deg: Array, contact_s: float, release_s: float, side: int) -> float:
    """Return the peak in stance minus the lowest value from 60 ms before contact to the peak; NaN if not covered."""
    first, start, end = np.searchsorted(t_s, [contact_s - BEFORE_CONTACT_S, contact_s, release_s])
    if first < 1 or end >= len(t_s) or end - start < 3:
        return NAN
    drop = side * obliquity_deg
    peak = start + int(np.argmax(drop[start:end]))
    return float(drop[peak] - drop[first : peak + 1].min())


def score(case: Case, t_s: Array, obliquity_deg: Array) -> Score | None:
    """Score obliquity (n,) at `t_s`; return None if there is too little of it."""
    grid, truth = case.truth_t_s, case.truth_deg
    if len(t_s) < 100 or t_s[0] > case.scored_from_s:
        return None
    inside = (grid >= t_s[0]) & (grid <= t_s[-1])
    grid, truth = grid[inside], truth[inside]
    seen = np.interp(grid, t_s, obliquity_deg)
    error = seen - truth
    level = (grid >= case.level_from_s) & (grid <= case.level_to_s)
    error = error - error[level].mean()
    scored = grid >= case.scored_from_s
    by_side: dict[int, list[float]] = {1: [], -1: []}
    for contact, release, side in case.stances:
        off = excursion_deg(grid, seen, contact, release, side) - excursion_deg(grid, truth, contact, release, side)
        if math.isfinite(off):
            by_side[side].append(off)
    every = by_side[1] + by_side[-1]
    both = by_side[1] and by_side[-1]
    return Score(
        rmse=float(np.sqrt(np.mean(error[scored] ** 2))),
        excursion_bias=float(np.mean(every)) if every else NAN,
        excursion_sd=float(np.std(every)) if every else NAN,
        left_right=float(np.mean(by_side[1]) - np.mean(by_side[-1])) if both else NAN,
        settled_s=settled_s(grid, seen - truth) - (float(case.t_s[0]) - float(grid[0])),
    )


def settled_s(t_s: Array, error_deg: Array) -> float:
    """Return the time after the first sample from which the two-stride mean error stays near its final value."""
    width = max(1, round(STRIDES_MEAN_S / float(np.median(np.diff(t_s)))))
    mean = np.convolve(error_deg, np.ones(width) / width, "valid")
    final = error_deg[t_s > t_s[-1] - FINAL_S].mean()
    off = np.flatnonzero(np.abs(mean - final) > SETTLED_DEG)
    return float(t_s[min(off[-1] + width, len(t_s) - 1)] - t_s[0]) if len(off) else 0.0
