"""How near the runner is to a threshold: a bar of four steps, the state in words, and the reason."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from tui.state.words import wrap_lines

STEPS = ("clear", "watch", "near", "reached")
_COLOURS = ("$ok", "$watch", "$caution", "$bad")


class ThresholdGauge(Static):
    """A bar of four fields; filled fields and the bold word carry the meaning, so colour is not needed."""

    def __init__(self) -> None:
        super().__init__(id="gauge")
        self.border_title = "Threshold"
        self.level: int | None = None
        self.reason = ""
        self.short = ""
        self.more: tuple[str, ...] = ()

    def show(self, level: int | None, reason: str, short: str = "", more: Sequence[str] = (), below: str = "") -> None:
        """Show a state and its reason.

        level   index into STEPS (0 clear … 3 reached); None while unknown
        reason  why, in full
        short   used in place of `reason` if that does not fit
        more    further sentences, as many as fit
        below   caption in the frame
        """
        new = (level, reason, short, tuple(more))
        if new == (self.level, self.reason, self.short, self.more) and below == self.border_subtitle:
            return
        self.level, self.reason, self.short, self.more = new
        self.border_subtitle = below
        self.border_title = "Threshold" if level is None else f"Threshold · [b]{STEPS[level]}[/b]"
        self._draw()

    def on_resize(self) -> None:
        """Fit the bar to the new width."""
        self._draw()

    def _draw(self) -> None:
        width, height = self.content_size
        if width < 1:
            return
        cell = max(3, (width - 3) // len(STEPS))
        colour = "$rule" if self.level is None else _COLOURS[self.level]
        fields, names = [], []
        for index, name in enumerate(STEPS):
            on = self.level is not None and index <= self.level
            fields.append(Content.styled(("█" if on else "░") * cell, colour if on else "$rule"))
            names.append(Content.styled(name.center(cell)[:cell], "bold" if index == self.level else "$dim"))
        lines = [Content(" ").join(fields)]
        if height > 2:
            lines.append(Content(" ").join(names))
        room = height - len(lines)
        fits = len(wrap_lines(self.reason, width, len(self.reason))) <= room
        lines += [Content(line) for line in wrap_lines(self.reason if fits else self.short or self.reason, width, room)]
        for sentence in self.more:
            wrapped = wrap_lines(sentence, width, len(sentence))
            if len(lines) + len(wrapped) <= height:
                lines += [Content.styled(line, "$dim") for line in wrapped]
        self.update(Content("\n").join(lines), layout=False)
