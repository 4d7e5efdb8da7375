"""Contralateral pelvic drop of one stance, from the trace of the trunk's up direction (definitions: sources 2)."""

from __future__ import annotations

import math

from dsp.gait.drop_trust import mount_trust
from dsp.gait.sightings import Drop
from dsp.orientation.mount import Mount
from dsp.records import Side
from dsp.samples.parabola import vertex
from dsp.samples.trace import Trace

BEFORE_CONTACT_S = 0.06
"""How far before initial contact the lowest value is searched for (sources 2, firm)."""
LEAD_S = 0.015
"""The peak is searched for from this long before the contact, which a trunk detects late: mean of seven marker-derived
runs.

Where the free side falls through contact, the peak is right there. Only one of the seven is so, and its excursion
scatters by 0.57 deg without a lead, 0.30-0.40 with 10-30 ms; six do not change with any lead up to 60 ms.
"""

MAX_DROP_DEG = 25.0
"""No pelvis drops or hikes further in a stance: a larger angle is that of a sensor which slips.

Runners' peak is 1-9 deg and their excursion at most 14.3 (29 recordings, loose belt buckles among them); healthy
walkers move through 7.8-9.6 deg in a whole stride (Perpina-Martinez 2023). Anatomy: the pelvis drops by adducting the
stance hip, whose whole passive range is 20-30 deg, with the thigh already inclined towards the middle. A sensor that
turned over in mid-step showed 58-81 deg.
"""


def obliquity_rad(mount: Mount, ux: float, uy: float, uz: float) -> float:
    """Return the arcsine of the vertical component of the pelvis-left axis; u = up in sensor axes."""
    lx, ly, lz = mount.left
    return math.asin(max(-1.0, min(1.0, ux * lx + uy * ly + uz * lz)))


def drop_of(
    trace: Trace, mount: Mount, side: Side, contact_s: float, release_s: float, trust: float = 1.0
) -> Drop | None:
    """Return excursion and peak in the stance [contact_s, release_s].

    None when the trace does not cover it, or the excursion exceeds `MAX_DROP_DEG`; a peak that does is None alone, as
    without a standing zero: the zero may be that of another place on the belt, which an excursion does not depend on.

    trust  in the levelling and the sampling of the trace, 0-1

    Peaks between samples are interpolated by the parabola through three samples, so that 52 Hz and 416 Hz agree.
    """
    first = trace.first_at(contact_s - BEFORE_CONTACT_S)
    start = trace.first_at(contact_s - LEAD_S)
    end = trace.first_at(release_s)
    if first < 1 or end >= len(trace.force) or end - start < 3:
        return None
    sign = 1.0 if side is Side.LEFT else -1.0
    lx, ly, lz = mount.left
    lx, ly, lz = sign * lx, sign * ly, sign * lz
    ux, uy, uz = trace.up
    # Sines of the drop angle: its peak and trough are at the same samples.
    ups = zip(ux[first:end], uy[first:end], uz[first:end], strict=True)
    rise = [lx * x + ly * y + lz * z for x, y, z in ups]
    start -= first
    peak = max(rise[start:])
    peak_at = rise.index(peak, start)
    low = min(rise[: peak_at + 1])
    low_at = rise.index(low)
    if start < peak_at < len(rise) - 1:
        peak = vertex(rise[peak_at - 1], peak, rise[peak_at + 1])
    if 0 < low_at < len(rise) - 1:
        low = vertex(rise[low_at - 1], low, rise[low_at + 1])
    peak_deg, low_deg = _angle_deg(peak), _angle_deg(low)
    if peak_deg - low_deg > MAX_DROP_DEG:
        return None
    against_standing = peak_deg if mount.level and abs(peak_deg) <= MAX_DROP_DEG else None
    return Drop(peak_deg - low_deg, against_standing, trust * mount_trust(mount))


def _angle_deg(sine: float) -> float:
    return math.degrees(math.asin(sine)) if abs(sine) < 1.0 else math.copysign(90.0, sine)
