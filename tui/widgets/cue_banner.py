"""The banner: mark, word and message in bold, the reason below. The look follows the kind."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.state.announcement import Announcement
from tui.state.words import lines_of

PRESSING = ("warning", "stop")
"""What to do is in their text, all of it: they take the rows they need, off what is below."""
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
        self._take_rows()
        self._compose_text()

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        self._take_rows()
        self._compose_text()

    @property
    def rows_needed(self) -> int:
        """Rows that are wanted at this width: for all of it, and of a quiet run for what holds now."""
        if self.saying is None:
            return 0
        say, (indent, taken) = self.saying, self._beside(self.saying)
        room = self.content_size.width - indent
        why = "" if say.kind == "quiet" else say.why
        return len(lines_of(say.text, room, len(say.text), taken=taken)) + len(lines_of(why, room, len(why)))

    def _take_rows(self) -> None:
        say, rows = self.saying, 0
        if say is not None and (say.kind in PRESSING or say.all_of_it):
            indent, taken = self._beside(say)
            room = self.content_size.width - indent
            below = len(lines_of(say.why, room, len(say.why))) if say.all_of_it else bool(say.why)
            rows = len(lines_of(say.text, room, len(say.text), taken=taken)) + below
        self.styles.min_height = rows or None

    def _beside(self, say: Announcement) -> tuple[int, int]:
        """Cells before every line, and at the end of the first one."""
        return len(say.mark) + len(say.word) + 3, len(say.when) + 2 if say.when else 0

    def _compose_text(self) -> None:
        width, height = self.content_size
        if self.saying is None or width < 1:
            return
        say = self.saying
        label = f"{say.mark} {say.word}"
        indent, taken = self._beside(say)
        room = width - indent
        message = lines_of(say.text, room, height, taken=taken)
        below = lines_of(say.why, room, height - len(message))
        first = message[0] if message else ""
        rows = [Content.assemble((label, "bold"), "  ", (first.ljust(room - taken), "bold"))]
        if say.when:
            rows[0] = Content.assemble(rows[0], "  ", (say.when, "$why"))
        rows += [Content.styled(" " * indent + line, "bold") for line in message[1:]]
        rows += [Content.styled(" " * indent + line, "$why") for line in below]
        self.update(Content("\n").join(rows), layout=False)
