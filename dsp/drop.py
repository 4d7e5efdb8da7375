"""Contralateral pelvic drop of one stance, from the trace of the trunk's up direction (definitions: domain 2)."""

from __future__ import annotations

import math

import numpy as np

from dsp.mount import Mount
from dsp.records import Side
from dsp.sightings import Drop
from dsp.trace import Trace

BEFORE_CONTACT_S = 0.06
"""How far before initial contact the lowest value is looked for (domain 2, firm)."""


def obliquity_rad(mount: Mount, ux: float, uy: float, uz: float) -> float:
    """Asin of the vertical component of the pelvis-left axis; u = up in sensor axes."""
    lx, ly, lz = mount.left
    return math.asin(max(-1.0, min(1.0, ux * lx + uy * ly + uz * lz)))


def drop_of(trace: Trace, mount: Mount, side: Side, contact_s: float, release_s: float) -> Drop | None:
    """Excursion and peak in the stance [contact_s, release_s]; None when the trace does not cover it.

    Peaks between samples are taken from the parabola through three samples, so that 52 Hz and 416 Hz agree.
    """
    first = trace.first_at(contact_s - BEFORE_CONTACT_S)
    start = trace.first_at(contact_s)
    end = trace.first_at(release_s)
    if first < 1 or end >= len(trace.force) or end - start < 3:
        return None
    sign = 1.0 if side is Side.LEFT else -1.0
    up = np.array([axis[first - 1 : end + 1] for axis in trace.up])
    # Peak and trough are where the sine has them; only those few values need the angle.
    rise: list[float] = (sign * (np.array(mount.left)[:, None] * up).sum(axis=0)).tolist()
    start -= first - 1
    end -= first - 1
    peak_at = max(range(start, end), key=rise.__getitem__)
    low_at = min(range(1, peak_at + 1), key=rise.__getitem__)
    peak = _angle_deg(_vertex(rise, peak_at) if start < peak_at < end - 1 else rise[peak_at])
    low = _angle_deg(_vertex(rise, low_at) if low_at > 1 else rise[low_at])
    return Drop(excursion_deg=peak - low, peak_deg=peak if mount.level else None)


def _angle_deg(sine: float) -> float:
    return math.degrees(math.asin(max(-1.0, min(1.0, sine))))


def _vertex(x: list[float], k: int) -> float:
    """Value of the parabola through samples k-1, k, k+1 at its vertex; the sample itself if they do not bend."""
    bend = x[k - 1] - 2.0 * x[k] + x[k + 1]
    slope = x[k + 1] - x[k - 1]
    if bend == 0.0 or abs(slope) > 2.0 * abs(bend):
        return x[k]
    return x[k] - slope * slope / (8.0 * bend)
