"""What is said of a word that means nothing here."""

from __future__ import annotations

import difflib

from dsp.texts import place_word


def nearest(word: str, valid: list[str]) -> str:
    """Name the valid word that was probably meant, or all of them."""
    shown = [each for each in valid if place_word(each) == word.lower()]  # as screens call it: the sacrum is the hip
    close = shown or difflib.get_close_matches(word, valid, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"valid: {', '.join(sorted(valid))}"
