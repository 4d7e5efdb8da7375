"""One stride of a trunk sensor, from contact to contact of the same foot: vertical oscillation, tilt and rotation.

Over a steady stride the trunk returns to the same height, so the vertical force minus its mean, integrated twice with
mean and trend removed, is the height (sources 9: bias 0.0, spread 2.7 mm on 95 mm).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate
from operator import add

from dsp.gait.sightings import Reading, Sighting
from dsp.metrics import pelvic_rotation_range_deg, pelvic_tilt_range_deg, vertical_oscillation_mm
from dsp.orientation.mount import Mount
from dsp.placements import MIDLINE
from dsp.records import Metric
from dsp.samples.parabola import vertex
from dsp.samples.trace import Trace
from dsp.signals import GRAVITY_MPS2, NS_PER_S, Placement, Vector

TRUST = 0.9
HALF_TRUST_MPS2 = 0.5
"""A mean force this far from gravity (5 %: scale, offset or level are wrong) halves the trust."""


HEIGHT_CORRECTION = 1.0 / 4.0 - (1.0 / 6.0 + 1.0 / 24.0)
"""Correction of the height, per unit of force.

The trapezoidal rule, applied twice, reduces a swing by x^2 / 6, and means over a sample's time by x^2 / 24, x being its
phase per sample; the force, whose swing is x^2 that of the height, times this is what is missing.
"""


@dataclass(frozen=True, slots=True)
class PelvisStride:
    """A stride, that is two steps.

    oscillation_mm      highest minus lowest position of the sensor in a step, mean of the two
    mean_mps2           mean vertical force: gravity, if scale, offset and levelling are right
    tilt_range_deg      largest minus smallest anterior tilt; None without a mount, as is the next
    rotation_range_deg  the same about the vertical, slow turning removed
    mount_quality       quality of mount and heading, 0-1
    turn_radps          that slow turning, + to the left; 0 without a mount
    """

    oscillation_mm: float
    mean_mps2: float
    tilt_range_deg: float | None
    rotation_range_deg: float | None
    mount_quality: float
    turn_radps: float = 0.0

    def readings(self, decided_s: float, t_s: float, placement: Placement, level_trust: float = 1.0) -> list[Sighting]:
        """Return the metrics for a sensor at `placement`; tilt and rotation only if it is on the pelvis's midline.

        level_trust  in the levelling and the sampling of the trace, 0-1
        """
        t_ns = round(t_s * NS_PER_S)
        off = (self.mean_mps2 - GRAVITY_MPS2) / HALF_TRUST_MPS2
        metrics = [Metric(t_ns, vertical_oscillation_mm.KEY, self.oscillation_mm, None, TRUST / (1.0 + off * off))]
        if placement in MIDLINE and self.tilt_range_deg is not None and self.rotation_range_deg is not None:
            trust = TRUST * self.mount_quality * level_trust
            metrics.append(Metric(t_ns, pelvic_tilt_range_deg.KEY, self.tilt_range_deg, None, trust))
            metrics.append(Metric(t_ns, pelvic_rotation_range_deg.KEY, self.rotation_range_deg, None, trust))
        return [Reading(decided_s, metric) for metric in metrics]


def pelvis_stride(
    trace: Trace, mount: Mount | None, bias: Vector, contacts_s: tuple[float, float, float]
) -> PelvisStride | None:
    """Measure the stride between three contacts; `bias` of the gyroscope, rad/s; None where the trace is too short."""
    one_s, two_s, three_s = contacts_s
    first, end = trace.first_at(one_s), min(trace.first_at(three_s), len(trace.force) - 1)
    if end - first < 12 or trace.t_s[first] - one_s > 0.1:
        return None
    here = slice(first, end + 1)
    steps = end - first
    dt = (trace.t_s[end] - trace.t_s[first]) / steps
    half = round((two_s - one_s) / dt)
    if not 3 < half < steps - 2:
        return None
    mean, heights = _heights(trace.force[here])
    oscillation = 500.0 * dt * dt * (_range(heights[: half + 1]) + _range(heights[half:]))
    if mount is None:
        return PelvisStride(oscillation, mean, None, None, 0.0)
    up = [axis[here] for axis in trace.up]
    (fx, fy, fz), (vx, vy, vz), (bx, by, bz) = mount.forward, mount.up, bias
    # Tilt is the arctangent of this ratio, which rises with it.
    lean = [(fx * x + fy * y + fz * z) / (vx * x + vy * y + vz * z) for x, y, z in zip(*up, strict=True)]
    tilt_range = math.atan(_peak(lean, max(lean))) - math.atan(_peak(lean, min(lean)))
    # Twice the direction of up between two samples, over which the sensor turned at these rates.
    between = [map(add, axis, axis[1:]) for axis in up]
    rates = [axis[first + 1 : end + 1] for axis in trace.turns]
    turns = [
        (wx - bx) * x + (wy - by) * y + (wz - bz) * z for x, y, z, wx, wy, wz in zip(*between, *rates, strict=True)
    ]
    turned = list(accumulate(turns, initial=0.0))
    turn = 0.5 * turned[-1] / steps
    rotation_range = 0.5 * dt * _range(_level(turned, turned[-1] / steps))
    ranges = math.degrees(tilt_range), math.degrees(rotation_range)
    return PelvisStride(oscillation, mean, *ranges, mount.quality * mount.heading_trust, turn)


def _heights(force: list[float]) -> tuple[float, list[float]]:
    """Return the mean of the vertical force over a stride, m/s2, and the height at each sample, in samples squared.

    Trapezoids, one wide, of the force minus its mean, summed twice: that is the sum of its sums before a sample and a
    quarter of its own value, minus the straight line that leaves no trend.
    """
    steps = len(force) - 1
    mean = (sum(force) - 0.5 * (force[0] + force[-1])) / steps
    off = [value - mean for value in force]
    twice = [0.0, *accumulate(accumulate(off))]
    trend = (twice[steps] + 0.25 * (off[-1] - off[0])) / steps
    here = zip(twice[:-1], off, strict=True)
    return mean, [value - k * trend + HEIGHT_CORRECTION * now for k, (value, now) in enumerate(here)]


def _level(values: list[float], trend: float) -> list[float]:
    """Return the values minus a straight line through the first one, `trend` a sample."""
    return [value - k * trend for k, value in enumerate(values)]


def _range(values: list[float]) -> float:
    return _peak(values, max(values)) - _peak(values, min(values))


def _peak(values: list[float], value: float) -> float:
    """Return the highest or lowest value, given as sampled, interpolated between samples."""
    at = values.index(value)
    return vertex(values[at - 1], value, values[at + 1]) if 0 < at < len(values) - 1 else value
