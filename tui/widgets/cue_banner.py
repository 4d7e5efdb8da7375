"""The banner: mark, word and message in bold, the reason below. The look follows the kind."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.announcement import Announcement
from tui.words import lines_of

KINDS = ("quiet", "state", "trouble", "info", "advice", "warning", "stop")


class CueBanner(Static):
    """Repaints only when it says something else."""

    def __init__(self) -> None:
        super().__init__(id="banner")
        self.saying: Announcement | None = None

    def show(self, saying: Announcement) -> None:
        """Say `saying`."""
        if saying == self.saying:
            return
        if self.saying is None or saying.kind != self.saying.kind:
            for kind in KINDS:
                self.set_class(kind == saying.kind, f"-{kind}")
        self.saying = saying
        self._compose_text()

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        self._compose_text()

    def _compose_text(self) -> None:
        width, height = self.content_size
        if self.saying is None or width < 1:
            return
        say = self.saying
        label = f"{say.mark} {say.word}"
        indent = len(label) + 2
        room = width - indent
        taken = len(say.when) + 2 if say.when else 0
        message = lines_of(say.text, room, height, taken=taken)
        below = lines_of(say.why, room, height - len(message))
        first = message[0] if message else ""
        rows = [Content.assemble((label, "bold"), "  ", (first.ljust(room - taken), "bold"))]
        if say.when:
            rows[0] = Content.assemble(rows[0], "  ", (say.when, "$dim"))
        rows += [Content.styled(" " * indent + line, "bold") for line in message[1:]]
        rows += [Content.styled(" " * indent + line, "$dim") for line in below]
        self.update(Content("\n").join(rows), layout=False)
