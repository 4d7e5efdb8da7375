"""Exponential backoff with a cap and jitter."""

from __future__ import annotations

import random


class Backoff:
    """Waits that double from `first_s` to `cap_s`, each varied by up to +-`jitter` of its length.

    chance  random generator for the jitter
    """

    def __init__(
        self, *, first_s: float = 0.25, cap_s: float = 8.0, jitter: float = 0.3, chance: random.Random | None = None
    ) -> None:
        if not (0 < first_s <= cap_s and 0 <= jitter < 1):
            raise ValueError(f"first_s={first_s}, cap_s={cap_s}, jitter={jitter}: need 0 < first <= cap, jitter < 1")
        self._first_s = first_s
        self._cap_s = cap_s
        self._jitter = jitter
        self._chance = chance or random.Random()
        self._next_s = first_s

    def next_s(self) -> float:
        """Return the wait before the next attempt, never more than the cap."""
        wait_s = self._next_s * (1 + self._chance.uniform(-self._jitter, self._jitter))
        self._next_s = min(self._next_s * 2, self._cap_s)
        return min(wait_s, self._cap_s)

    def reset(self) -> None:
        """Start again with the first wait, after a success."""
        self._next_s = self._first_s
