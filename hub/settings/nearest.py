"""Suggestions for an unknown word."""

from __future__ import annotations

import difflib

from dsp.texts import place_word


def nearest(word: str, valid: list[str]) -> str:
    """Return a hint that names the closest valid word, or all of them."""
    shown = [
        each for each in valid if place_word(each) == word.lower()
    ]  # the name that screens use: the sacrum is the hip
    close = shown or difflib.get_close_matches(word, valid, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"valid: {', '.join(sorted(valid))}"
