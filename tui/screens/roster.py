"""The coach's main screen: one row per runner, those most in need first."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.screen import Screen
from textual.widgets import DataTable, Static

from tui.state.roster import Roster
from tui.widgets.key_footer import KeyFooter
from tui.widgets.roster_columns import HEAD_ROWS, WIDE_FROM, Column, columns
from tui.widgets.roster_row import cells, note
from tui.widgets.roster_status import top_line

_MAX_ROWS = 3
"""Rows per runner, so that notes can be read in full, as long as everybody fits on the screen."""
_NOBODY = (
    "No runners on this broker yet.\n\n"
    "A hub that publishes here appears by itself:\nset mqtt.url in its configuration, see docs/configuration.md"
)
_NOT_THIS_ONE = (
    "Nothing from the runner '{runner}' on this broker yet.\n\n"
    "Is the name right? Without --runner, `stridecue watch` shows everybody."
)
_NO_BROKER = (
    "No broker answers there yet; still trying.\n\n"
    "On this machine, `stridecue run` starts one, or `stridecue demo` to try it.\n"
    "On another machine: stridecue watch --broker mqtt://ADDRESS"
)


class Runners(DataTable[Content]):
    """A table whose rows open on a single click or tap, as with Enter; a plain DataTable needs two clicks."""

    async def on_click(self, event: Click) -> None:
        """Select the row and open it; ignore clicks on the header."""
        row = event.style.meta.get("row", -1)
        if row >= 0:
            event.stop()
            event.prevent_default()
            self.move_cursor(row=row, animate=False)
            await self.app.run_action("open")


class RosterScreen(Screen[None]):
    """Shows a Roster; the selected runner stays selected when the order changes.

    where   names the broker in the top line
    runner  the only one to show; None: all
    """

    CSS_PATH = "roster.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "app.open", "Open", priority=True)]

    def __init__(self, where: str, runner: str | None = None) -> None:
        super().__init__()
        self._where = where
        self._nobody = _NOBODY if runner is None else _NOT_THIS_ONE.format(runner=runner)
        self._status = Static(id="roster-status")
        self._detail = Static(id="roster-detail")
        self._empty = Static(id="roster-empty")
        self._table = Runners(id="roster-table", cursor_type="row", zebra_stripes=False, header_height=HEAD_ROWS)
        self._order: list[str] = []
        self._shown: dict[str, list[str]] = {}
        self._width = 0
        self._columns: tuple[Column, ...] = ()
        self._heights: list[int] = []

    def compose(self) -> ComposeResult:
        """Lay out status, table, detail and footer."""
        yield self._status
        yield self._table
        yield self._empty
        yield self._detail
        yield KeyFooter(show_command_palette=False)

    def on_mount(self) -> None:
        """Give the table the keyboard focus."""
        self._table.focus()

    @property
    def chosen(self) -> str | None:
        """The runner under the cursor; None if there is none."""
        row = self._table.cursor_row
        return self._order[row] if 0 <= row < len(self._order) else None

    def paint(self, roster: Roster, now_s: float) -> None:
        """Bring everything up to date, redrawing only what has changed."""
        in_order = roster.in_order(now_s)
        self.set_class(not in_order, "-empty")
        self._empty.update(self._nobody if roster.link.up else _NO_BROKER)
        if self.size.width != self._width:
            self._lay_out_columns(self.size.width)
        wide = self._width >= WIDE_FROM
        order = [each.runner for each in in_order]
        max_rows = _MAX_ROWS if wide and _MAX_ROWS * len(order) < self._table.size.height else 1
        rows = {each.runner: cells(each, now_s, self._columns, note_rows=max_rows) for each in in_order}
        heights = [1 + max(cell.plain.count("\n") for cell in rows[runner]) for runner in order]
        if (order, heights) != (self._order, self._heights):
            self._heights = heights
            self._refill(order, rows)
        else:
            for runner, row in rows.items():
                self._change(runner, row)
        status = top_line(roster, in_order, self._where, now_s, self._status.content_size.width)
        self._status.update(status, layout=False)
        chosen = self.chosen
        words = note(roster[chosen], now_s) if chosen is not None else ""
        self._detail.update(Content.assemble((f"{chosen}: ", "bold"), words or "quiet") if chosen else "", layout=False)

    def _lay_out_columns(self, width: int) -> None:
        """Replace the table's columns with those for a screen of this width."""
        self._width = width
        self._order = []
        self._table.clear(columns=True)
        self._columns = columns(width)
        for index, column in enumerate(self._columns):
            self._table.add_column(column.title, key=str(index), width=column.cells)

    def _refill(self, order: list[str], rows: dict[str, list[Content]]) -> None:
        chosen = self.chosen
        self._table.clear()
        for runner, height in zip(order, self._heights, strict=True):
            self._table.add_row(*rows[runner], key=runner, height=height)
        self._order = order
        self._shown = {runner: [each.markup for each in row] for runner, row in rows.items()}
        if chosen in rows:
            self._table.move_cursor(row=order.index(chosen), animate=False)

    def _change(self, runner: str, row: list[Content]) -> None:
        shown = self._shown[runner]
        for index, cell in enumerate(row):
            if cell.markup != shown[index]:
                shown[index] = cell.markup
                self._table.update_cell(runner, str(index), cell)
