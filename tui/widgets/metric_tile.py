"""One number, large: title in the upper border, unit or side in the lower; a stale number dims and shows its age."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from tui.state.reading import Reading
from tui.state.words import age
from tui.widgets.numerals import numeral_lines

_WIDE_CELLS = 26
_CORNERS = 4
"""Cells of the lower border that a caption leaves free, less the two sides of the frame."""


class MetricTile(Widget):
    """A tile for one reading; repaints only when its contents change."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(id=reading.key)
        self.reading = reading
        self.value = "--"
        self.age_s: float | None = None
        self.beside = ""
        self._lines: list[str] = []

    def on_mount(self) -> None:
        """Draw the empty tile."""
        self._describe()

    def on_resize(self) -> None:
        """Choose the size of the numerals and the captions again."""
        self._describe()

    def show(self, value: float | None, age_s: float | None, beside: str = "") -> None:
        """Show a value.

        value   in the unit of the message; None if there is none
        age_s   age of a stale value; None for a fresh one
        beside  a few words below it: the target, or the usual value
        """
        text = "--" if value is None else self.reading.text(value)
        age_s = None if age_s is None else float(int(age_s))
        if (text, age_s, beside) == (self.value, self.age_s, self.beside):
            return
        self.value, self.age_s, self.beside = text, age_s, beside
        self._describe()

    def _describe(self) -> None:
        wide = self.content_size.width >= _WIDE_CELLS
        self.border_title = self._title(wide=wide)
        self.set_class(self.age_s is not None or self.value == "--", "-stale")
        if self.age_s is None:
            self.border_subtitle = self._below()
        else:
            side = "" if self.reading.title_short else self.reading.side or ""  # a short title names it already
            old = f"no data for {age(self.age_s)}" if wide else f"{age(self.age_s)} old"
            self.border_subtitle = (" · " if wide else " ").join(filter(None, (side, old)))
        self._lines = numeral_lines(self.value, *self.content_size)
        self.refresh()

    def _title(self, *, wide: bool) -> str:
        """Return the longest title that fits; for hip drop it always names the leg."""
        reading, room = self.reading, self.content_size.width - _CORNERS
        if wide or not reading.title_short or reading.side is None:
            if len(reading.title) + bool(reading.unit) + len(reading.unit) > room:
                return reading.title_short or reading.title
            return f"{reading.title} [$dim]{reading.unit}[/]" if reading.unit else reading.title
        return reading.title_short if len(reading.title_short) <= room else f"On {reading.side[0].upper()} leg"

    def _below(self) -> str:
        """Return the longest caption that fits: what the number is of, and what it is compared with."""
        reading, room = self.reading, self.content_size.width - _CORNERS
        compared = [f"{reading.below_short}, {self.beside}", self.beside]
        words = [
            *(compared if self.beside else [reading.below]),
            reading.below_short,
            *filter(None, [reading.below_shortest, reading.side]),
        ]
        return next((each for each in words if len(each) <= room), words[-1])

    def render_line(self, y: int) -> Strip:
        """Render one row of the numerals, centred."""
        width, height = self.content_size
        top = (height - len(self._lines)) // 2
        style = self.rich_style
        if not 0 <= y - top < len(self._lines):
            return Strip.blank(width, style)
        return Strip([Segment(self._lines[y - top].center(width), style)]).adjust_cell_length(width, style)
