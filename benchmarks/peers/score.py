"""Score detected contacts against true ones, by the same rule for every library."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.orientation.cases import Array
from benchmarks.peers.feeds import Item

ROUGH_S, TOLERANCE_S = 0.2, 0.1
MARGIN_S = 0.15
USUAL_PART = 0.25
NAN = float("nan")


@dataclass(frozen=True)
class Score:
    """Counts, constant offset and SD around it in ms, cadence error in steps/min (NaN: too few contacts)."""

    true: int
    hit: int
    false: int
    offset_ms: float
    sd_ms: float
    cadence_error_spm: float


def pairs(true: Array, seen: Array, tolerance_s: float) -> list[tuple[int, int]]:
    """Return index pairs (true, seen): each true contact, in order, takes the nearest free one."""
    out: list[tuple[int, int]] = []
    used: set[int] = set()
    for i, t in enumerate(true):
        near = [
            (abs(seen[k] - t), k)
            for k in range(int(np.searchsorted(seen, t - tolerance_s)), int(np.searchsorted(seen, t + tolerance_s)))
            if k not in used
        ]
        if near:
            k = min(near)[1]
            used.add(k)
            out.append((i, k))
    return out


def score(item: Item, contacts_s: list[float]) -> Score:
    """Remove the constant offset of a recording, then match contacts within 100 ms."""
    true, seen = item.contacts_s, np.array(contacts_s)
    inside = (true >= item.from_s) & (true <= item.to_s)
    rough = pairs(true, seen, ROUGH_S)
    offset = float(np.median([seen[k] - true[i] for i, k in rough])) if rough else 0.0
    good = pairs(true, seen - offset, TOLERANCE_S)
    hits = [(i, k) for i, k in good if inside[i]]
    matched = {k for _, k in good}
    first, last = max(item.from_s, true[0] - MARGIN_S), min(item.to_s, true[-1] + MARGIN_S)
    false = sum(k not in matched and first <= t - offset <= last for k, t in enumerate(seen))
    late = [seen[k] - true[i] for i, k in hits]
    enough = len(hits) > 2
    return Score(
        true=int(inside.sum()),
        hit=len(hits),
        false=int(false),
        offset_ms=1e3 * offset if enough else NAN,
        sd_ms=1e3 * float(np.std(late)) if enough else NAN,
        cadence_error_spm=cadence_spm(seen[(seen >= first) & (seen <= last)]) - cadence_spm(true[inside]),
    )


def cadence_spm(contacts_s: Array) -> float:
    """Return cadence from the mean time of two steps, without those next to a missed or false one; NaN if too few."""
    if len(contacts_s) < 3:
        return NAN
    pairs_s = contacts_s[2:] - contacts_s[:-2]
    usual = float(np.median(pairs_s))
    return 120.0 / float(np.mean(pairs_s[np.abs(pairs_s - usual) <= USUAL_PART * usual]))
