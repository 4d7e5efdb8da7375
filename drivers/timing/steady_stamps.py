"""Which of a device's timestamps are damaged: those that leap out of an even stream to where no packet can belong.

A sensor samples evenly, so that each stamp tells what the next ones should be. What the middle one of the last five
says stays true while no more than two of them are damaged, however far; a clock that was set is followed with the third
packet. A stamp that leaps ahead may stand behind a hole: it is believed as far as the packet's arrival allows, since
none arrives before it was measured. One that leaps back is damaged, unless the packet came too early for where it
should be: then the samples themselves are uneven.
"""

from __future__ import annotations

import math
from collections import deque

WITNESSES = 5
"""Stamps that are compared: two of them may be damaged, next to each other too."""

CAUSALITY_S = 0.002
"""A packet cannot arrive before it was measured; the line of the smallest delays is known to this."""

INTERVAL_S = 0.05
"""The longest usual connection interval: so much too early may a packet be that has met a better phase than all before.
Behind a hole that is believed, so that its samples are where they belong, but it tells the line nothing."""

BREAK_S = 1.5
"""Stalls of a link end within 0.6 s: after a longer silence samples are missing, whatever the stamp says."""


QUIET = 0.25
"""A share of what a stamp may be off. Of five stamps that each go on from the one before within it, what the middle one
says is off by half of that at most: they need not be asked."""


class SteadyStamps:
    """Stamps of one stream, s, in the order of arrival. Asks no clock; bounded memory: five stamps."""

    def __init__(self) -> None:
        self._recent: deque[tuple[int, float]] = deque(maxlen=WITNESSES)  # number of the first sample, stamp
        self._next = 0
        self._due_s = self._goes_on_s = math.nan
        self._is_held = False
        self._quiet = 0  # packets in a row that went on from each other within QUIET
        self.set_back_s = 0.0
        """How far the last packet, by what all now say together, is before where it would go on."""
        self.is_witness = True
        """Whether the last packet's stamp may tell how long packets take: most confirm it, or it makes no record."""

    def place(self, first_s: float, period_s: float, n: int, latest_s: float, missing: int | None = None) -> float:
        """Return the device time of the first of `n` samples that are stamped `first_s`.

        latest_s  the latest it can be by its arrival, inf where that is not known
        missing   samples before it by the device's counter; None: it has none
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
        """Tell of each of the last packets whether all of them together confirm its stamp."""
        number = self._next
        due_s, slack_s = self._say_together(number, period_s), _slack_s(period_s)
        return [abs(stamp + (number - each) * period_s - due_s) < slack_s for each, stamp in self._recent]

    def _say_together(self, number: int, period_s: float) -> float:
        """Return the middle one of what the last stamps say of a sample; of two, the one nearer to what was due."""
        said = sorted([stamp + (number - each) * period_s for each, stamp in self._recent])
        low_s, high_s = said[(len(said) - 1) // 2], said[len(said) // 2]
        return high_s if abs(high_s - self._due_s) < abs(low_s - self._due_s) else low_s


def _without_stamp(first_s: float, goes_on_s: float, latest_s: float) -> float:
    """Return where a packet belongs whose stamp is not confirmed: behind the one before it, if arrival allows that."""
    if goes_on_s > latest_s + CAUSALITY_S:
        return first_s if 0.0 <= latest_s - first_s < goes_on_s - latest_s else latest_s
    return latest_s if BREAK_S < latest_s - goes_on_s < math.inf else goes_on_s


def _slack_s(period_s: float) -> float:
    """Return how far stamps of an even stream may be from where they are due: less than a sample tells nothing."""
    return max(0.5 * period_s, CAUSALITY_S)
