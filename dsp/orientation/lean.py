"""Up in the sensor's own axes, over intervals of the trace."""

from __future__ import annotations

import math

from dsp.samples.trace import Trace
from dsp.signals import Vector


def mean_up(trace: Trace, from_s: float, until_s: float) -> Vector:
    """Return the mean up direction between two times of the trace, a unit vector."""
    first, end = trace.first_at(from_s), trace.first_at(until_s)
    x, y, z = (sum(axis[first:end]) for axis in trace.up)
    size = math.sqrt(x * x + y * y + z * z)
    return x / size, y / size, z / size


def correct_up_since(trace: Trace, from_s: float, change: Vector) -> None:
    """Add `change` to the up directions from `from_s` on: the tilt error found now existed before the contact too.

    Levelling corrects just after a contact, between the lowest and the highest hip of a stance: otherwise every
    correction would show in that stance's drop.
    """
    first = trace.first_at(from_s)
    for axis, by in zip(trace.up, change, strict=True):
        axis[first:] = [value + by for value in axis[first:]]
