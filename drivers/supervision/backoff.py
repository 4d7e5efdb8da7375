"""How long to wait before the next attempt: longer each time, up to a cap, never in step with others."""

from __future__ import annotations

import random


class Backoff:
    """Doubles from `first_s` to `cap_s`; each wait is shortened or lengthened by up to `jitter` of itself."""

    def __init__(
        self, *, first_s: float = 0.25, cap_s: float = 8.0, jitter: float = 0.3, chance: random.Random | None = None
    ) -> None:
        if not (0 < first_s <= cap_s and 0 <= jitter < 1):
            raise ValueError(f"first_s={first_s}, cap_s={cap_s}, jitter={jitter}: want 0 < first <= cap, jitter < 1")
        self._first_s = first_s
        self._cap_s = cap_s
        self._jitter = jitter
        self._chance = chance or random.Random()
        self._next_s = first_s

    def next_s(self) -> float:
        """Give the wait before the next attempt; never more than the cap."""
        wait_s = self._next_s * (1 + self._chance.uniform(-self._jitter, self._jitter))
        self._next_s = min(self._next_s * 2, self._cap_s)
        return min(wait_s, self._cap_s)

    def reset(self) -> None:
        """Begin anew: something worked."""
        self._next_s = self._first_s
