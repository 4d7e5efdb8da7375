"""A device's sample counter: what is new, what came twice, what is missing, and when the device started over."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, auto

STALE_WINDOW_S = 1.0
"""A packet further behind than this is not late but new: the device restarted. Links repeat within milliseconds."""
STALE_RUN = 8
"""This many old packets that follow one another are a device that restarted shortly after it had started."""
GAP_SLACK_S = 10.0
GAP_FACTOR = 1.5
"""A gap may not be longer than the time that passed, times this, plus this: a larger jump is a restart."""
TIME_TOLERANCE_S = 0.25
"""An old packet's own timestamp lies where its counter says, within this; else the device restarted."""


class Order(Enum):
    """How a packet stands to those before it."""

    NEXT = auto()
    STALE = auto()
    RESTART = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """order, samples missing before the packet, and its first sample's number without wraps (since the restart).

    After a restart the counter no longer says what is missing: `lost` is then the time that passed, times the rate.
    """

    order: Order
    lost: int
    index: int


class SampleCounter:
    """Follows a counter of `bits` bits that counts every sample made, sent or not."""

    def __init__(self, bits: int, rate_hz: float) -> None:
        self._modulus = 1 << bits
        self._rate_hz = rate_hz
        self._half_wrap_s = 0.5 * self._modulus / rate_hz
        self._expected: int | None = None
        self._last_recv_s = 0.0
        self._last_device_s = 0.0
        self._stale_next: int | None = None
        self._stale_run = 0

    def follow(self, sequence: int, n: int, device_s: float, recv_s: float) -> int | None:
        """Do what `place` does for the packet that comes next, which most do; its index, or None for any other."""
        index = self._expected
        if index is None or sequence != index % self._modulus or recv_s - self._last_recv_s > self._half_wrap_s:
            return None
        self._expected = index + n
        self._last_recv_s = recv_s
        self._last_device_s = device_s + n / self._rate_hz
        self._stale_next = None
        self._stale_run = 0
        return index

    def place(self, sequence: int, n: int, device_s: float, recv_s: float) -> Place:
        """Place a packet of `n` samples.

        sequence  counter as read    device_s  the device's time of its first sample    recv_s  arrival, any origin
        """
        if self._expected is None:
            return self._accept(Order.NEXT, 0, sequence, n, device_s, recv_s)
        elapsed_s = recv_s - self._last_recv_s
        unseen = max(0, round(elapsed_s * self._rate_hz) - n)
        ahead = self._ahead(sequence, unseen, device_s)
        if ahead >= 0:
            if ahead > (elapsed_s * GAP_FACTOR + GAP_SLACK_S) * self._rate_hz:
                return self._accept(Order.RESTART, unseen, sequence, n, device_s, recv_s)
            return self._accept(Order.NEXT, ahead, self._expected + ahead, n, device_s, recv_s)
        if self._has_restarted(sequence, n, -ahead, device_s):
            return self._accept(Order.RESTART, unseen, sequence, n, device_s, recv_s)
        return Place(Order.STALE, 0, self._expected + ahead)

    def _ahead(self, sequence: int, unseen: int, device_s: float) -> int:
        """How far a packet is ahead of the expected one, < 0: behind; of all wraps the one nearest to the time passed.

        Time is the shorter of the hub's and the device's: arrivals stall, and a device's clock may be set.
        """
        assert self._expected is not None
        if math.isfinite(device_s) and math.isfinite(self._last_device_s):
            unseen = max(0, min(unseen, round((device_s - self._last_device_s) * self._rate_hz)))
        half = self._modulus // 2
        return unseen + (sequence - self._expected - unseen + half) % self._modulus - half

    def _has_restarted(self, sequence: int, n: int, behind: int, device_s: float) -> bool:
        behind_s = behind / self._rate_hz
        if behind_s > STALE_WINDOW_S or abs(self._last_device_s - device_s - behind_s) > TIME_TOLERANCE_S:
            return True
        self._stale_run = self._stale_run + 1 if sequence == self._stale_next else 1
        self._stale_next = (sequence + n) % self._modulus
        return self._stale_run >= STALE_RUN

    def _accept(self, order: Order, lost: int, index: int, n: int, device_s: float, recv_s: float) -> Place:
        self._expected = index + n
        self._last_recv_s = recv_s
        self._last_device_s = device_s + n / self._rate_hz
        self._stale_next = None
        self._stale_run = 0
        return Place(order, lost, index)


class WrappingCounter:
    """Unwraps a device's clock of `bits` bits; the hub's clock says how often it wrapped in a long silence."""

    def __init__(self, bits: int, tick_s: float) -> None:
        self._modulus = 1 << bits
        self._tick_s = tick_s
        self._last: int | None = None
        self._recv_s = 0.0

    def unwrap(self, ticks: int, recv_s: float) -> int:
        """Return ticks without wraps. A clock that stepped back by less than half its range comes out lower."""
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
