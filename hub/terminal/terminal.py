"""The terminal that hub and dashboard share: detect it, print to it, and restore it after a killed dashboard."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from typing import Any, TextIO

from hub.terminal.wrapping import wrap_words

# Show the cursor; turn off mouse, bracketed paste and attributes.
_MODES = b"\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?2004l\x1b[<u\x1b[0m"
# Leave the alternate screen. Sent twice, it would move the cursor back to where it was before, over later output.
_LEAVE = b"\x1b[?1049l"
_BY_ITSELF = (1, 2)
"""Exit codes of a dashboard that failed or was called with wrong arguments, and left the alternate screen itself."""


def is_interactive() -> bool:
    """Whether stdin, stdout and stderr are all a terminal; otherwise a dashboard would spin or draw into files."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def echo(text: str, out: TextIO | None = None) -> None:
    """Print a line, wrapped on a terminal; raises OSError if the reader is gone."""
    out = sys.stdout if out is None else out
    print(wrap_words(text, out), file=out, flush=True)


def echo_rows(rows: str, out: TextIO, indent: int) -> None:
    """Print rows laid out for 80 columns; a narrower terminal wraps them, with continuation lines at `indent`."""
    for row in rows.split("\n"):
        print(wrap_words(row, out, below=" " * indent), file=out, flush=True)


def try_echo(text: str, out: TextIO) -> None:
    """Print a line that a run can do without: ignores OSError, as when the terminal or the reader of a pipe is gone."""
    with contextlib.suppress(OSError):
        echo(text, out)


class SavedTerminal:
    """The terminal settings at the start, to restore them when the dashboard could not."""

    def __init__(self) -> None:
        self._termios: Any = None
        self._settings: Any = None
        with contextlib.suppress(ImportError):  # Windows has none
            self._termios = importlib.import_module("termios")
        if self._termios is not None:
            with contextlib.suppress(self._termios.error, ValueError, OSError):
                self._settings = self._termios.tcgetattr(sys.stdin.fileno())

    def restore(self, code: int) -> None:
        """Restore settings and screen after a child that ended with `code`; does nothing if the terminal is gone."""
        if self._termios is not None and self._settings is not None:
            with contextlib.suppress(self._termios.error, OSError):
                self._termios.tcsetattr(sys.stdin.fileno(), self._termios.TCSANOW, self._settings)
        with contextlib.suppress(OSError):
            os.write(sys.stderr.fileno(), _MODES if code in _BY_ITSELF else _LEAVE + _MODES + b"\r\n")
