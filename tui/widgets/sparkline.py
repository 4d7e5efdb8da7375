"""A line of heights in as many cells: the shape of the last minutes, one row high or several."""

from __future__ import annotations

from collections.abc import Sequence

BEYOND_SENSE = 1e6
"""Nothing of a run is that large in the units shown; what a broker says may be, up to where a sum is infinite."""
BLOCKS = "▁▂▃▄▅▆▇█"
GAP = " "


def sparkline(values: Sequence[float | None], cells: int, *, least_span: float = 0.0) -> str:
    """Draw `values`, oldest first, into at most `cells` cells; gaps stay gaps.

    Several values share a cell by their mean when there are more than cells. `least_span` keeps a quiet line quiet:
    what varies less than that does not fill the height.
    """
    return tall_sparkline(values, cells, 1, least_span=least_span)[0]


def tall_sparkline(values: Sequence[float | None], cells: int, rows: int, *, least_span: float = 0.0) -> list[str]:
    """The same in `rows` rows, the highest first: eight heights a row."""
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


def sensible(values: Sequence[float | None]) -> list[float]:
    """Give the values that were measured and can be, in their order."""
    return [value for value in values if value is not None and abs(value) < BEYOND_SENSE]


def _cell(height: int | None, row: int) -> str:
    """The part of a bar of `height` eighths that lies in `row`, counted from the lowest."""
    eighths = 0 if height is None else min(len(BLOCKS), height - row * len(BLOCKS))
    return BLOCKS[eighths - 1] if eighths > 0 else GAP


def _mean(values: Sequence[float | None]) -> float | None:
    known = sensible(values)
    return sum(known) / len(known) if known else None
