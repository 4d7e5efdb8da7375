"""Contralateral pelvic drop of one stance, from the trace of the trunk's up direction (definitions: domain 2)."""

from __future__ import annotations

import math

from dsp.mount import Mount
from dsp.records import Side
from dsp.sightings import Drop
from dsp.trace import Trace

BEFORE_CONTACT_S = 0.06
"""How far before initial contact the lowest value is looked for (domain 2, firm)."""

COARSE_S = 0.014
"""Samples this far apart are looked at first, then those between: the pelvis does nothing sharper."""


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
    lx, ly, lz = (sign * v for v in mount.left)
    up_x, up_y, up_z = trace.up

    def rise(k: int) -> float:
        """Sine of the drop angle at sample k; peak and trough of the angle are where the sine has them."""
        return lx * up_x[k] + ly * up_y[k] + lz * up_z[k]

    coarse = max(1, round(COARSE_S * (end - start) / (release_s - contact_s)))
    peak_at = max(range(start, end, coarse), key=rise)
    peak_at = max(range(max(start, peak_at - coarse + 1), min(end, peak_at + coarse)), key=rise)
    low_at = min(range(first, peak_at + 1, coarse), key=rise)
    low_at = min(range(max(first, low_at - coarse + 1), min(peak_at + 1, low_at + coarse)), key=rise)
    peak = _vertex(rise(peak_at - 1), rise(peak_at), rise(peak_at + 1)) if start < peak_at < end - 1 else rise(peak_at)
    low = _vertex(rise(low_at - 1), rise(low_at), rise(low_at + 1)) if low_at > first else rise(low_at)
    peak_deg, low_deg = _angle_deg(peak), _angle_deg(low)
    return Drop(excursion_deg=peak_deg - low_deg, peak_deg=peak_deg if mount.level else None)


def _angle_deg(sine: float) -> float:
    return math.degrees(math.asin(max(-1.0, min(1.0, sine))))


def _vertex(before: float, here: float, after: float) -> float:
    """Value of the parabola through three samples at its vertex; the middle one if they do not bend."""
    bend = before - 2.0 * here + after
    slope = after - before
    if bend == 0.0 or abs(slope) > 2.0 * abs(bend):
        return here
    return here - slope * slope / (8.0 * bend)
