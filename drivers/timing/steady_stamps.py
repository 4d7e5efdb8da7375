"""Detects damaged device timestamps: those that jump out of an even stream to where no packet can belong.

A sensor samples evenly, so each timestamp predicts the following ones. The median of the last five predictions is
correct as long as no more than two of them are damaged, by any amount; a clock that was set is followed from the third
packet on. A timestamp that jumps ahead may follow a gap: it is accepted as far as the packet's arrival allows, since no
packet arrives before it was measured. One that jumps back is damaged, unless the packet arrived too early for where it
should be: then the samples themselves are uneven.
"""

from __future__ import annotations

import math
from collections import deque

WITNESSES = 5
"""Number of timestamps compared: two of them may be damaged, even adjacent ones."""

CAUSALITY_S = 0.002
"""A packet cannot arrive before it was measured; the minimum-delay line is accurate to this."""

INTERVAL_S = 0.05
"""The longest usual connection interval: a packet that meets a better phase than all before it can be this early.
After a gap such a timestamp is accepted, so that its samples are placed correctly, but the line is not updated."""

BREAK_S = 1.5
"""Link stalls end within 0.6 s: after a longer silence samples are missing, whatever the timestamp says."""


QUIET = 0.25
"""Fraction of the tolerance of a timestamp. If five timestamps each continue the one before to within this, their
median is off by half the tolerance at most and need not be computed."""


class SteadyStamps:
    """Timestamps of one stream, s, in order of arrival. Reads no clock; bounded memory: five timestamps."""

    def __init__(self) -> None:
        self._recent: deque[tuple[int, float]] = deque(maxlen=WITNESSES)  # number of the first sample, timestamp
        self._next = 0
        self._due_s = self._goes_on_s = math.nan
        self._is_held = False
        self._quiet = 0  # consecutive packets that continued each other to within QUIET
        self.set_back_s = 0.0
        """How far before its continuation the last packet lies, by the median of all timestamps now, s."""
        self.is_witness = True
        """Whether the last packet's timestamp may update the delay: most confirm it, or it is no new minimum."""

    def place(self, first_s: float, period_s: float, n: int, latest_s: float, missing: int | None = None) -> float:
        """Return the device time of the first of `n` samples whose timestamp is `first_s`.

        latest_s  the latest device time its arrival allows, inf where unknown
        missing   samples missing before it by the device's counter; None: the device has none
        """
        number, slack_s = self._next, _slack_s(period_s)
        self._recent.append((number, first_s))
        is_quiet = not missing and abs(first_s - self._goes_on_s) < QUIET * slack_s
        self._quiet = self._quiet + 1 if is_quiet else 0
        if self._quiet > WITNESSES:
            self._next, self._goes_on_s = number + n, first_s + n * period_s
            self.is_witness, self.set_back_s, self._is_held = True, 0.0, False
            return first_s
        due_s = self._say_together(number, period_s)
        goes_on_s = due_s if math.isnan(self._goes_on_s) else self._goes_on_s
        if missing and abs(first_s - due_s - missing * period_s) < abs(first_s - due_s):
            number += missing
            self._recent[-1] = number, first_s
            due_s += missing * period_s
            goes_on_s += missing * period_s
        is_due = abs(first_s - due_s) < slack_s
        placed_s = first_s
        if not is_due and abs(first_s - goes_on_s) >= slack_s:
            early_s = CAUSALITY_S if missing == 0 else INTERVAL_S
            if not due_s < first_s <= latest_s + early_s:
                placed_s = _without_stamp(first_s, goes_on_s, latest_s)
        self.is_witness = is_due or placed_s == first_s <= latest_s
        self.set_back_s = goes_on_s - placed_s if is_due and self._is_held else 0.0
        self._is_held = placed_s != first_s
        self._next, lasts_s = number + n, n * period_s
        self._due_s, self._goes_on_s = due_s + lasts_s, placed_s + lasts_s
        return placed_s

    def confirmed(self, period_s: float) -> list[bool]:
        """Return for each of the last packets whether the median of all confirms its timestamp."""
        number = self._next
        due_s, slack_s = self._say_together(number, period_s), _slack_s(period_s)
        return [abs(stamp + (number - each) * period_s - due_s) < slack_s for each, stamp in self._recent]

    def _say_together(self, number: int, period_s: float) -> float:
        """Return the median prediction of the last timestamps for a sample; of two, the one nearer to the due time."""
        said = sorted([stamp + (number - each) * period_s for each, stamp in self._recent])
        low_s, high_s = said[(len(said) - 1) // 2], said[len(said) // 2]
        return high_s if abs(high_s - self._due_s) < abs(low_s - self._due_s) else low_s


def _without_stamp(first_s: float, goes_on_s: float, latest_s: float) -> float:
    """Return where a packet with an unconfirmed timestamp belongs: after the one before it, if its arrival allows."""
    if goes_on_s > latest_s + CAUSALITY_S:
        return first_s if 0.0 <= latest_s - first_s < goes_on_s - latest_s else latest_s
    return latest_s if BREAK_S < latest_s - goes_on_s < math.inf else goes_on_s


def _slack_s(period_s: float) -> float:
    """Return the tolerance of timestamps of an even stream: less than half a sample is not significant."""
    return max(0.5 * period_s, CAUSALITY_S)
