"""The cues so far, newest first, with their times: in full while there is room, else one line each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from textual.content import Content
from textual.widgets import Static

from dsp.records import Severity
from dsp.texts import clock
from tui.state.words import SEVERITY_MARK, wrap_lines

Entry: TypeAlias = tuple[float, Severity, str]
"""Time in seconds of the run (in a replay: of the recording), severity, text."""

TITLE, RECORDED = "Cues so far", "Cues so far, recording time"
_INDENT = 10


class CueLog(Static):
    """A list of cues, shown where there is room; the banner shows the newest one anyway."""

    def __init__(self) -> None:
        super().__init__(id="cues")
        self.border_title = TITLE
        self.entries: tuple[Entry, ...] | None = None

    def show(self, entries: Sequence[Entry], *, recorded: bool = False) -> None:
        """Show these cues, given oldest first; `recorded`: their times are of the recording."""
        self.border_title = RECORDED if recorded else TITLE
        if tuple(entries) == self.entries:
            return
        self.entries = tuple(entries)
        self._draw()

    def on_resize(self) -> None:
        """Fit to the new size."""
        self._draw()

    def _draw(self) -> None:
        width, height = self.content_size
        if not self.entries:
            self.update(Content.styled("None yet. Quiet is good.", "$dim"), layout=False)
            return
        rows: list[Content] = []
        newest = list(reversed(self.entries))[:height]
        spare = height - len(newest)
        for at_s, severity, text in newest:
            head = f"{clock(at_s):>{_INDENT - 3}} {SEVERITY_MARK[severity]} "
            first, *more = wrap_lines(text, width - _INDENT, 1 + spare) or [""]
            spare -= len(more)
            rows.append(Content.assemble((head, "$dim"), first))
            rows += [Content(" " * _INDENT + line) for line in more]
        self.update(Content("\n").join(rows), layout=False)
