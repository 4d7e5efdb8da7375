"""Numbers as large as the space allows, in block characters that every monospaced font has."""

from __future__ import annotations

_DOTS = {
    "0": ("███", "█ █", "█ █", "█ █", "███"),
    "1": (" █ ", "██ ", " █ ", " █ ", "███"),
    "2": ("███", "  █", "███", "█  ", "███"),
    "3": ("███", "  █", "███", "  █", "███"),
    "4": ("█ █", "█ █", "███", "  █", "  █"),
    "5": ("███", "█  ", "███", "  █", "███"),
    "6": ("███", "█  ", "███", "█ █", "███"),
    "7": ("███", "  █", "  █", "  █", "  █"),
    "8": ("███", "█ █", "███", "█ █", "███"),
    "9": ("███", "█ █", "███", "  █", "███"),
    "-": ("   ", "   ", "███", "   ", "   "),
    ".": (" ", " ", " ", " ", "█"),
}
"""Three by five, the smallest grid on which all digits differ; a dot is two cells wide, so that it is square."""

_HALVES = {
    "0": ("█▀▀█", "█  █", "█▄▄█"),
    "1": (" ▄█ ", "  █ ", " ▄█▄"),
    "2": ("▀▀▀█", "█▀▀▀", "█▄▄▄"),
    "3": ("▀▀▀█", " ▀▀█", "▄▄▄█"),
    "4": ("█  █", "▀▀▀█", "   █"),
    "5": ("█▀▀▀", "▀▀▀█", "▄▄▄█"),
    "6": ("█▀▀▀", "█▀▀█", "█▄▄█"),
    "7": ("▀▀▀█", "   █", "   █"),
    "8": ("█▀▀█", "█▀▀█", "█▄▄█"),
    "9": ("█▀▀█", "▀▀▀█", "▄▄▄█"),
    "-": ("   ", "▀▀▀", "   "),
    ".": (" ", " ", "▄"),
}
"""Half blocks: readable across a room in three rows."""

_LARGEST_SCALE = 3


def numeral_lines(text: str, width: int, height: int) -> list[str]:
    """Return `text` in the largest form that fits into width x height cells, as lines of equal length.

    Text with characters that have no large form (words, "--") is returned as it is, cut to `width`.
    """
    if text.strip("-") and all(each in _DOTS for each in text):
        for scale in range(_LARGEST_SCALE, 0, -1):
            lines = _scaled(text, scale)
            if len(lines) <= height and len(lines[0]) <= width:
                return lines
        small = [" ".join(_HALVES[each][row] for each in text) for row in range(3)]
        if height >= 3 and len(small[0]) <= width:
            return small
    return [text[:width]]


def _scaled(text: str, scale: int) -> list[str]:
    rows = [" ".join(_DOTS[each][row] for each in text) for row in range(5)]
    return ["".join(2 * scale * cell for cell in row) for row in rows for _ in range(scale)]
