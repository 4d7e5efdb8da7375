"""The run so far, one sparkline per number: its shape over the last minutes, and its range."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from hub.messages.wire import TrendMessage
from tui.widgets.sparkline import plausible, tall_sparkline

_ROWS = (
    ("Drop, L leg", "drop_excursion_left_deg", 1.0, 2.0, "{:.1f}", "°"),
    ("Drop, R leg", "drop_excursion_right_deg", 1.0, 2.0, "{:.1f}", "°"),
    ("Steps/min", "cadence_spm", 1.0, 6.0, "{:.0f}", ""),
    ("Contact L", "contact_left_ms", 1.0, 20.0, "{:.0f}", " ms"),
    ("Contact R", "contact_right_ms", 1.0, 20.0, "{:.0f}", " ms"),
    ("Speed", "speed_mps", 3.6, 1.8, "{:.1f}", " km/h"),
)
"""Title, field, factor to the unit shown, span in that unit below which a line is drawn flat (about the difference from
one minute to the next), format, unit."""
_MAX_ROWS = 3
"""Rows per sparkline."""
_NAME_CELLS = 12
_RANGE_CELLS = 17


class TrendPanel(Static):
    """A panel of minute medians; repaints only when a minute is over or its size changes."""

    def __init__(self) -> None:
        super().__init__(id="trend")
        self._trend: TrendMessage | None = None
        self.border_title = "The run so far, minute medians"

    def show(self, trend: TrendMessage | None) -> None:
        """Show this trend; None if there is none yet."""
        if trend is self._trend:
            return
        self._trend = trend
        self._draw()

    def on_mount(self) -> None:
        """Draw the empty panel."""
        self._draw()

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        self._draw()

    def _draw(self) -> None:
        if self._trend is None or not any(_known(self._trend, field) for _, field, *_ in _ROWS):
            self.border_subtitle = ""
            self.update(Content.styled("The first minute is not over yet.", "$dim"), layout=False)
            return
        minutes = len(self._trend.cadence_spm)
        self.border_subtitle = f"{minutes} full min, lowest .. highest"
        width, height = self.content_size
        room = max(4, width - _NAME_CELLS - _RANGE_CELLS - 1)
        each = max(1, height // len(_ROWS))
        rows = min(_MAX_ROWS, each if each < _MAX_ROWS else each - 1)  # a blank row in between if there is room
        lines = []
        for row in _ROWS:
            lines += self._lines(*row, room, rows)
            lines += [Content("")] * (min(each, _MAX_ROWS + 1) - rows)
        self.update(Content("\n").join(lines[:height]), layout=False)

    def _lines(
        self, title: str, field: str, factor: float, span: float, form: str, unit: str, room: int, rows: int
    ) -> list[Content]:
        assert self._trend is not None
        medians: Sequence[float | None] = getattr(self._trend, field)
        values = [None if value is None else factor * value for value in medians]
        known = plausible(values)
        drawn = tall_sparkline(values, room, rows, least_span=span)
        low, high = (form.format(end(known)) for end in (min, max)) if known else ("", "")
        extent = "not measured" if not known else f"{low}{unit}" if low == high else f"{low} .. {high}{unit}"
        above = [Content.assemble(" " * _NAME_CELLS, (line, "$accent")) for line in drawn[:-1]]
        last = Content.assemble(
            (f"{title:<{_NAME_CELLS}}", "$dim"),
            (f"{drawn[-1]:<{room}}", "$accent"),
            (f" {extent:>{_RANGE_CELLS}}", "bold"),
        )
        return [*above, last]


def _known(trend: TrendMessage, field: str) -> list[float]:
    return plausible(getattr(trend, field))
