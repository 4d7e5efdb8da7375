"""The banner: mark, word and message in bold, the reason below; the kind decides the styling."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.state.announcement import Announcement
from tui.state.words import wrap_lines

PRESSING = ("warning", "stop")
"""Kinds whose text is what to do, so it is shown in full: they take rows from the widgets below."""
KINDS = ("quiet", "state", "trouble", "info", "advice", "warning", "stop")


class CueBanner(Static):
    """Shows one announcement; repaints only when it changes."""

    def __init__(self) -> None:
        super().__init__(id="banner")
        self.announcement: Announcement | None = None

    def show(self, announcement: Announcement) -> None:
        """Show `announcement`."""
        if announcement == self.announcement:
            return
        if self.announcement is None or announcement.kind != self.announcement.kind:
            for kind in KINDS:
                self.set_class(kind == announcement.kind, f"-{kind}")
        self.announcement = announcement
        self._take_rows()
        self._compose_text()

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        self._take_rows()
        self._compose_text()

    @property
    def rows_needed(self) -> int:
        """Rows needed at this width to show everything; in a quiet run, only the message."""
        if self.announcement is None:
            return 0
        now, (indent, reserved) = self.announcement, self._margins(self.announcement)
        room = self.content_size.width - indent
        why = "" if now.kind == "quiet" else now.why
        return len(wrap_lines(now.text, room, len(now.text), reserved=reserved)) + len(wrap_lines(why, room, len(why)))

    def _take_rows(self) -> None:
        now, rows = self.announcement, 0
        if now is not None and (now.kind in PRESSING or now.in_full):
            indent, reserved = self._margins(now)
            room = self.content_size.width - indent
            below = len(wrap_lines(now.why, room, len(now.why))) if now.in_full else bool(now.why)
            rows = len(wrap_lines(now.text, room, len(now.text), reserved=reserved)) + below
        self.styles.min_height = rows or None

    def _margins(self, now: Announcement) -> tuple[int, int]:
        """Return the indent of every line, and the cells reserved at the end of the first one."""
        return len(now.mark) + len(now.word) + 3, len(now.when) + 2 if now.when else 0

    def _compose_text(self) -> None:
        width, height = self.content_size
        if self.announcement is None or width < 1:
            return
        now = self.announcement
        label = f"{now.mark} {now.word}"
        indent, reserved = self._margins(now)
        room = width - indent
        message = wrap_lines(now.text, room, height, reserved=reserved)
        below = wrap_lines(now.why, room, height - len(message))
        first = message[0] if message else ""
        rows = [Content.assemble((label, "bold"), "  ", (first.ljust(room - reserved), "bold"))]
        if now.when:
            rows[0] = Content.assemble(rows[0], "  ", (now.when, "$why"))
        rows += [Content.styled(" " * indent + line, "bold") for line in message[1:]]
        rows += [Content.styled(" " * indent + line, "$why") for line in below]
        self.update(Content("\n").join(rows), layout=False)
