"""An inconsistent fact of a profile: its key, and what is wrong with it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable


class FactError(Exception):
    """A problem found by the checks; `check_profile` adds the file's name."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(key, problem)
        self.key = key
        self.problem = problem


def check_known(name: str, among: Collection[str] | Iterable[str], key: str) -> None:
    """Raise FactError, suggesting the nearest name, unless `name` is one of `among`."""
    known = list(among)
    if name not in known:
        nearest = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {nearest[0]!r}?" if nearest else f"known: {', '.join(known) or 'none'}"
        raise FactError(key, f"no {name!r} here; {hint}")


def check_hex(text: str, key: str) -> None:
    """Raise FactError unless `text` is a string of hex bytes."""
    try:
        bytes.fromhex(text)
    except ValueError:
        raise FactError(key, f"{text!r} is not a string of hex bytes") from None
