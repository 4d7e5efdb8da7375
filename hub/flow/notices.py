"""Notices to the runner about the hub itself: one line per subject, removed once the problem is over."""

from __future__ import annotations

import logging
from collections.abc import Callable

FOR_ALL = ("missing", "radio", "sides", "clocks", "axes", "axes left", "axes right")
"""Subjects published in full to everyone: what is not measured, or lost on the way here."""
IN_SHORT = {"recording": "this run is not recorded as a whole"}
"""Subjects of which others read this text instead: the runner's files are private."""

_LOG = logging.getLogger("stridecue.notices")


class Notices:
    """The current notices by subject; `changed` is called with each new text."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        self._texts: dict[str, str] = {}
        self._changed = changed

    @property
    def text(self) -> str | None:
        """All current notices as one text; None when there are none."""
        return "; ".join(self._texts.values()) or None

    @property
    def for_others(self) -> str | None:
        """The notices that others may read; the other subjects may accompany a pain report or name files."""
        shown = [
            IN_SHORT.get(subject, text) for subject, text in self._texts.items() if subject in (*FOR_ALL, *IN_SHORT)
        ]
        return "; ".join(shown) or None

    def put(self, subject: str, text: str, again: str = "") -> None:
        """Set, replace or (empty text) clear the notice on a subject; `again` is reported once it is cleared."""
        before = self._texts.get(subject, "")
        if text:
            self._texts[subject] = text
        else:
            self._texts.pop(subject, None)
        if _without_digits(text) != _without_digits(before):
            news = text or again or f"over: {before}"
            _LOG.warning("%s", news)
            self._changed(news)

    def about(self, subject: str, again: str = "") -> Callable[[str], None]:
        """Return a function that sets the notice on one subject; see `put`."""
        return lambda text: self.put(subject, text, again)


def _without_digits(text: str) -> str:
    """Return the text without its numbers: a rising counter is not a new notice."""
    return "".join(each for each in text if not each.isdigit())
