"""A line of progress on stderr, shown only on a terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

_EVERY_S = 0.1


class Progress:
    """A context manager that shows progress and clears the line at the end."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._shown = sys.stderr.isatty()
        self._next_s = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def share(self, share: float) -> None:
        """Show the share that is done, 0 to 1."""
        self.text(f"{100 * share:.0f} %")

    def text(self, text: str) -> None:
        """Show the progress as text, at most ten times a second."""
        if self._shown and (now_s := time.monotonic()) >= self._next_s:
            self._next_s = now_s + _EVERY_S
            sys.stderr.write(f"\r\x1b[K{self._doing}: {text}")
            sys.stderr.flush()
