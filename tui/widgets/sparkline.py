"""A sparkline of block characters: the shape of the last minutes, one or several rows high."""

from __future__ import annotations

from collections.abc import Sequence

IMPLAUSIBLE = 1e6
"""No value of a run is this large in the units shown, but a message may hold anything, even what overflows a sum."""
BLOCKS = "▁▂▃▄▅▆▇█"
GAP = " "


def sparkline(values: Sequence[float | None], cells: int, *, least_span: float = 0.0) -> str:
    """Return `values`, oldest first, as at most `cells` characters; gaps stay gaps.

    If there are more values than cells, each cell shows the mean of several. `least_span` keeps a steady line flat: a
    smaller variation does not fill the height.
    """
    return tall_sparkline(values, cells, 1, least_span=least_span)[0]


def tall_sparkline(values: Sequence[float | None], cells: int, rows: int, *, least_span: float = 0.0) -> list[str]:
    """Return the same in `rows` rows, top row first, with eight heights per row."""
    if cells < 1 or not values:
        return [""] * rows
    shown = [_mean(values[len(values) * i // cells : len(values) * (i + 1) // cells]) for i in range(cells)]
    if len(values) < cells:
        shown = [_mean([value]) for value in values]
    known = [value for value in shown if value is not None]
    if not known:
        return [GAP * len(shown)] * rows
    low, high = min(known), max(known)
    if high - low < least_span:
        middle = 0.5 * (low + high)
        low, high = middle - 0.5 * least_span, middle + 0.5 * least_span
    scale = (rows * len(BLOCKS) - 1) / (high - low) if high > low else 0.0
    heights = [None if value is None else 1 + round((value - low) * scale) for value in shown]
    return ["".join(_cell(height, row) for height in heights) for row in reversed(range(rows))]


def plausible(values: Sequence[float | None]) -> list[float]:
    """Return the values that are neither missing nor implausible, in their order."""
    return [value for value in values if value is not None and abs(value) < IMPLAUSIBLE]


def _cell(height: int | None, row: int) -> str:
    """Return the part of a bar of `height` eighths that lies in `row`, counted from the bottom."""
    eighths = 0 if height is None else min(len(BLOCKS), height - row * len(BLOCKS))
    return BLOCKS[eighths - 1] if eighths > 0 else GAP


def _mean(values: Sequence[float | None]) -> float | None:
    known = plausible(values)
    return sum(known) / len(known) if known else None
