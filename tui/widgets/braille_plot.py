"""A moving line plot in braille: zero line, target band, labelled axis. Only this widget repaints."""

from __future__ import annotations

from itertools import groupby
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.braille_raster import BLANK, braille

RANGES = (8.0, 12.0, 16.0, 24.0, 40.0)
"""Half heights of the axis, degrees: few steps, so that the scale seldom jumps under the eye."""

_LABEL_CELLS = 6
_SHRINK_BELOW = 0.6


class BraillePlot(Widget):
    """Line API: `show` rasters once, `render_line` only cuts strips.

    An odd number of rows is drawn on, so that zero is the middle of a row.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "braille-plot--line",
        "braille-plot--zero",
        "braille-plot--band",
        "braille-plot--label",
    }

    def __init__(self, band: tuple[float, float] | None) -> None:
        super().__init__(id="plot")
        self.band = band
        self.half_range = RANGES[0]
        self.empty = ""
        self._codes: npt.NDArray[np.uint16] | None = None

    @property
    def dot_columns(self) -> int:
        """How many columns of dots fit; ask the trace for as many."""
        return max(0, self.content_size.width - _LABEL_CELLS) * 2

    @property
    def is_empty(self) -> bool:
        """Nothing to draw: the widget says `empty` instead."""
        return self._codes is None

    @property
    def _rows(self) -> int:
        height = self.content_size.height
        return height if height % 2 else height - 1

    def show(self, low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]) -> None:
        """Draw columns of (low, high), see `Trace.columns`; all NaN empties the plot."""
        if self._rows < 1 or not np.isfinite(low).any():
            self.clear(self.empty)
            return
        self._fit(float(np.nanmax(np.abs(np.concatenate((low, high))))))
        self._codes = braille(low, high, -self.half_range, self.half_range, self._rows)
        self.refresh()

    def clear(self, empty: str) -> None:
        """Draw nothing but the words `empty`."""
        if self._codes is None and empty == self.empty:
            return
        self._codes = None
        self.empty = empty
        self.refresh()

    def _fit(self, largest: float) -> None:
        wanted = next((each for each in RANGES if largest <= each), RANGES[-1])
        if wanted > self.half_range or largest < _SHRINK_BELOW * self.half_range:
            self.half_range = wanted

    def render_line(self, y: int) -> Strip:
        """One row: label, axis, cells. Few segments, because segments are what painting costs."""
        width, height = self.content_size
        back = self.rich_style
        label = back + self.get_component_rich_style("braille-plot--label", partial=True)
        codes = self._codes
        if codes is None or len(codes) != self._rows:
            words = self.empty[:width].center(width) if y == height // 2 else ""
            segments = [Segment(words, label)]
        elif y == len(codes):
            segments = [Segment(" " * (_LABEL_CELLS - 1) + "│", label)]
        else:
            segments = [Segment(self._label(y), label), *self._cells(y, codes[y], back)]
        return Strip(segments).adjust_cell_length(width, back)

    def _cells(self, y: int, row: npt.NDArray[np.uint16], back: Style) -> list[Segment]:
        value = self.half_range - (y + 0.5) * 2 * self.half_range / self._rows
        if self.band is not None and self.band[0] <= value <= self.band[1]:
            back += self.get_component_rich_style("braille-plot--band", partial=True)
        line = back + self.get_component_rich_style("braille-plot--line", partial=True)
        if y != self._rows // 2:
            return [Segment(_text(row.tolist()), line)]
        zero = back + self.get_component_rich_style("braille-plot--zero", partial=True)
        runs = [(blank, list(codes)) for blank, codes in groupby(row.tolist(), lambda code: bool(code == BLANK))]
        return [Segment("╌" * len(codes), zero) if blank else Segment(_text(codes), line) for blank, codes in runs]

    def _label(self, y: int) -> str:
        marks = {0: self.half_range, self._rows // 2: 0.0, self._rows - 1: -self.half_range}
        if y not in marks:
            return " " * (_LABEL_CELLS - 1) + "│"
        text = f"{marks[y]:+.0f}°" if marks[y] else "0°"
        return f"{text:>{_LABEL_CELLS - 2}} ┤"


def _text(codes: list[int]) -> str:
    return "".join(map(chr, codes)).replace(chr(BLANK), " ")
