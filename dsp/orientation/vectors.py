"""Arithmetic of three-component vectors."""

from __future__ import annotations

import math

from dsp.signals import Vector

MIN_LENGTH = 1e-12
"""Minimum length that something is divided by."""


def dot(a: Vector, b: Vector) -> float:
    """Return the scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    """Return the vector product."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def unit(v: Vector) -> Vector:
    """Return the direction of `v`; zeros for zeros."""
    size = max(math.sqrt(dot(v, v)), MIN_LENGTH)
    return v[0] / size, v[1] / size, v[2] / size


def across(v: Vector, up: Vector) -> Vector:
    """Return the direction of the component of `v` perpendicular to `up`, a unit vector."""
    along = dot(v, up)
    return unit((v[0] - along * up[0], v[1] - along * up[1], v[2] - along * up[2]))
