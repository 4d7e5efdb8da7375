"""The same contacts as measured by the truth, the hip sensor and a third method."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from benchmarks.score_recordings import aligned, number, plausible, run
from benchmarks.truth_limits.noise import Array, Flags
from dsp.records import Step
from tests.recorded import Recorded

SHOES = ["left_foot", "right_foot"]
MIN_LENGTH_S, MIN_STEPS = 20.0, 30
FROM_S, TO_S = 3.0, 0.7
"""Scored from `FROM_S` after the start of a recording to `TO_S` before its end, as in `benchmarks.score_recordings`."""
LOWEST_WITHIN_S = 0.2
"""The pelvis is lowest in the middle of stance, 0.1 s after contact."""


@dataclass(frozen=True)
class Seen:
    """n consecutive contacts in s; the third method is the shoes or the pelvis (its lowest points, from markers)."""

    rec: Recorded
    true: list[dict[str, str]]
    steps: list[Step]
    left: Flags
    truth: Array
    hip: Array
    third: Array
    third_name: str


def seen(rec: Recorded) -> Seen | None:
    """Return the longest series of contacts that all methods measured.

    None without a hip sensor, true contacts of known feet or a third method, and if there are too few steps.
    """
    t_s = rec.columns["t_s"]
    true = plausible([row for row in rec.steps if math.isfinite(number(row.get("ic_s"))) and row["foot"] in {"L", "R"}])
    if "sacrum" not in rec.sensors or not true or t_s[-1] - t_s[0] < MIN_LENGTH_S:
        return None
    contacts = np.array([number(row["ic_s"]) for row in true])
    hip = _matched(rec, contacts, ["sacrum"])
    shoes = _matched(rec, contacts, SHOES) if set(SHOES) <= set(rec.sensors) else {}
    both = np.array(sorted(hip.keys() & (shoes or hip).keys()), dtype=int)
    row = max(np.split(both, np.flatnonzero(np.diff(both) != 1) + 1), key=len)
    if len(row) < MIN_STEPS or not (shoes or "pelvis_height_m" in rec.series):
        return None
    hip_s = np.array([_at_s(hip[i]) for i in row])
    third_s = np.array([_at_s(shoes[i]) for i in row] if shoes else [_lowest_s(rec, t) for t in hip_s])
    return Seen(
        rec,
        [true[i] for i in row],
        [hip[i] for i in row],
        np.array([true[i]["foot"] == "L" for i in row]),
        contacts[row],
        hip_s,
        third_s,
        "shoes" if shoes else "pelvis",
    )


def _at_s(step: Step) -> float:
    return step.t_ns * 1e-9


def _matched(rec: Recorded, contacts: Array, sensors: list[str]) -> dict[int, Step]:
    """Return the steps that the core reports from these sensors, by index of the true contact."""
    steps = [record for record in run(rec.columns, sensors) if isinstance(record, Step)]
    _, pairs = aligned(contacts, np.array([_at_s(step) for step in steps]))
    t_s = rec.columns["t_s"]
    return {i: steps[k] for i, k in pairs if t_s[0] + FROM_S <= contacts[i] <= t_s[-1] - TO_S}


def _lowest_s(rec: Recorded, contact_s: float) -> float:
    """Return the time in s when the pelvis is lowest after a contact, from a parabola through three samples."""
    t_s, height = rec.series["t_s"], rec.series["pelvis_height_m"]
    a, b = np.searchsorted(t_s, [contact_s, contact_s + LOWEST_WITHIN_S])
    k = a + int(np.argmin(height[a:b]))
    before, at, after = height[k - 1 : k + 2]
    return float(t_s[k] + 0.5 * (t_s[1] - t_s[0]) * (before - after) / (before - 2.0 * at + after))
