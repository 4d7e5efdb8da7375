"""Rasterises columns of values as braille: each character cell is two dots wide and four high."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BLANK = 0x2800
"""The empty braille cell."""
DOTS_HIGH = 4

_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint16)
"""Bit of each dot in a cell, Unicode 6.0 chapter 15.10 (rows from the top, columns from the left)."""


def dots_down(value: float, full: float, height: int) -> int:
    """Return how many of the dot rows in `height` cells lie above `value`; `full` is at the lower edge."""
    return round(min(value / full, 1.0) * DOTS_HIGH * height)


def hanging(depth: npt.NDArray[np.float64], full: float, height: int) -> npt.NDArray[np.uint16]:
    """Fill columns from the upper edge down to their value.

    depth    (2w,) value of each column of dots, NaN for none; values beyond `full` are clipped at the lower edge
    full     value at the lower edge; the upper one is 0
    returns  (height, w) code points
    """
    width = len(depth) // 2
    dots = DOTS_HIGH * height
    filled = np.rint(np.nan_to_num(depth[: 2 * width]) / full * dots)
    grid = np.arange(dots)[:, None] < filled
    cells = grid.reshape(height, DOTS_HIGH, width, 2)
    codes: npt.NDArray[np.uint16] = (cells * _DOTS[None, :, None, :]).sum(axis=(1, 3), dtype=np.uint16) + BLANK
    return codes


def dotted(row: npt.NDArray[np.uint16], dot: int) -> npt.NDArray[np.uint16]:
    """Add a dotted line to a row of cells, in dot row `dot` from the top."""
    with_line: npt.NDArray[np.uint16] = row | _DOTS[dot, 0]
    return with_line


def dotted_blank(dot: int) -> int:
    """Return the code point of a cell that contains only the dotted line."""
    return BLANK | int(_DOTS[dot, 0])
