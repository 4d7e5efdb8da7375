"""A line of eight heights: the shape of the last minutes in as many cells."""

from __future__ import annotations

from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
GAP = " "


def sparkline(values: Sequence[float | None], cells: int, *, least_span: float = 0.0) -> str:
    """Draw `values`, oldest first, into at most `cells` cells; gaps stay gaps.

    Several values share a cell by their mean when there are more than cells. `least_span` keeps a quiet line quiet:
    what varies less than that does not fill the height.
    """
    if cells < 1 or not values:
        return ""
    shown = [_mean(values[len(values) * i // cells : len(values) * (i + 1) // cells]) for i in range(cells)]
    if len(values) < cells:
        shown = list(values)
    known = [value for value in shown if value is not None]
    if not known:
        return GAP * len(shown)
    low, high = min(known), max(known)
    if high - low < least_span:
        middle = 0.5 * (low + high)
        low, high = middle - 0.5 * least_span, middle + 0.5 * least_span
    scale = (len(BLOCKS) - 1) / (high - low) if high > low else 0.0
    return "".join(GAP if value is None else BLOCKS[round((value - low) * scale)] for value in shown)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
