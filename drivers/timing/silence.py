"""Missing notifications of sources that do not number them, estimated from arrival times."""

from __future__ import annotations

from collections import deque
from statistics import median

from dsp.signals import NS_PER_S

SILENCE_PERIODS = 2.5
"""A longer silence means loss; a late or a single skipped notification does not."""
BURST_PERIODS = 0.5
"""Notifications closer together than this were delayed together by the link."""
INTERVALS = 9


class SilenceCounter:
    """Counts what is missing from a steady source by its arrival times.

    A source whose intervals have become longer is slower, not lossy: the median of the last intervals sets the period,
    but never below the nominal one. Notifications that the link delayed and delivers in a burst are subtracted before
    a loss is reported.
    """

    def __init__(self, nominal_hz: float) -> None:
        self._nominal_ns = NS_PER_S / nominal_hz
        self._intervals_ns: deque[int] = deque(maxlen=INTERVALS)
        self._last_ns: int | None = None
        self._missing = 0

    def update(self, recv_ns: int) -> int:
        """Add an arrival; return how many are now known to be missing (reported one regular notification later)."""
        if self._last_ns is None:
            self._last_ns = recv_ns
            return 0
        interval_ns, self._last_ns = recv_ns - self._last_ns, recv_ns
        period_ns = self._nominal_ns
        if self._intervals_ns:
            period_ns = max(period_ns, median(self._intervals_ns))
        if interval_ns < BURST_PERIODS * self._nominal_ns:
            self._missing = max(0, self._missing - 1)
            return 0
        self._intervals_ns.append(interval_ns)
        reported, self._missing = self._missing, 0
        if interval_ns > SILENCE_PERIODS * period_ns:
            self._missing = round(interval_ns / period_ns) - 1
        return reported
