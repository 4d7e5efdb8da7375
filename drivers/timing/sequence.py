"""Interprets a device's sample counter: repeated packets, missing samples, restarts and damaged values.

A counter value is damaged when it contradicts the packets on both sides. Whether it contradicts the packets before is
known at once: the device's own timestamp shows that nothing is missing, or the packet arrived before the samples it
claims can have been measured. Such a packet is placed where it is due (Order.DOUBTED). The next packet decides: it
continues the old numbering (the value was damaged, nothing is lost) or the new one (the jump or restart is real).
A jump that arrival allows is accepted at once; if the next packet contradicts it, `is_reverted` is set.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum, auto

STALE_WINDOW_S = 1.0
"""A packet further behind than this is not late but new: the device restarted. Links repeat within milliseconds."""
STALE_RUN = 8
"""This many consecutive old packets mean that the device restarted shortly after it had started."""
LONE_RUN = 2
"""If the numbering rests on a single packet, two consecutive old ones show that it was damaged."""
GAP_SLACK_S = 10.0
GAP_FACTOR = 1.5
"""A gap may not be longer than the elapsed time times the factor plus the slack: a larger jump is a restart."""
TIME_TOLERANCE_S = 0.25
"""The timestamp of an old packet agrees with its counter to within this; else the device restarted."""
BREAK_S = 1.5
"""Link stalls end within 0.6 s. A packet that is later than this does not continue the one before it: samples are
missing, or the device restarted."""


class Order(Enum):
    """How a packet relates to those before it. DOUBTED: its counter is ignored, and it is placed where it is due."""

    NEXT = auto()
    STALE = auto()
    RESTART = auto()
    DOUBTED = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a packet belongs.

    order         how it relates to those before it
    lost          samples missing before it; after a restart estimated from the elapsed time and the rate
    index         number of its first sample, unwrapped, since the restart
    is_reverted   the packet shows that the one accepted last was placed by mistake
    is_new_count  RESTART: only the counter started again, the device's clock continues
    """

    order: Order
    lost: int
    index: int
    is_reverted: bool = False
    is_new_count: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the arrival of a packet shows about its counter, s.

    late_s   how late it is if nothing is missing before it, on the line of the earliest arrivals
    early_s  how much earlier than on that line a packet can be
    """

    late_s: float
    early_s: float


@dataclass(frozen=True, slots=True)
class Evenness:
    """What a device's timestamps show about its counter: their period, and how far they lie from even ones, s."""

    period_s: float
    scatter_s: float


@dataclass(frozen=True, slots=True)
class _Doubt:
    """The alternative reading of the last packet's counter, until the next packet decides.

    order    what the last packet was taken for: NEXT (a jump that was accepted), RESTART or DOUBTED
    other    number of the next packet's first sample if that was wrong; DOUBTED: its counter, with wraps
    since_s  arrival of the last packet before the one in doubt
    count    samples made since then, as far as they were delivered or counted as lost
    is_lone  before the packet in doubt there was only one
    """

    order: Order
    other: int
    since_s: float
    count: int
    is_lone: bool


class SampleCounter:
    """Follows a counter of `bits` bits that counts every sample made, sent or not."""

    def __init__(self, bits: int, rate_hz: float) -> None:
        self._modulus = 1 << bits
        self._rate_hz = rate_hz
        self._half_wrap_s = 0.5 * self._modulus / rate_hz
        self._expected: int | None = None
        self._last_recv_s = 0.0
        self._last_device_s = 0.0
        self._last_n = 0
        self._lone_expected: int | None = None
        self._doubt: _Doubt | None = None
        self._stale_next: int | None = None
        self._stale_run = 0

    @property
    def expected(self) -> int | None:
        """Number of the first sample of the next packet if nothing is missing; None before the first packet."""
        return self._expected

    def follow(self, sequence: int, n: int, device_s: float, recv_s: float) -> int | None:
        """Return the index of a packet that continues the count, as most do; None, without effect, for any other."""
        index = self._expected
        if index is None or sequence != index % self._modulus or recv_s - self._last_recv_s > self._half_wrap_s:
            return None
        self._expected = index + n
        self._last_recv_s = recv_s
        self._last_device_s = device_s
        self._last_n = n
        self._doubt = None
        self._stale_run = 0
        return index

    def place(
        self, sequence: int, n: int, device_s: float, recv_s: float, *, evidence: Evenness | Arrival | None = None
    ) -> Place:
        """Place a packet of `n` samples.

        sequence  counter as read    device_s  the device's time of its first sample    recv_s  arrival, any origin
        evidence  what the counter is checked against: the device's timestamps where they are even, else the arrival
        """
        if self._expected is None:
            self._lone_expected = sequence + n
            return self._accept(Order.NEXT, 0, sequence, n, device_s, recv_s)
        arrival = evidence if isinstance(evidence, Arrival) else None
        doubt, self._doubt = self._doubt, None
        if doubt is not None and doubt.order is Order.DOUBTED and sequence == doubt.other:
            return self._confirm(doubt, sequence, n, device_s, recv_s, has_clock=arrival is None)
        elapsed_s = recv_s - self._last_recv_s
        unseen = max(0, round(elapsed_s * self._rate_hz) - n)
        ahead = self._ahead(sequence, unseen, device_s)
        if doubt is not None and self._is_reverted(doubt, sequence, unseen, ahead, arrival):
            return self._revert(doubt, sequence, n, unseen, device_s, recv_s)
        is_lone = self._expected == self._lone_expected
        due = self._due(ahead, elapsed_s, device_s, evidence)
        if due is not None:
            other = (sequence + n) % self._modulus
            self._doubt = _Doubt(Order.DOUBTED, other, self._last_recv_s, n + due, is_lone)
            return self._accept(Order.DOUBTED, due, self._expected + due, n, device_s, recv_s)
        if ahead >= 0:
            if ahead > self._max_missing(elapsed_s) or self._is_too_early(ahead, arrival):
                return self._restart(unseen, sequence, n, device_s, recv_s)
            if ahead:
                self._doubt = _Doubt(Order.NEXT, self._expected + n, 0.0, 0, is_lone)
            return self._accept(Order.NEXT, ahead, self._expected + ahead, n, device_s, recv_s)
        if is_lone and ahead > -n:  # it overlaps the only packet before it, so that that one was damaged
            return self._restart(0, sequence, n, device_s, recv_s)
        if self._has_restarted(sequence, n, -ahead, device_s):
            lost = (LONE_RUN - 1) * n if is_lone else unseen
            return self._restart(lost, sequence, n, device_s, recv_s)
        self._doubt = doubt
        return Place(Order.STALE, 0, self._expected + ahead, is_reverted=self._stale_run < 1)

    def _confirm(
        self, doubt: _Doubt, sequence: int, n: int, device_s: float, recv_s: float, *, has_clock: bool
    ) -> Place:
        """Place a packet that continues the counter in doubt: that was right, by a jump or a restart."""
        assert self._expected is not None
        elapsed_s = recv_s - doubt.since_s
        unseen = max(0, round(elapsed_s * self._rate_hz) - n - doubt.count)
        ahead = self._ahead(sequence, unseen, device_s)
        if 0 <= ahead <= self._max_missing(elapsed_s) and not doubt.is_lone:
            place = self._accept(Order.NEXT, ahead, self._expected + ahead, n, device_s, recv_s)
            return replace(place, is_reverted=True)
        # A device's clock has already shown how many were missing before the packet in doubt.
        lost = 0 if doubt.is_lone or has_clock else unseen
        place = self._accept(Order.RESTART, lost, sequence, n, device_s, recv_s)
        return replace(place, is_reverted=True, is_new_count=has_clock)

    def _max_missing(self, elapsed_s: float) -> float:
        """Return the largest number of samples that can be missing after `elapsed_s`."""
        return (elapsed_s * GAP_FACTOR + GAP_SLACK_S) * self._rate_hz

    def _ahead(self, sequence: int, unseen: int, device_s: float) -> int:
        """Return how far a packet is ahead of the expected one (< 0: behind), by the wraps nearest to the elapsed time.

        The elapsed time is the shorter of the hub's and the device's: arrivals stall, and a device's clock may be set.
        """
        assert self._expected is not None
        if math.isfinite(device_s) and math.isfinite(self._last_device_s):
            device_gap_s = device_s - self._last_device_s - self._last_n / self._rate_hz
            unseen = max(0, min(unseen, round(device_gap_s * self._rate_hz)))
        return self._nearest(sequence, self._expected, unseen)

    def _nearest(self, sequence: int, expected: int, unseen: int) -> int:
        """Return how far `sequence` is ahead of `expected`, with the wraps that bring it nearest to `unseen`."""
        half = self._modulus // 2
        return unseen + (sequence - expected - unseen + half) % self._modulus - half

    def _is_too_early(self, ahead: int, arrival: Arrival | None) -> bool:
        """Whether a packet arrived before its samples can have been measured."""
        return arrival is not None and ahead > (arrival.late_s + arrival.early_s) * self._rate_hz

    def _due(self, ahead: int, elapsed_s: float, device_s: float, evidence: Evenness | Arrival | None) -> int | None:
        """Return how many samples are missing before a packet whose counter cannot be right; None if it may be right.

        The device's timestamp decides where it lies clearly nearer to where the packet is due than to where the
        counter puts it. Without timestamps: the packet is not too late to be the next one, and is too early for the
        counter or so far behind that the device would have restarted.
        """
        if evidence is None:
            return None
        if isinstance(evidence, Evenness):
            gap_s = device_s - self._last_device_s - self._last_n * evidence.period_s
            is_possible = gap_s <= elapsed_s * GAP_FACTOR + GAP_SLACK_S
            is_nearer = abs(gap_s) + 2.0 * evidence.scatter_s < 0.5 * abs(ahead) * evidence.period_s
            return max(0, round(gap_s / evidence.period_s)) if is_possible and is_nearer else None
        if evidence.late_s > BREAK_S:
            return None
        is_wrong = self._is_too_early(ahead, evidence) or ahead < -STALE_WINDOW_S * self._rate_hz
        return 0 if is_wrong else None

    def _is_reverted(self, doubt: _Doubt, sequence: int, unseen: int, ahead: int, arrival: Arrival | None) -> bool:
        """Whether a packet shows that the one before it was accepted by mistake."""
        if doubt.order is Order.NEXT:
            return ahead < 0 and sequence == doubt.other % self._modulus
        if doubt.order is Order.RESTART and (ahead < 0 or ahead > unseen or self._is_too_early(ahead, arrival)):
            return abs(self._nearest(sequence, doubt.other, unseen)) < abs(ahead)
        return False

    def _revert(self, doubt: _Doubt, sequence: int, n: int, unseen: int, device_s: float, recv_s: float) -> Place:
        """Return to the old numbering. Samples whose place was taken are dropped, so that each counts once."""
        if doubt.order is Order.RESTART:
            self._expected = doubt.other
        assert self._expected is not None
        ahead = self._nearest(sequence, self._expected, unseen if doubt.order is Order.RESTART else 0)
        if ahead >= 0:
            place = self._accept(Order.NEXT, ahead, self._expected + ahead, n, device_s, recv_s)
            return replace(place, is_reverted=True)
        self._stale_run = 1 - math.ceil(-ahead / n)
        self._stale_next = (sequence + n) % self._modulus
        return Place(Order.STALE, 0, self._expected + ahead, is_reverted=True)

    def _has_restarted(self, sequence: int, n: int, behind: int, device_s: float) -> bool:
        """Whether a packet `behind` samples too early comes from a restarted device rather than being a repeat."""
        behind_s = behind / self._rate_hz
        device_behind_s = self._last_device_s + self._last_n / self._rate_hz - device_s
        if behind_s > STALE_WINDOW_S or abs(device_behind_s - behind_s) > TIME_TOLERANCE_S:
            return True
        self._stale_run = self._stale_run + 1 if sequence == self._stale_next else 1
        self._stale_next = (sequence + n) % self._modulus
        return self._stale_run >= (LONE_RUN if self._expected == self._lone_expected else STALE_RUN)

    def _restart(self, lost: int, sequence: int, n: int, device_s: float, recv_s: float) -> Place:
        """Start a new numbering; the next packet may show that this one was damaged."""
        assert self._expected is not None
        self._doubt = _Doubt(Order.RESTART, self._expected + lost + n, 0.0, 0, is_lone=False)
        return self._accept(Order.RESTART, lost, sequence, n, device_s, recv_s)

    def _accept(self, order: Order, lost: int, index: int, n: int, device_s: float, recv_s: float) -> Place:
        self._expected = index + n
        if order is Order.RESTART:
            self._lone_expected = self._expected
        self._last_recv_s = recv_s
        self._last_device_s = device_s
        self._last_n = n
        self._stale_next = None
        self._stale_run = 0
        return Place(order, lost, index)


class WrappingCounter:
    """Unwraps a device's clock of `bits` bits; the hub's clock shows how often it wrapped during a long silence."""

    def __init__(self, bits: int, tick_s: float) -> None:
        self._modulus = 1 << bits
        self._tick_s = tick_s
        self._last: int | None = None
        self._recv_s = 0.0

    def unwrap(self, ticks: int, recv_s: float) -> int:
        """Return unwrapped ticks. For a clock that stepped back by less than half its range they are lower."""
        if self._last is None:
            return ticks
        elapsed = round((recv_s - self._recv_s) / self._tick_s)
        delta = (ticks - self._last) % self._modulus
        unseen = elapsed - delta
        if -self._modulus < 2 * unseen < self._modulus:
            return self._last + delta
        wraps = round(unseen / self._modulus)
        return self._last + delta + wraps * self._modulus

    def accept(self, unwrapped: int, recv_s: float) -> None:
        """Take this reading as the reference of the next one."""
        self._last = unwrapped
        self._recv_s = recv_s
