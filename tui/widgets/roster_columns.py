"""Which columns of the coach's table there is room for, and how wide each is."""

from __future__ import annotations

from dataclasses import dataclass

TREND = "Drop, minute by minute"
SAYS = "Says"
DROPS = ("Drop on\nL leg", "Drop on\nR leg")
HEADINGS = ("", "Runner", "Run", "Steps", *DROPS, TREND, "Threshold", "Sens.", SAYS)
NARROW_HEADINGS = ("", "Runner", "Run", "Steps", *DROPS, "Drop,\nby minute", "Threshold", "Sens.")
HEAD_ROWS = 2
WIDE_FROM = 110

_WIDE = (1, 10, 7, 5, 7, 7, 22, 9, 5, 0)
_NARROW = (1, 9, 7, 5, 7, 7, 0, 9, 5)
"""Cells of each column; the one of 0 takes what is left. All of _NARROW are for 80 columns."""
_LEAST = 8
"""Cells of the one that takes what is left."""
_KEPT = (("", "Runner", "Threshold"), ("Run",), DROPS, ("Steps",), ("Sens.",), (TREND,))
"""What stays on a phone, from the first on: whom a coach must look at, and why; the rest is one key away."""
_PADDING = 2
_SCROLL_BAR = 2


@dataclass(frozen=True, slots=True)
class Column:
    """One of HEADINGS by its place there; `cells`: its width."""

    place: int
    title: str
    cells: int


def columns(width: int) -> tuple[Column, ...]:
    """Choose for a screen `width` cells wide, in the order of HEADINGS."""
    wide = width >= WIDE_FROM
    titles, cells = (HEADINGS, _WIDE) if wide else (NARROW_HEADINGS, _NARROW)
    places = range(len(titles)) if wide else _that_fit(width)
    left = max(_LEAST, width - _SCROLL_BAR - sum(cells[place] + _PADDING for place in places))
    return tuple(Column(place, titles[place], cells[place] or left) for place in places)


def _that_fit(width: int) -> list[int]:
    """Give the places of as many groups of _KEPT as there is room for; always those of the first."""
    chosen: list[int] = []
    room = width - _SCROLL_BAR
    for group in _KEPT:
        places = [HEADINGS.index(title) for title in group]
        room -= sum((_NARROW[place] or _LEAST) + _PADDING for place in places)
        if chosen and room < 0:
            break
        chosen += places
    return sorted(chosen)
