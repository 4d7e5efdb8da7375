"""What was said to a replay by who watches it, each in its place among the items of the recording."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.packets import Said

MOST = 1000
"""Nobody says more by hand; what a script says beyond this is not said again."""


class ByHand:
    """In the order of the recording; what has been said again, or for the first time, is behind."""

    def __init__(self) -> None:
        self._said: list[tuple[int, Said]] = []  # so many items of the recording came before it
        self._behind = 0

    def add(self, item: int, said: Said) -> None:
        """Remember what is said now, where `item` is the next of the recording."""
        if len(self._said) < MOST:
            self._said.insert(self._behind, (item, said))
            self._behind += 1

    def due(self, item: int) -> Iterator[Said]:
        """Give, once each, what is to be said again before this item of the recording."""
        while self._behind < len(self._said) and self._said[self._behind][0] <= item:
            self._behind += 1
            yield self._said[self._behind - 1][1]

    def is_due(self, item: int) -> bool:
        """Tell whether something is to be said again before this item."""
        return self._behind < len(self._said) and self._said[self._behind][0] <= item

    def rewind(self, item: int) -> None:
        """Go on from a checkpoint before this item: all that was said before it is in there; at the start, nothing."""
        self._behind = sum(before <= item for before, _ in self._said) if item else 0

    def forget_after(self, t_ns: int) -> int | None:
        """Forget what was said later than this; gives the item before which the first of it was said."""
        forgotten = [item for item, said in self._said if said.t_ns > t_ns]
        self._said = [(item, said) for item, said in self._said if said.t_ns <= t_ns]
        self._behind = min(self._behind, len(self._said))
        return min(forgotten, default=None)
