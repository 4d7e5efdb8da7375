"""Where a replay is: position, length and speed, and what is to be found where."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content
from textual.widgets import Static

from hub.messages.wire import ReplayStatus
from tui.state.words import clock

_STATE_MARK = {"playing": "▶", "paused": "‖", "seeking": "»", "ended": "■"}
MARKS = {"cue": ("◆", "$foreground"), "threshold": ("▲", "$caution"), "pain": ("✚", "$bad")}
"""Shape and colour; where several fall on one cell the last one here is seen."""
_RANK = list(MARKS)


class ReplayLine(Static):
    """One line, repainted when something on it has changed."""

    DEFAULT_CSS: ClassVar[str] = "ReplayLine { height: 1; padding: 0 1; background: $panel; text-wrap: nowrap; }"

    def __init__(self) -> None:
        super().__init__(id="replay")
        self.status: ReplayStatus | None = None

    def show(self, status: ReplayStatus) -> None:
        """Show `status`."""
        if status != self.status:
            self.status = status
            self._draw()

    def on_resize(self) -> None:
        """Fit to the new width."""
        self._draw()

    def _draw(self) -> None:
        now = self.status
        if now is None:
            return
        at_s = now.position_s if now.target_s is None else now.target_s
        left = f"{_STATE_MARK[now.state]} {clock(at_s)} "
        right = f" {'' if now.duration_s is None else clock(now.duration_s)}  {now.speed:g} x"
        room = self.content_size.width - len(left) - len(right)
        bar = _bar(now, room) if now.duration_s and room > 1 else Content(" " * max(0, room))
        self.update(Content.assemble((left, "bold"), bar, (right, "$dim")), layout=False)


def _bar(now: ReplayStatus, width: int) -> Content:
    duration_s = max(now.duration_s or 0.0, 1e-9)
    played = _cell(now.position_s, duration_s, width)
    cells = [("━", "$accent") if i < played else ("─", "$faint") for i in range(width)]
    for mark in sorted(now.marks, key=lambda mark: _RANK.index(mark.kind)):
        cells[_cell(mark.t_s, duration_s, width)] = MARKS[mark.kind]
    cells[played] = ("●", "bold $accent")
    return Content.assemble(*cells)


def _cell(t_s: float, duration_s: float, width: int) -> int:
    return min(width - 1, max(0, int(width * t_s / duration_s)))
