"""How far today? The strictest of return after pain, what most runs pass pain-free, and no spike (sources 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dsp import texts
from dsp.runner.history import PastRun

RETURN_FROM, RETURN_TO = 0.30, 0.50
"""Start at 30-50 % of the distance at which it began (guides)."""
RETURN_START = 0.40
RETURN_GROWTH = 1.10
"""The lower end of +10-15 % a session while pain-free."""
RETURN_DAYS = 28.0
"""Pain longer ago than four weeks has been replaced by what the runs since then say."""
SPIKE = 1.10
"""A single run more than 10 % longer than the longest of 30 days: hazard 1.64 (Frandsen 2025, 5205 runners)."""
SPIKE_DAYS = 30.0
FEWEST_RUNS = 3
"""Runs within those days; with fewer, the history does not know how far this runner goes."""


@dataclass(frozen=True, slots=True)
class Cap:
    """Flat-equivalent metres to stay under today, and why, in words."""

    exposure_m: float
    why: str


def longest_m(history: Sequence[PastRun]) -> float | None:
    """The longest run of the last 30 days; None where too few are known."""
    known = [run.distance_m for run in history if run.distance_m is not None and run.days_ago <= SPIKE_DAYS]
    return max(known) if len(known) >= FEWEST_RUNS else None


def return_cap(history: Sequence[PastRun]) -> Cap | None:
    """What is left of the distance at which it last began to hurt; None where that was not lately."""
    ordered = sorted(history, key=lambda run: run.days_ago)
    for since, run in enumerate(ordered):
        if run.onset_m is not None:
            if run.days_ago > RETURN_DAYS:
                return None
            start = RETURN_FROM if run.worse else RETURN_START
            allowed_m = min(start * RETURN_GROWTH**since, 1.0) * run.onset_m
            return Cap(allowed_m, texts.CAP_RETURN.format(onset=texts.distance(run.onset_m)))
    return None


def cap_today(history: Sequence[PastRun], safe_m: float | None) -> Cap | None:
    """The strictest rule that applies; None where nothing is known."""
    returning = return_cap(history)
    caps = [] if returning is None else [returning]
    if safe_m is not None:
        caps.append(Cap(safe_m, texts.CAP_SAFE))
    longest = longest_m(history)
    if longest is not None:
        caps.append(Cap(SPIKE * longest, texts.CAP_SPIKE))
    return min(caps, key=lambda cap: cap.exposure_m, default=None)


def return_text(site: str | None, onset_m: float) -> str:
    """The return-to-run rule for a site, with distances from where it began."""
    text = {
        "outer knee": texts.RETURN_OUTER_KNEE,
        "around the kneecap": texts.RETURN_KNEECAP,
    }.get(site or "", texts.RETURN_OTHER)
    return text.format(**{"from": texts.distance(RETURN_FROM * onset_m), "to": texts.distance(RETURN_TO * onset_m)})
