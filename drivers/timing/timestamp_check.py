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

COMPARED = 5
"""Number of timestamps compared: two of them may be damaged, even adjacent ones."""

CAUSALITY_S = 0.002
"""A packet cannot arrive before it was measured; the minimum-delay line is accurate to this."""

INTERVAL_S = 0.05
"""The longest usual connection interval: a packet that meets a better phase than all before it can be this early.
After a gap such a timestamp is accepted, so that its samples are placed correctly, but the line is not updated."""

BREAK_S = 1.5
"""Link stalls end within 0.6 s: after a longer silence samples are missing, whatever the timestamp is."""


QUIET = 0.25
"""Fraction of the tolerance of a timestamp. If five timestamps each continue the one before to within this, their
median is off by half the tolerance at most and need not be computed."""


class TimestampCheck:
    """Checks the timestamps of one stream, s, in order of arrival. Reads no clock; bounded memory: five timestamps."""

    def __init__(self) -> None:
        self._recent: deque[tuple[int, float]] = deque(maxlen=COMPARED)  # number of the first sample, timestamp
        self._next = 0
        self._due_s = self._continuation_s = math.nan
        self._was_replaced = False
        self._quiet = 0  # consecutive packets that continued each other to within QUIET
        self.set_back_s = 0.0
        """How far before its continuation the last packet lies, by the median of all timestamps now, s."""
        self.is_reliable = True
        """Whether the last packet's timestamp may update the delay: most confirm it, or it is no new minimum."""

    def place(self, first_s: float, period_s: float, n: int, latest_s: float, missing: int | None = None) -> float:
        """Return the device time of the first of `n` samples whose timestamp is `first_s`.

        latest_s  the latest device time its arrival allows, inf where unknown
        missing   samples missing before it by the device's counter; None: the device has none
        """
        number, slack_s = self._next, _slack_s(period_s)
        self._recent.append((number, first_s))
        is_quiet = not missing and abs(first_s - self._continuation_s) < QUIET * slack_s
        self._quiet = self._quiet + 1 if is_quiet else 0
        if self._quiet > COMPARED:
            self._next, self._continuation_s = number + n, first_s + n * period_s
            self.is_reliable, self.set_back_s, self._was_replaced = True, 0.0, False
            return first_s
        due_s = self._predicted_s(number, period_s)
        continuation_s = due_s if math.isnan(self._continuation_s) else self._continuation_s
        if missing and abs(first_s - due_s - missing * period_s) < abs(first_s - due_s):
            number += missing
            self._recent[-1] = number, first_s
            due_s += missing * period_s
            continuation_s += missing * period_s
        is_due = abs(first_s - due_s) < slack_s
        placed_s = first_s
        if not is_due and abs(first_s - continuation_s) >= slack_s:
            early_s = CAUSALITY_S if missing == 0 else INTERVAL_S
            if not due_s < first_s <= latest_s + early_s:
                placed_s = _without_timestamp(first_s, continuation_s, latest_s)
        self.is_reliable = is_due or placed_s == first_s <= latest_s
        self.set_back_s = continuation_s - placed_s if is_due and self._was_replaced else 0.0
        self._was_replaced = placed_s != first_s
        self._next, duration_s = number + n, n * period_s
        self._due_s, self._continuation_s = due_s + duration_s, placed_s + duration_s
        return placed_s

    def confirmed(self, period_s: float) -> list[bool]:
        """Return for each of the last packets whether the median of all confirms its timestamp."""
        number = self._next
        due_s, slack_s = self._predicted_s(number, period_s), _slack_s(period_s)
        return [abs(stamp + (number - index) * period_s - due_s) < slack_s for index, stamp in self._recent]

    def _predicted_s(self, number: int, period_s: float) -> float:
        """Return the median prediction of the last timestamps for a sample; of two, the one nearer to the due time."""
        predictions_s = sorted([stamp + (number - index) * period_s for index, stamp in self._recent])
        low_s, high_s = predictions_s[(len(predictions_s) - 1) // 2], predictions_s[len(predictions_s) // 2]
        return high_s if abs(high_s - self._due_s) < abs(low_s - self._due_s) else low_s


def _without_timestamp(first_s: float, continuation_s: float, latest_s: float) -> float:
    """Return where a packet with an unconfirmed timestamp belongs: after the one before it, if its arrival allows."""
    if continuation_s > latest_s + CAUSALITY_S:
        return first_s if 0.0 <= latest_s - first_s < continuation_s - latest_s else latest_s
    return latest_s if BREAK_S < latest_s - continuation_s < math.inf else continuation_s


def _slack_s(period_s: float) -> float:
    """Return the tolerance of timestamps of an even stream: less than half a sample is not significant."""
    return max(0.5 * period_s, CAUSALITY_S)
