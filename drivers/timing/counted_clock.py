"""Sample times of a device without a clock: from its sample counter, or else by counting arrivals.

Counting arrivals slips when a packet is lost: all later packets are late by one packet period, permanently. When packet
after packet is late by more than half a period, the missing one is inserted. How many late packets it takes follows
from how often such a run occurs by chance on this link. A packet inserted wrongly is removed in the opposite case.
"""

from __future__ import annotations

import copy
import math
from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from drivers.timing.clock_state import ClockKind, ClockState
from drivers.timing.count_line import CountLine
from drivers.timing.sequence import BREAK_S, Arrival, Order, Place, SampleCounter
from dsp.signals import NS_PER_S

Times = npt.NDArray[np.int64]

SLEW, FAST_SLEW, FAST_SLEW_FROM_S = 0.02, 0.5, 0.02
"""Corrections are limited to 2 % of the elapsed time, large ones to half of it, so that times always rise."""

MIN_STEP_NS = 1000
DELAY_LIMIT_S, ADVANCE_LIMIT_S = 10.0, 1.0
"""A packet this late or early relative to the line belongs to a count that started over."""

SLIP_SHARE = 0.5
"""Fraction of a packet period: a later packet counts as late."""
FALSE_ALARM = 1e-9
MIN_LATE, MAX_LATE = 10, 90
MEMORY_PACKETS = 256.0
"""As many late packets in a row as occur by chance once in 1e9 packets, given the usual share of late ones."""
PACE = 0.8
"""And not in a burst, as after a stall: they take at least this fraction of their usual time."""


@dataclass(frozen=True, slots=True)
class _Suspect:
    """What to go back to if the next packet shows that this one was placed by mistake.

    line    the line before it
    out     nominal and hub time, s, up to which samples were placed before it
    packet  nominal time of its last sample and arrival, s, if its counter is damaged; None where that is unknown
    """

    line: CountLine
    out: tuple[float, float]
    packet: tuple[float, float] | None


class CountedClock:
    """Sample times of one stream of a device without timestamps.

    bits      width of the device's sample counter; None: it has none
    restarts  how often the count has started over
    """

    def __init__(self, rate_hz: float, bits: int | None) -> None:
        self._rate_hz = rate_hz
        self._period_s = 1.0 / rate_hz
        self._counter = None if bits is None else SampleCounter(bits, rate_hz)
        self._line = CountLine()
        self._suspect: _Suspect | None = None
        self._late: deque[tuple[float, float]] = deque(maxlen=MAX_LATE)  # (lateness, arrival), s
        self._late_share = 0.5
        self._next = 0
        self._inserted = 0
        self._base_ns: int | None = None
        self._out_s = math.nan
        self._out_x_s = 0.0
        self._last_ns: int | None = None
        self._recv_s = 0.0
        self._packet_s = 0.0
        self.restarts = 0

    @property
    def is_off(self) -> bool:
        """Whether the device samples at a different rate than configured: its count then does not give the time."""
        return self._line.is_at_limit

    @property
    def state(self) -> ClockState:
        """How certain the times are; where arrivals are counted, an undetected slip is included."""
        kind: ClockKind = "arrival" if self._counter is None else "counter"
        known_s = self._line.uncertainty_s(self._packet_s)
        if known_s is not None and self._counter is None:
            known_s += SLIP_SHARE * self._packet_s
        line = self._line
        return ClockState(kind, line.slope * 1e6, known_s, line.phase_gap_s(self._packet_s), line.knows_gap)

    def update(self, sequence: int | None, n: int, recv_ns: int) -> tuple[Times, int] | None:
        """Return (n,) hub ns of a packet's samples and how many are missing before it; None: it is a repeat."""
        if self._base_ns is None:
            self._base_ns = recv_ns
        recv_s = (recv_ns - self._base_ns) / NS_PER_S
        if self._counter is None or sequence is None:
            index, lost = self._count(n, recv_s)
        else:
            following = self._counter.follow(sequence, n, math.nan, recv_s)
            if following is None:
                place = self._place(sequence, n, recv_s)
                if place.order is Order.STALE:
                    return None
                index, lost = place.index, place.lost
            else:
                index, lost = following, 0
                self._suspect = None
        self._recv_s = recv_s
        self._packet_s = n * self._period_s
        last_s = (index + n - 1) * self._period_s
        if not math.isnan(self._out_s) and not (
            -ADVANCE_LIMIT_S < recv_s - last_s - self._line.offset_s(last_s) < DELAY_LIMIT_S
        ):
            self._restart()
        late_s = self._line.update(last_s, recv_s)
        if self._counter is None:
            self._late.append((late_s, recv_s))
            self._late_share += ((late_s > SLIP_SHARE * self._packet_s) - self._late_share) / MEMORY_PACKETS
        return self._times(index * self._period_s, last_s, n), lost

    def _place(self, sequence: int, n: int, recv_s: float) -> Place:
        """Place a packet that does not simply come next; until its counter is confirmed, the line can be taken back."""
        assert self._counter is not None
        arrival, packet = None, None
        if self._counter.expected is not None:
            last_s = (self._counter.expected + n - 1) * self._period_s
            stretch = 1.0 + self._line.slope
            late_s = recv_s - last_s - self._line.offset_s(last_s)
            early_s = self._line.early_s(recv_s - self._recv_s, n * self._period_s)
            arrival, packet = Arrival(late_s / stretch, early_s / stretch), (last_s, recv_s)
        place = self._counter.place(sequence, n, math.nan, recv_s, evidence=arrival)
        if place.is_reverted:
            self._revert(place, n, recv_s)
        if place.order is Order.STALE:
            return place
        self._suspect = None
        if place.order is not Order.NEXT or (place.lost and not place.is_reverted):
            is_jump = place.order is Order.NEXT
            self._suspect = _Suspect(
                copy.deepcopy(self._line), (self._out_x_s, self._out_s), packet if is_jump else None
            )
        if place.order is Order.RESTART:
            self._restart()
        return place

    def _revert(self, place: Place, n: int, recv_s: float) -> None:
        """Take back what the line learned from a misplaced packet; packets that must be dropped still give the time."""
        suspect, self._suspect = self._suspect, None
        if suspect is not None:
            self._line = suspect.line
            self._out_x_s, self._out_s = suspect.out
            if suspect.packet is not None:
                self._line.update(*suspect.packet)
        if place.order is Order.STALE:
            self._line.update((place.index + n - 1) * self._period_s, recv_s)

    def _count(self, n: int, recv_s: float) -> tuple[int, int]:
        """Number a packet by counting arrivals; return the number of its first sample and how many are missing."""
        lost = 0
        since_s = recv_s - self._recv_s
        if self._next and since_s - n * self._period_s * (1.0 + self._line.slope) > BREAK_S:
            lost = max(0, round(since_s / (self._period_s * (1.0 + self._line.slope))) - n)
            self._restart()
        elif self._line.is_settled:
            lost = self._slipped_samples(n)
        index = self._next + lost
        self._next = index + n
        return index, max(0, lost)

    def _slipped_samples(self, n: int) -> int:
        """Return the number of samples to insert; negative: to remove again because they were inserted wrongly."""
        packet_s = n * self._period_s
        share = min(max(self._late_share, 1e-3), 0.9)
        run = min(max(math.ceil(math.log(FALSE_ALARM) / math.log(share)), MIN_LATE), MAX_LATE)
        if len(self._late) < run:
            return 0
        recent = [self._late[i] for i in range(-run, 0)]
        min_s, max_s = min(late for late, _ in recent), max(late for late, _ in recent)
        packets = 0
        if min_s > SLIP_SHARE * packet_s and recent[-1][1] - recent[0][1] > PACE * (run - 1) * packet_s:
            packets = round(min_s / packet_s)
        elif self._inserted and max_s < -SLIP_SHARE * packet_s:
            packets = -min(self._inserted, round(-max_s / packet_s))
        if packets:
            self._inserted = max(0, self._inserted + packets)
            self._late.clear()
            self._line.forget_block()
        return packets * n

    def _restart(self) -> None:
        """Start a new line with the rate learned so far."""
        self._line = CountLine(self._line.slope)
        self._late.clear()
        self._out_s = math.nan
        self.restarts += 1

    def _times(self, first_s: float, last_s: float, n: int) -> Times:
        """Return (n,) hub ns for nominal times `first_s` to `last_s`: on the line, approached at limited speed."""
        stretch = 1.0 + self._line.slope
        target_s = last_s + self._line.offset_s(last_s) - (last_s - first_s) * stretch
        if not math.isnan(self._out_s):
            since_s = (first_s - self._out_x_s) * stretch
            expected_s = self._out_s + since_s
            error_s = target_s - expected_s
            limit_s = max(0.0, (SLEW if abs(error_s) < FAST_SLEW_FROM_S else FAST_SLEW) * since_s)
            target_s = expected_s + max(-limit_s, min(error_s, limit_s))
        assert self._base_ns is not None
        start_ns = self._base_ns + round(target_s * NS_PER_S)
        if self._last_ns is not None and start_ns < self._last_ns + MIN_STEP_NS:
            start_ns = self._last_ns + MIN_STEP_NS
        self._out_s, self._out_x_s = (start_ns - self._base_ns) / NS_PER_S, first_s
        times: Times = start_ns + np.rint(np.arange(n) * (self._period_s * stretch * NS_PER_S)).astype(np.int64)
        self._last_ns = int(times[-1])
        return times
