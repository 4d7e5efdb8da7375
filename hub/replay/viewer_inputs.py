"""Inputs given to a replay by its viewer, each at its position among the items of the recording."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.packets import UserInput

MAX_INPUTS = 1000
"""More than anyone enters by hand; a script's further inputs are not repeated."""


class ViewerInputs:
    """The inputs in the order of the recording, and how many of them lie behind the current position."""

    def __init__(self) -> None:
        self._inputs: list[tuple[int, UserInput]] = []  # with the number of items of the recording before it
        self._behind = 0

    def add(self, item: int, user_input: UserInput) -> None:
        """Remember an input given now, before `item` of the recording."""
        if len(self._inputs) < MAX_INPUTS:
            self._inputs.insert(self._behind, (item, user_input))
            self._behind += 1

    def due(self, item: int) -> Iterator[UserInput]:
        """Yield, once each, the inputs to repeat before this item of the recording."""
        while self._behind < len(self._inputs) and self._inputs[self._behind][0] <= item:
            self._behind += 1
            yield self._inputs[self._behind - 1][1]

    def is_due(self, item: int) -> bool:
        """Whether an input is to be repeated before this item."""
        return self._behind < len(self._inputs) and self._inputs[self._behind][0] <= item

    def rewind(self, item: int) -> None:
        """Continue from a checkpoint before `item`, which contains all inputs before it (at the start, none)."""
        self._behind = sum(before <= item for before, _ in self._inputs) if item else 0

    def forget_after(self, t_ns: int) -> int | None:
        """Forget the inputs after `t_ns`; returns the item before which the first of them was given, None if none."""
        forgotten = [item for item, user_input in self._inputs if user_input.t_ns > t_ns]
        self._inputs = [(item, user_input) for item, user_input in self._inputs if user_input.t_ns <= t_ns]
        self._behind = min(self._behind, len(self._inputs))
        return min(forgotten, default=None)
