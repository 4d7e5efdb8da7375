"""The progress of a replay: position, length and speed, and the marks along it."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content
from textual.widgets import Static

from dsp.texts import clock
from hub.messages.session_status import ReplayStatus
from tui.state.replay_marks import SIGN, arranged, cell

_STATE = {
    "playing": ("▶", "playing"),
    "paused": ("‖", "paused"),
    "seeking": ("»", "skipping"),
    "ended": ("■", "the end"),
}
_COLOUR = {"cue": "$foreground", "threshold": "$caution", "mark": "$watch", "pain": "$bad"}
CLOCK = "recording time"
"""Kind of time on this line and of all marks on it; the top line shows running time."""
SCANNING = "scanning the recording …"
_APART = 2


class ReplayLine(Static):
    """A bar with marks, and a line of words below it; repaints only when something has changed."""

    DEFAULT_CSS: ClassVar[str] = """
    ReplayLine { height: 2; padding: 0 1; background: $panel; text-wrap: nowrap; }
    .-flat ReplayLine { height: 1; }
    """

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
        if self.status is not None:
            width = self.content_size.width
            self.update(Content.assemble(_line(self.status, width), "\n", _words(self.status, width)), layout=False)


def _line(now: ReplayStatus, width: int) -> Content:
    at_s = now.position_s if now.target_s is None else now.target_s
    left = f"{_STATE[now.state][0]} {clock(at_s)} "
    right = "" if now.duration_s is None else f" {clock(now.duration_s)}"
    room = width - len(left) - len(right)
    bar = _bar(now, now.duration_s, room) if now.duration_s and room > 1 else Content(" " * max(0, room))
    return Content.assemble((left, "bold"), bar, (right, "$dim"))


def _bar(now: ReplayStatus, duration_s: float, width: int) -> Content:
    played = cell(now.position_s, duration_s, width)
    cells = [("━", "$accent") if i < played else ("─", "$faint") for i in range(width)]
    for at, kind in arranged(now.marks, duration_s, width).items():
        cells[at] = (SIGN[kind], _COLOUR[kind])
    cells[played] = ("●", "bold $accent")
    return Content.assemble(*cells)


def _words(now: ReplayStatus, width: int) -> Content:
    left = f"{_STATE[now.state][1]} · {now.speed:g} x speed"
    with_clock = f"{left} · {CLOCK}"
    left = with_clock if len(with_clock) <= width else left
    if now.duration_s is None:
        legend = Content.styled(SCANNING, "$dim")
    else:
        signs = [Content.assemble((sign, _COLOUR[kind]), (f" {kind}", "$dim")) for kind, sign in SIGN.items()]
        legend = Content("  ").join(signs)
    room = width - len(left) - legend.cell_length
    return Content.assemble(left, " " * room, legend) if room >= _APART else Content(left)
