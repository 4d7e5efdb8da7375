"""A moving plot in braille: bars hanging down from zero, a limit, a labelled axis; repaints only itself."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.braille_raster import BLANK, DOTS_HIGH, dots_down, dotted, dotted_blank, hanging

_LABEL_CELLS = 6


@dataclass(frozen=True, slots=True)
class Axis:
    """The vertical scale of a plot.

    full   degrees at the lower edge; the upper edge is zero
    limit  degrees down to which it is shaded; a dotted line follows, and a bar that reaches the line is beyond
    rows   height in cells
    """

    full: float
    limit: float
    rows: int

    @property
    def limit_dot(self) -> int:
        """The first row of dots beyond the limit, counted from the top."""
        return dots_down(self.limit, self.full, self.rows)

    def within(self, row: int) -> bool:
        """Return whether most of a row of cells lies within the limit."""
        return DOTS_HIGH * row + DOTS_HIGH // 2 <= self.limit_dot

    def label(self, row: int) -> str:
        """Return the axis label of a row of cells; empty for an unlabelled row."""
        if row == self.limit_dot // DOTS_HIGH:
            return f"{self.limit:.1f}".removesuffix(".0") + "°"
        return {0: "0°", self.rows - 1: f"{self.full:.0f}°"}.get(row, "")


class BraillePlot(Widget):
    """A plot with Textual's line API: `show` rasterises once, `render_line` only assembles strips."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "braille-plot--line",
        "braille-plot--limit",
        "braille-plot--band",
        "braille-plot--label",
    }

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self.empty = ""
        self.axis: Axis | None = None
        self.codes = np.empty((0, 0), dtype=np.uint16)
        self._captions = ("", "")

    @property
    def dot_columns(self) -> int:
        """Number of dot columns that fit: the number to request from the trace."""
        return max(0, self.content_size.width - _LABEL_CELLS) * 2

    def describe(self, title: str, subtitle: str) -> None:
        """Set the captions in the frame, which may contain markup."""
        if (title, subtitle) != self._captions:
            self._captions = (title, subtitle)
            self.border_title, self.border_subtitle = title, subtitle

    def show(self, depth: npt.NDArray[np.float64], axis: Axis) -> None:
        """Draw columns as from `Trace.columns`, (n,) degrees; repaints only if the picture changes.

        The picture is kept in `codes`, (rows, cells) code points.
        """
        codes = hanging(depth, axis.full, axis.rows)
        row, dot = divmod(axis.limit_dot, DOTS_HIGH)
        if row < axis.rows:
            codes[row] = dotted(codes[row], dot)
        if axis != self.axis or not np.array_equal(codes, self.codes):
            self.axis, self.codes = axis, codes
            self.refresh()

    def clear(self, empty: str) -> None:
        """Show only the words `empty`."""
        if self.axis is not None or empty != self.empty:
            self.axis, self.empty = None, empty
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Render one row: label, axis, cells; in few segments, since they dominate the cost of painting."""
        width, height = self.content_size
        back, axis = self.rich_style, self.axis
        label = back + self.get_component_rich_style("braille-plot--label", partial=True)
        if axis is None:
            segments = [Segment(self.empty[:width].center(width) if y == height // 2 else "", label)]
        elif y < len(self.codes):
            degrees = axis.label(y)
            edge = f"{degrees:>{_LABEL_CELLS - 1}}{'┤' if degrees else '│'}"
            segments = [Segment(edge, label), *self._cells(y, axis, back)]
        else:
            segments = []
        return Strip(segments).adjust_cell_length(width, back)

    def _cells(self, y: int, axis: Axis, back: Style) -> list[Segment]:
        if axis.within(y):
            back += self.get_component_rich_style("braille-plot--band", partial=True)
        line = back + self.get_component_rich_style("braille-plot--line", partial=True)
        codes = self.codes[y].tolist()
        row, dot = divmod(axis.limit_dot, DOTS_HIGH)
        if y != row:
            return [Segment(_text(codes), line)]
        limit = back + self.get_component_rich_style("braille-plot--limit", partial=True)
        bare = dotted_blank(dot)
        return [Segment(_text(list(each)), limit if is_bare else line) for is_bare, each in groupby(codes, bare.__eq__)]


def _text(codes: list[int]) -> str:
    return "".join(map(chr, codes)).replace(chr(BLANK), " ")
