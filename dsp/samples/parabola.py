"""The top or the bottom of a curve between its samples."""

from __future__ import annotations


def vertex(before: float, here: float, after: float) -> float:
    """Value of the parabola through three samples at its vertex; the middle one if that is not near it."""
    bend = before - 2.0 * here + after
    slope = after - before
    if bend == 0.0 or abs(slope) > 2.0 * abs(bend):
        return here
    return here - slope * slope / (8.0 * bend)
