"""Reporting an outage without flooding the log: a broker may be away for days and is tried every few seconds."""

from __future__ import annotations

from collections.abc import Callable


class Outage:
    """Passes each reason to `report` once per outage, and calls `over` when the connection is back."""

    def __init__(self, report: Callable[[str], None], over: Callable[[], None]) -> None:
        self._report = report
        self._over = over
        self._reported: set[str] = set()

    def because(self, reason: str) -> None:
        """Report why an attempt failed, unless that was reported before."""
        if reason not in self._reported:
            self._reported.add(reason)
            self._report(reason)

    def over(self) -> None:
        """Report that the connection is back, if there was an outage."""
        if self._reported:
            self._reported.clear()
            self._over()
