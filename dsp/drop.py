"""Contralateral pelvic drop of one stance, from the trace of the trunk's up direction (definitions: domain 2)."""

from __future__ import annotations

import math

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
    if first < 1 or end >= len(trace.t_s) or end - start < 3:
        return None
    sign = 1.0 if side is Side.LEFT else -1.0
    up_x, up_y, up_z = trace.up
    angle = [sign * obliquity_rad(mount, up_x[k], up_y[k], up_z[k]) for k in range(first - 1, end + 1)]
    start -= first - 1
    end -= first - 1
    peak_at = max(range(start, end), key=angle.__getitem__)
    low_at = min(range(1, peak_at + 1), key=angle.__getitem__)
    peak = _vertex(angle, peak_at) if start < peak_at < end - 1 else angle[peak_at]
    low = _vertex(angle, low_at) if low_at > 1 else angle[low_at]
    return Drop(
        excursion_deg=math.degrees(peak - low),
        peak_deg=math.degrees(peak) if mount.level else None,
    )


def _vertex(x: list[float], k: int) -> float:
    """Value of the parabola through samples k-1, k, k+1 at its vertex; the sample itself if they do not bend."""
    bend = x[k - 1] - 2.0 * x[k] + x[k + 1]
    slope = x[k + 1] - x[k - 1]
    if bend == 0.0 or abs(slope) > 2.0 * abs(bend):
        return x[k]
    return x[k] - slope * slope / (8.0 * bend)
