"""Columns of values to braille: two dots wide and four high per character cell."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BLANK = 0x2800
"""The empty braille cell."""

_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint16)
"""Bit of each dot in a cell, Unicode 6.0 chapter 15.10 (rows from the top, columns from the left)."""


def dot_row(value: npt.NDArray[np.float64], low: float, high: float, rows: int) -> npt.NDArray[np.int64]:
    """Row of dots (0 at the top, `rows` in all) of each value; what is beyond the axis sticks to its edge."""
    scaled = (high - np.nan_to_num(value)) / (high - low) * rows - 0.5
    return np.clip(np.rint(scaled), 0, rows - 1).astype(np.int64)


def braille(
    low: npt.NDArray[np.float64], high: npt.NDArray[np.float64], bottom: float, top: float, height: int
) -> npt.NDArray[np.uint16]:
    """Draw a joined line through columns.

    low, high    (2w,) lowest and highest value of each column of dots, NaN where there is none
    bottom, top  values at the lower and upper edge
    returns      (height, w) code points
    """
    width = len(low) // 2
    upper = dot_row(high, bottom, top, 4 * height)
    lower = dot_row(low, bottom, top, 4 * height)
    known = np.isfinite(low)
    joined = known[1:] & known[:-1]
    first, last = upper.copy(), lower.copy()
    first[1:] = np.where(joined, np.minimum(upper[1:], lower[:-1]), upper[1:])
    last[1:] = np.where(joined, np.maximum(lower[1:], upper[:-1]), lower[1:])
    rows = np.arange(4 * height)[:, None]
    grid = (rows >= first) & (rows <= last) & known
    cells = grid[:, : 2 * width].reshape(height, 4, width, 2)
    codes: npt.NDArray[np.uint16] = (cells * _DOTS[None, :, None, :]).sum(axis=(1, 3), dtype=np.uint16) + BLANK
    return codes
