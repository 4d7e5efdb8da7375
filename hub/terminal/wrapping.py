"""Wrap lines at the terminal's width between words; a terminal itself would break them anywhere."""

from __future__ import annotations

import shutil
import textwrap
from typing import TextIO

NARROWEST = 30
"""Minimum width to wrap to, in columns; a narrower terminal may break lines anywhere."""


def wrap_words(text: str, out: TextIO, first: str = "", below: str | None = None) -> str:
    """Wrap lines wider than the terminal `out`; unchanged if `out` is a file, so that it can be searched by line.

    A word wider than the terminal, such as a command or a path, stays whole so that it can be copied.

    first  prefix of the first line    below  prefix of further lines; None: as many spaces
    """
    if not out.isatty():
        return first + text
    width = max(NARROWEST, shutil.get_terminal_size().columns)
    below = " " * len(first) if below is None else below
    lines: list[str] = []
    for line in text.split("\n"):
        begin = below if lines else first
        if len(begin) + len(line) <= width:
            lines.append(begin + line)
        else:
            lines += textwrap.wrap(
                line,
                width,
                initial_indent=begin,
                subsequent_indent=below,
                break_long_words=False,
                break_on_hyphens=False,
            )
    return "\n".join(lines)
