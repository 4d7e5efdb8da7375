"""What the runner should know about the hub itself: one line a subject, gone when all is well again."""

from __future__ import annotations

import logging
from collections.abc import Callable

FOR_ALL = ("missing", "radio", "sides", "clocks")
"""Subjects of which everybody reads what the runner reads: what is not measured, or lost on the way here."""
IN_SHORT = {"recording": "this run is not recorded as a whole"}
"""Subjects of which others read this: the runner's files are nobody else's business."""

_LOG = logging.getLogger("stridecue.notices")


class Notices:
    """A board of short texts; `changed` is told about each new one."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        self._texts: dict[str, str] = {}
        self._changed = changed

    @property
    def text(self) -> str | None:
        """All that stands on the board, None when it is empty."""
        return "; ".join(self._texts.values()) or None

    @property
    def for_others(self) -> str | None:
        """What others may read: nothing of other subjects, which may come with a report of pain, or name files."""
        told = [
            IN_SHORT.get(subject, text) for subject, text in self._texts.items() if subject in (*FOR_ALL, *IN_SHORT)
        ]
        return "; ".join(told) or None

    def put(self, subject: str, text: str, again: str = "") -> None:
        """Put up, replace or (empty text) take down what is said about a subject; `again` is said once it is over."""
        before = self._texts.get(subject, "")
        if text:
            self._texts[subject] = text
        else:
            self._texts.pop(subject, None)
        if _gist(text) != _gist(before):
            said = text or again or f"over: {before}"
            _LOG.warning("%s", said)
            self._changed(said)

    def about(self, subject: str, again: str = "") -> Callable[[str], None]:
        """Make the function that puts up texts about one subject; see `put`."""
        return lambda text: self.put(subject, text, again)


def _gist(text: str) -> str:
    """Leave out the numbers: a counter that rises is no news."""
    return "".join(each for each in text if not each.isdigit())
