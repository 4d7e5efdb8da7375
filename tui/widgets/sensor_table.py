"""All sensors, one row each; where not all fit, those in trouble take precedence and the rest are counted."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from tui.state.words import wrap_lines
from tui.widgets.device_row import DeviceRow, render


class SensorTable(Static):
    """A table of sensors; repaints only when a row has changed."""

    def __init__(self) -> None:
        super().__init__(id="sensors")
        self.border_title = "Sensors"
        self.rows: tuple[DeviceRow, ...] = ()
        self.empty = ""

    def show(self, rows: Sequence[DeviceRow], empty: str) -> None:
        """Show these rows, or the words `empty` when there are none."""
        if (tuple(rows), empty) == (self.rows, self.empty):
            return
        self.rows, self.empty = tuple(rows), empty
        self._draw()

    def on_resize(self) -> None:
        """Fit rows and columns to the new size."""
        self._draw()

    def _draw(self) -> None:
        width, height = self.content_size
        if not self.rows:
            words = Content("\n").join([Content(line) for line in wrap_lines(self.empty, width, height)])
            self.update(words.stylize("$dim"), layout=False)
            return
        self.border_subtitle = "battery · lost · packets/s"
        shown = self.rows
        if len(shown) > height > 1:
            ranked = sorted(range(len(shown)), key=lambda index: not shown[index].in_trouble)
            shown = tuple(self.rows[index] for index in sorted(ranked[: height - 1]))
        lines = [render(row, width).truncate(width) for row in shown]
        if len(shown) < len(self.rows):
            lines.append(Content.styled(f"and {len(self.rows) - len(shown)} more", "$dim"))
        self.update(Content("\n").join(lines), layout=False)
