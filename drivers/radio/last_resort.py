"""When to reset the adapter: only a reset helps against a stack that says "in progress" for ever, or hears nothing."""

from __future__ import annotations

from dataclasses import dataclass

BUSY_TIMES = 3
"""Scans or connects in a row, each tried several times, that the stack refused as busy. With bluetoothd killed during
a scan it says so for ever (seen in a VM: 8 of 8); another program's scan is over sooner."""

DEAF_SCANS = 5
"""Whole scans in a row without one advertisement of anything, while no link is up: about a minute and a half."""

SPACING_S = 120.0
"""Between resets: one that did not help will not help at once."""


@dataclass(slots=True)
class LastResort:
    """Counts what points to a stuck adapter; times are the loop's, s."""

    busy: int = 0
    deaf: int = 0
    resets: int = 0
    _not_before_s: float = float("-inf")

    def note_busy(self) -> None:
        """A scan or connect was refused as busy, several times over."""
        self.busy += 1

    def note_scan(self, *, heard: bool) -> None:
        """A scan ran its whole time, or heard something."""
        self.busy = 0
        self.deaf = 0 if heard else self.deaf + 1

    def note_link(self) -> None:
        """A connect went well."""
        self.busy = self.deaf = 0

    def is_due(self, now_s: float, *, links: int, shared: bool) -> bool:
        """Tell whether to reset now.

        links   of ours that are up: they still work, so deafness is no reason
        shared  somebody else's links would be cut: deafness is then no reason either, being out of range looks alike
        """
        stuck = self.busy >= BUSY_TIMES
        deaf = self.deaf >= DEAF_SCANS and not links and not shared
        return (stuck or deaf) and now_s >= self._not_before_s

    def begin(self, now_s: float) -> None:
        """Note that a reset is being done."""
        self.resets += 1
        self.busy = self.deaf = 0
        self._not_before_s = now_s + SPACING_S
