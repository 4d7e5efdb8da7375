"""Which columns of the coach's table fit a screen, and how wide each is."""

from __future__ import annotations

from dataclasses import dataclass

TREND = "Drop, minute by minute"
NOTE = "Note"
DROPS = ("Drop on\nL leg", "Drop on\nR leg")
HEADINGS = ("", "Runner", "Run", "Steps", *DROPS, TREND, "Threshold", "Sens.", NOTE)
NARROW_HEADINGS = ("", "Runner", "Run", "Steps", *DROPS, "Drop,\nby minute", "Threshold", "Sens.")
HEAD_ROWS = 2
WIDE_FROM = 110

_WIDE = (1, 10, 7, 5, 7, 7, 22, 9, 5, 0)
_NARROW = (1, 9, 7, 5, 7, 7, 0, 9, 5)
"""Width of each column in cells; a 0 takes the remaining width. All of _NARROW fit into 80 columns."""
_MIN_REST = 8
"""Smallest width of the column that takes the rest."""
_BY_IMPORTANCE = (("", "Runner", "Threshold"), ("Run",), DROPS, ("Steps",), ("Sens.",), (TREND,))
"""Groups of columns, most important first: on a phone, whom to look at and why; the rest is one key away."""
_PADDING = 2
_SCROLL_BAR = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column to show; `index`: its index in HEADINGS, `cells`: its width."""

    index: int
    title: str
    cells: int


def columns(width: int) -> tuple[Column, ...]:
    """Return the columns for a screen of `width` cells, in the order of HEADINGS."""
    wide = width >= WIDE_FROM
    titles, cells = (HEADINGS, _WIDE) if wide else (NARROW_HEADINGS, _NARROW)
    indices = range(len(titles)) if wide else _that_fit(width)
    rest = max(_MIN_REST, width - _SCROLL_BAR - sum(cells[index] + _PADDING for index in indices))
    return tuple(Column(index, titles[index], cells[index] or rest) for index in indices)


def _that_fit(width: int) -> list[int]:
    """Return the indices of as many groups of _BY_IMPORTANCE as fit, at least those of the first."""
    chosen: list[int] = []
    room = width - _SCROLL_BAR
    for group in _BY_IMPORTANCE:
        indices = [HEADINGS.index(title) for title in group]
        room -= sum((_NARROW[index] or _MIN_REST) + _PADDING for index in indices)
        if chosen and room < 0:
            break
        chosen += indices
    return sorted(chosen)
