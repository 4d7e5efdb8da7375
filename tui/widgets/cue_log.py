"""The cues so far, newest first, with the time they came at: in full while there is room, then a line each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from textual.content import Content
from textual.widgets import Static

from dsp.records import Severity
from dsp.texts import clock
from tui.state.words import SEVERITY_MARK, lines_of

Said: TypeAlias = tuple[float, Severity, str]
"""Time in seconds, of the run or, in a replay, of the recording; severity, text."""

TITLE, RECORDED = "Cues so far", "Cues so far, recording time"
_INDENT = 10


class CueLog(Static):
    """Shown where there is room; the banner has the newest one anyway."""

    def __init__(self) -> None:
        super().__init__(id="cues")
        self.border_title = TITLE
        self.said: tuple[Said, ...] | None = None

    def show(self, said: Sequence[Said], *, recorded: bool = False) -> None:
        """Show these, oldest first as they came; `recorded`: with times of the recording."""
        self.border_title = RECORDED if recorded else TITLE
        if tuple(said) == self.said:
            return
        self.said = tuple(said)
        self._draw()

    def on_resize(self) -> None:
        """Fit to the new size."""
        self._draw()

    def _draw(self) -> None:
        width, height = self.content_size
        if not self.said:
            self.update(Content.styled("None yet. Quiet is good.", "$dim"), layout=False)
            return
        rows: list[Content] = []
        newest = list(reversed(self.said))[:height]
        spare = height - len(newest)
        for at_s, severity, text in newest:
            head = f"{clock(at_s):>{_INDENT - 3}} {SEVERITY_MARK[severity]} "
            first, *more = lines_of(text, width - _INDENT, 1 + spare) or [""]
            spare -= len(more)
            rows.append(Content.assemble((head, "$dim"), first))
            rows += [Content(" " * _INDENT + line) for line in more]
        self.update(Content("\n").join(rows), layout=False)
