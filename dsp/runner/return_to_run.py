"""Today's cap on distance: the strictest of return after pain, usual pain-free distance and no spike (sources 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dsp import texts
from dsp.runner.history import PastRun

RETURN_FROM, RETURN_TO = 0.30, 0.50
"""Start at 30-50 % of the distance at which it began (guides)."""
RETURN_START = 0.40
"""Where this cap starts, within that range; at RETURN_FROM if it was worse the next morning."""
RETURN_GROWTH = 1.10
"""Growth per pain-free run: the lower end of +10-15 % a session."""
RETURN_DAYS = 28.0
"""Pain longer ago than four weeks sets no cap; the runs since then show what is possible."""
SPIKE = 1.10
"""A single run more than 10 % longer than the longest of 30 days: hazard ratio 1.64 (Frandsen 2025, 5205 runners)."""
SPIKE_DAYS = 30.0
FEWEST_RUNS = 3
"""Minimum runs within those days; fewer do not show how far this runner usually goes."""


@dataclass(frozen=True, slots=True)
class Cap:
    """The flat-equivalent metres to stay below today, and the reason in words."""

    exposure_m: float
    why: str


def longest_m(history: Sequence[PastRun]) -> float | None:
    """Return the longest run of the last 30 days, m; None where too few are known."""
    known = [run.distance_m for run in history if run.distance_m is not None and run.days_ago <= SPIKE_DAYS]
    return max(known) if len(known) >= FEWEST_RUNS else None


def return_cap(history: Sequence[PastRun]) -> Cap | None:
    """Return the cap after pain, from the distance at which it last began; None without pain in the last four weeks."""
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
    """Return the lowest cap that applies; None where none does.

    safe_m  flat-equivalent metres that 80 % of such runs pass pain-free (`dsp.thresholds.onset`); None: not known
    """
    returning = return_cap(history)
    caps = [] if returning is None else [returning]
    if safe_m is not None:
        caps.append(Cap(safe_m, texts.CAP_SAFE))
    longest = longest_m(history)
    if longest is not None:
        caps.append(Cap(SPIKE * longest, texts.CAP_SPIKE))
    return min(caps, key=lambda cap: cap.exposure_m, default=None)


def return_text(site: str | None, onset_m: float) -> str:
    """Return the return-to-run rule for a site, with distances computed from the distance of onset."""
    text = {
        "outer knee": texts.RETURN_OUTER_KNEE,
        "around the kneecap": texts.RETURN_KNEECAP,
    }.get(site or "", texts.RETURN_OTHER)
    return text.format(**{"from": texts.distance(RETURN_FROM * onset_m), "to": texts.distance(RETURN_TO * onset_m)})
