"""Lines for a terminal that is narrower than they are: broken between words, which the terminal itself does not do."""

from __future__ import annotations

import shutil
import textwrap
from typing import TextIO

NARROWEST = 30
"""Columns; below that the terminal may break what it likes."""


def between_words(text: str, out: TextIO, first: str = "", below: str | None = None) -> str:
    """Break what is wider than the terminal; a file gets each line whole, for who searches it.

    A command or a path that is wider than the terminal stays whole: it is there to be copied.

    first  what the first line begins with    below  what further lines begin with; None: as many blanks
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
