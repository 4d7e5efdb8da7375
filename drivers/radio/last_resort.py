"""Decide when to reset the adapter: only that cures a stack that stays "in progress" or hears nothing."""

from __future__ import annotations

from dataclasses import dataclass

BUSY_TIMES = 3
"""Consecutive scans or connects, each tried several times, that the stack refused as busy. If bluetoothd was killed
during a scan, that is permanent (seen in a VM: 8 of 8); another program's scan ends sooner."""

DEAF_SCANS = 5
"""Consecutive complete scans without any advertisement, while no link is up: about a minute and a half."""

SPACING_S = 120.0
"""Minimum time between resets: one that did not help will not help if repeated at once."""


@dataclass(slots=True)
class LastResort:
    """Counts the signs of a stuck adapter; times are the loop's, in s."""

    busy: int = 0
    deaf: int = 0
    resets: int = 0
    _not_before_s: float = float("-inf")

    def note_busy(self) -> None:
        """Note a scan or connect that was refused as busy, including its retries."""
        self.busy += 1

    def note_scan(self, *, heard: bool) -> None:
        """Note a scan that ran to its end, or that heard something."""
        self.busy = 0
        self.deaf = 0 if heard else self.deaf + 1

    def note_link(self) -> None:
        """Note a successful connect."""
        self.busy = self.deaf = 0

    def is_due(self, now_s: float, *, links: int, shared: bool) -> bool:
        """Return whether to reset now.

        links   number of this hub's links that are up; if any is, silent scans are no reason for a reset
        shared  whether a reset would cut other programs' links; silent scans are then no reason either, since being
                out of range looks the same
        """
        stuck = self.busy >= BUSY_TIMES
        deaf = self.deaf >= DEAF_SCANS and not links and not shared
        return (stuck or deaf) and now_s >= self._not_before_s

    def begin(self, now_s: float) -> None:
        """Note that a reset has begun."""
        self.resets += 1
        self.busy = self.deaf = 0
        self._not_before_s = now_s + SPACING_S
