"""Sanitising text from others for terminals, speech and other processes."""

from __future__ import annotations


def plain(text: str) -> str:
    """Return the text without control characters and line breaks, whitespace collapsed."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def plain_or_none(text: str | None) -> str | None:
    """Return the text as `plain` does; None when it is None or nothing is left."""
    return None if text is None else plain(text) or None
