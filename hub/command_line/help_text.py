"""Help texts wrapped to the terminal; example commands stay whole and name the program as it can be typed here."""

from __future__ import annotations

import argparse
import re
import textwrap

from hub.settings.folders import program

_FAR = 2 / 3
"""An explanation that would begin beyond this share of the width goes below its command instead of beside it."""
_BELOW = " " * 6
_CONTINUED = re.compile(r"\n {7,}(?=\S)")
_EXAMPLE = re.compile(r"  stridecue\b(?P<words>.*?)(?: {2,}(?P<does>\S.*))?$")


class HelpText(argparse.RawDescriptionHelpFormatter):
    """A help formatter that wraps all texts, never at a hyphen, since a path or a name is to be copied whole.

    `_fill_text` (description and epilog) and `_split_lines` (options) are argparse's hooks for that.
    """

    def _split_lines(self, text: str, width: int) -> list[str]:
        return textwrap.wrap(" ".join(text.split()), width, break_long_words=False, break_on_hyphens=False)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in wrapped(text, width, program()))


def wrapped(text: str, width: int, name: str) -> list[str]:
    """Wrap a text to lines of at most `width`: refill paragraphs, set examples with `name` as the program.

    Indented lines are examples (`  stridecue ...  explanation`), continued explanations, or quotations, which stay as
    they are.
    """
    lines: list[str] = []
    paragraph: list[str] = []
    for line in [*_CONTINUED.sub("  ", text).splitlines(), ""]:
        if line and not line.startswith(" "):
            paragraph.append(line)
            if not line.endswith(":"):
                continue
        lines += textwrap.wrap(" ".join(paragraph), width, break_long_words=False, break_on_hyphens=False)
        paragraph = []
        if line.startswith(" ") or not line:
            lines += _indented(line, width, name)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _indented(line: str, width: int, name: str) -> list[str]:
    example = _EXAMPLE.match(line)
    if example is not None:
        column = example.start("does") + len(name) - len("stridecue") if example["does"] else 0
        does = " ".join((example["does"] or "").split())
        return _example(f"  {name}{example['words'].rstrip()}", does, column, width)
    return [line]


def _example(command: str, does: str, column: int, width: int) -> list[str]:
    if not does:
        return [command]
    beside = command.ljust(column)
    if column > _FAR * width or len(beside) > column:
        return [command, *textwrap.wrap(does, width, initial_indent=_BELOW, subsequent_indent=_BELOW)]
    return textwrap.wrap(does, width, initial_indent=beside, subsequent_indent=" " * column)
