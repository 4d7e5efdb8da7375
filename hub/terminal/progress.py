"""One line of progress on a terminal; nothing anywhere else."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

_EVERY_S = 0.1


class Progress:
    """Use as a context manager; the line is wiped at the end."""

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
        """Show how much is done, 0 to 1."""
        self.text(f"{100 * share:.0f} %")

    def text(self, text: str) -> None:
        """Show how far it is, in words."""
        if self._shown and (now_s := time.monotonic()) >= self._next_s:
            self._next_s = now_s + _EVERY_S
            sys.stderr.write(f"\r\x1b[K{self._doing}: {text}")
            sys.stderr.flush()
