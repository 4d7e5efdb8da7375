"""Extremum of a curve between its samples."""

from __future__ import annotations


def vertex(before: float, here: float, after: float) -> float:
    """Return the value at the vertex of the parabola through three samples; the middle one if it lies outside them."""
    curvature = before - 2.0 * here + after
    slope = after - before
    if curvature == 0.0 or abs(slope) > 2.0 * abs(curvature):
        return here
    return here - slope * slope / (8.0 * curvature)
