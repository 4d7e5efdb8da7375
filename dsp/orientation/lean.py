"""Up in the sensor's own axes, over stretches of the trace."""

from __future__ import annotations

import math

from dsp.samples.trace import Trace
from dsp.signals import Vector


def mean_up(trace: Trace, from_s: float, until_s: float) -> Vector:
    """Mean between two instants of the trace, a unit vector."""
    first, end = trace.first_at(from_s), trace.first_at(until_s)
    x, y, z = (sum(axis[first:end]) for axis in trace.up)
    size = math.sqrt(x * x + y * y + z * z)
    return x / size, y / size, z / size


def tilt_since(trace: Trace, from_s: float, change: Vector) -> None:
    """The tilt error found now was there before the contact: apply the same correction to the trace from `from_s` on.

    Levelling corrects just after a contact, between the lowest and the highest hip of a stance: left alone, every
    correction would show in that stance's drop.
    """
    first = trace.first_at(from_s)
    for axis, by in zip(trace.up, change, strict=True):
        axis[first:] = [value + by for value in axis[first:]]
