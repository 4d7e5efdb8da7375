"""Words that others wrote, made fit for terminals, a voice and another process."""

from __future__ import annotations


def plain(text: str) -> str:
    """Give the words without control characters, line ends and runs of blanks."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def plain_or_none(text: str | None) -> str | None:
    """Give the words as `plain` does; None where nothing is left, or was there."""
    return None if text is None else plain(text) or None
