"""The coach's screen: every runner a row, those who need somebody on top."""

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
from tui.widgets.roster_row import cells, says
from tui.widgets.roster_status import top_line

_MOST_ROWS = 3
"""Of a runner, for what is said in full, while everybody stays on the screen."""
_NOBODY = (
    "No runner is heard on this broker yet.\n\n"
    "A hub that is told to publish here shows up by itself:\nmqtt.url in its configuration, docs/configuration.md"
)
_NO_BROKER = (
    "No broker answers there yet; this goes on trying.\n\n"
    "On this machine one runs with `stridecue run`, or `stridecue demo` to try it.\n"
    "Another machine's: stridecue watch --broker mqtt://ADDRESS"
)


class Runners(DataTable[Content]):
    """A table whose rows open at a click or a tap, as with Enter; by itself it wants two clicks on one cell."""

    async def on_click(self, event: Click) -> None:
        """Choose the row and open it; the head is no row."""
        row = event.style.meta.get("row", -1)
        if row >= 0:
            event.stop()
            event.prevent_default()
            self.move_cursor(row=row, animate=False)
            await self.app.run_action("open")


class RosterScreen(Screen[None]):
    """Shows a Roster; the row that is chosen stays chosen when the order changes."""

    CSS_PATH = "roster.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "app.open", "Open", priority=True)]

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where
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
        """Status, table, footer."""
        yield self._status
        yield self._table
        yield self._empty
        yield self._detail
        yield KeyFooter(show_command_palette=False)

    def on_mount(self) -> None:
        """The table takes the keys."""
        self._table.focus()

    @property
    def chosen(self) -> str | None:
        """Whose row the cursor is on."""
        row = self._table.cursor_row
        return self._order[row] if 0 <= row < len(self._order) else None

    def paint(self, roster: Roster, now_s: float) -> None:
        """Bring everything up to date; only what changed is drawn again."""
        in_order = roster.in_order(now_s)
        self.set_class(not in_order, "-empty")
        self._empty.update(_NOBODY if roster.link.up else _NO_BROKER)
        if self.size.width != self._width:
            self._head(self.size.width)
        wide = self._width >= WIDE_FROM
        order = [each.runner for each in in_order]
        most = _MOST_ROWS if wide and _MOST_ROWS * len(order) < self._table.size.height else 1
        rows = {each.runner: cells(each, now_s, self._columns, says_rows=most) for each in in_order}
        heights = [1 + max(cell.plain.count("\n") for cell in rows[runner]) for runner in order]
        if (order, heights) != (self._order, self._heights):
            self._heights = heights
            self._refill(order, rows)
        else:
            for runner, row in rows.items():
                self._change(runner, row)
        words = top_line(roster, in_order, self._where, now_s, self._status.content_size.width)
        self._status.update(words, layout=False)
        chosen = self.chosen
        said = says(roster[chosen], now_s) if chosen is not None else ""
        self._detail.update(Content.assemble((f"{chosen}: ", "bold"), said or "quiet") if chosen else "", layout=False)

    def _head(self, width: int) -> None:
        """Lay out the columns for a screen this wide."""
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
