"""Maps a device's clock to the hub's: a radio link only adds delay, so the earliest arrivals give the time.

Minimum-delay envelope: the smallest (arrival - device time) of each 5 s block, and a line through the last 30 blocks.
Simulated over connection intervals of 7.5 to 50 ms, 1 to 10 % loss and stalls, two sensors agree within 0.3 to 1.9 ms
(p95 after 60 s), compared with 10 to 63 ms for arrival times and 6 to 31 ms for regression.
The delay is measured at the LAST sample of a packet, the one the device waited for before sending.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left, insort
from collections import deque

import numpy as np
import numpy.typing as npt

from drivers.timing.clock_state import ClockState
from drivers.timing.delay_spread import DelaySpread, uncertainty_s
from drivers.timing.timestamp_check import CAUSALITY_S, COMPARED, TimestampCheck
from dsp.signals import NS_PER_S

BLOCK_S = 5.0
BLOCKS = 30
LINE_FROM_BLOCKS = 3
"""Length of a block, blocks that the line goes through, and the minimum for a line."""

SLOPE_RIDGE_S2 = 50.0
"""Regularises the drift towards 0 while the line is short: quartz is within 1e-4, three noisy blocks are not."""
SCATTER_S = 0.002
"""Block minima that scatter by more come from a slowly sweeping phase: only the lowest ones count."""

STEEPEST = 150e-6
"""Quartz is within 1e-4; a steeper slope comes from such a slow sweep."""

SLEW = 0.05
FAST_SLEW = 0.5
FAST_SLEW_FROM_S = 0.05
MAX_SHARE_OF_GAP = 0.5
"""Corrections are limited to 5 % of the elapsed time (50 % for large ones) and to half the time between two packets, so
that output time always rises and sample spacing stays within a few per cent."""

DELAY_LIMIT_S = 10.0
ADVANCE_LIMIT_S = 1.0
BACKWARD_LIMIT_S = 0.1
"""A packet this late or early relative to the line, or this far before its predecessor, means a clock reset."""

PERIOD_PACKETS = 16
PERIOD_TOLERANCE = 0.2
"""Window of the sample period in packets, and the share by which it may differ from nominal."""

MIN_STEP_NS = 1000
"""Minimum distance of a packet's first sample from the sample before it."""


class SamplePeriod:
    """The device's true sample period, from the timestamps of its last packets.

    Nominal at first; an estimate more than 20 % off nominal is rejected. It is the median over pairs of packets half
    the window apart: as accurate as first and last, and robust to four damaged timestamps.
    """

    def __init__(self, nominal_s: float) -> None:
        self._nominal_s = nominal_s
        self._starts: deque[tuple[int, int]] = deque(maxlen=PERIOD_PACKETS + 1)
        # Estimates of all pairs, µs, in order of time (as many as a full window has) and by size.
        self._pairs: deque[float | None] = deque(maxlen=PERIOD_PACKETS + 1 - (PERIOD_PACKETS + 1) // 2)
        self._sorted_us: list[float] = []
        self.period_s = nominal_s
        self.is_plausible = True
        """Whether the timestamps advance by the period."""

    def update(self, index: int, device_us: int) -> float:
        """Add a packet (number and time of its first sample, µs, both unwrapped); return the period in s."""
        starts, by_size = self._starts, self._sorted_us
        was_full = len(starts) == starts.maxlen
        starts.append((index, device_us))
        if was_full:
            oldest, newest = self._pairs[0], _period_us(starts[-1 - len(starts) // 2], starts[-1])
            self._pairs.append(newest)
            if oldest is not None:
                del by_size[bisect_left(by_size, oldest)]
            if newest is not None:
                insort(by_size, newest)
        else:
            self._pairs.clear()
            self._pairs.extend(map(_period_us, starts, itertools.islice(starts, len(starts) // 2, None)))
            by_size[:] = sorted(each for each in self._pairs if each is not None)
        if by_size:
            middle = len(by_size) // 2
            estimate_s = 0.5e-6 * (by_size[middle] + by_size[-middle - 1])
            is_likely = abs(estimate_s - self._nominal_s) <= PERIOD_TOLERANCE * self._nominal_s
            self.is_plausible = is_likely or len(starts) < COMPARED
            self.period_s = estimate_s if is_likely else self._nominal_s
        return self.period_s

    def scatter_s(self) -> float:
        """Return how far timestamps lie from even ones, s: the upper quartile, unaffected by four damaged ones."""
        offsets_us = sorted(us - 1e6 * self.period_s * index for index, us in self._starts)
        if not offsets_us:
            return math.inf
        middle_us = offsets_us[len(offsets_us) // 2]
        return sorted(abs(each - middle_us) for each in offsets_us)[3 * len(offsets_us) // 4] * 1e-6

    def restart(self) -> None:
        """Discard the timestamps of a clock that was reset; the period is kept."""
        self._starts.clear()


def _period_us(early: tuple[int, int], late: tuple[int, int]) -> float | None:
    """Return the period in µs from the first samples of two packets; None if they have the same number."""
    return (late[1] - early[1]) / (late[0] - early[0]) if late[0] != early[0] else None


class MinimumDelay:
    """Offset hub - device, s, as a line over device time. Bounded memory: one point per block."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, float]] = deque(maxlen=BLOCKS)
        self._block_start_s = math.nan
        self._best = (0.0, math.inf)
        self._best_residual_s = math.inf
        self._intercept_s = math.inf
        self._slope = 0.0
        self._origin_s = 0.0
        self._scatter_s = math.nan
        self._spread = DelaySpread()

    def uncertainty_s(self, packet_s: float) -> float | None:
        """Bound the error, 95 %, for packets every `packet_s`; None before there is a line."""
        if math.isnan(self._scatter_s):
            return None
        return uncertainty_s(self._scatter_s, len(self._points), self.phase_gap_s(packet_s))

    @property
    def knows_gap(self) -> bool:
        """Whether `phase_gap_s` rests on enough packets to be reported to the user."""
        return self._spread.is_full

    def phase_gap_s(self, packet_s: float) -> float:
        """See DelaySpread."""
        return self._spread.phase_gap_s(packet_s)

    @property
    def drift_ppm(self) -> float:
        """How much faster the hub's clock runs than the device's."""
        return self._slope * 1e6

    @property
    def has_begun(self) -> bool:
        """Whether a packet has arrived."""
        return self._intercept_s < math.inf

    @property
    def has_line(self) -> bool:
        """Whether enough blocks have passed for a line; before that, the running minimum is used."""
        return len(self._points) >= LINE_FROM_BLOCKS

    def offset_s(self, device_s: float) -> float:
        """Return hub - device at a device time."""
        return self._intercept_s + self._slope * (device_s - self._origin_s)

    def update(self, device_s: float, recv_s: float) -> None:
        """Add one packet: device time of its last sample and its arrival."""
        delay_s = recv_s - device_s
        in_block_s = device_s - self._block_start_s
        if in_block_s >= BLOCK_S:
            self._end_block(device_s)
        elif math.isnan(in_block_s):
            self._block_start_s = self._origin_s = device_s
            self._intercept_s = delay_s
        # Residuals to the line, not delays: a drifting clock must not make one end of the block look early.
        residual_s = delay_s - (self._intercept_s + self._slope * (device_s - self._origin_s))
        self._spread.add(residual_s)
        if residual_s < self._best_residual_s:
            self._best, self._best_residual_s = (device_s, delay_s), residual_s
        if residual_s < 0.0 and residual_s < (-CAUSALITY_S if self.has_line else 0.0):
            self._intercept_s += residual_s
            self._best_residual_s -= residual_s

    def _end_block(self, device_s: float) -> None:
        self._points.append(self._best)
        self._block_start_s = device_s
        if self.has_line:
            self._fit()
        self._best_residual_s = math.inf

    def _fit(self) -> None:
        """Fit the line to the minima of the blocks; if they scatter too much, move it down to the lowest."""
        n = len(self._points)
        mean_x = sum(x for x, _ in self._points) / n
        mean_y = sum(y for _, y in self._points) / n
        covariance = sum((x - mean_x) * (y - mean_y) for x, y in self._points)
        variance = sum((x - mean_x) ** 2 for x, _ in self._points)
        self._slope = max(-STEEPEST, min(covariance / (variance + SLOPE_RIDGE_S2), STEEPEST))
        self._intercept_s, self._origin_s = mean_y, mean_x
        over_s = [y - mean_y - self._slope * (x - mean_x) for x, y in self._points]
        self._scatter_s = math.sqrt(sum(each * each for each in over_s) / n)
        if self._scatter_s > SCATTER_S:
            self._intercept_s += min(over_s)


class DeviceTimeline:
    """Hub times of a device's samples: follows the envelope, always rising, through resets of the device."""

    def __init__(self) -> None:
        self._delay = MinimumDelay()
        self._stamps = TimestampCheck()
        self._first: list[tuple[float, float]] = []  # last sample's timestamp and arrival, s, of the first packets
        self._base_ns: int | None = None
        self._applied_s = math.nan
        self._last_device_s = 0.0
        self._last_ns: int | None = None
        self._packet_s = 0.0
        self.restarts = 0

    @property
    def state(self) -> ClockState:
        """How certain the times are."""
        delay, packet_s = self._delay, self._packet_s
        bound_s, gap_s = delay.uncertainty_s(packet_s), delay.phase_gap_s(packet_s)
        return ClockState("device", delay.drift_ppm, bound_s, gap_s, delay.knows_gap)

    def restart(self) -> None:
        """Start over after a clock reset; output times still rise."""
        self._stamps = TimestampCheck()
        self._first.clear()
        self._forget_delay()

    def _forget_delay(self) -> None:
        self._delay = MinimumDelay()
        self._applied_s = math.nan
        self.restarts += 1

    def place(
        self,
        first_s: float,
        period_s: float,
        n: int,
        recv_ns: int,
        *,
        missing: int | None = None,
        is_even: bool = True,
    ) -> tuple[int, float]:
        """Return the hub ns of a packet's first sample and the ns from one to the next, as `even_times` takes them.

        first_s  device time of the first sample, unwrapped    recv_ns  arrival, hub ns
        missing  samples missing before it by the device's counter; None: it has none
        is_even  timestamps advance by the period, so that each predicts the others
        """
        if self._base_ns is None:
            self._base_ns = recv_ns
        recv_s = (recv_ns - self._base_ns) / NS_PER_S
        before_last_s = (n - 1) * period_s
        latest_s = recv_s - before_last_s - self._delay.offset_s(first_s) if self._delay.has_begun else math.inf
        stamped_s, placed_s = first_s, self._stamps.place(first_s, period_s, n, latest_s, missing)
        if is_even:
            first_s = placed_s
        last_s = first_s + before_last_s
        self._packet_s = n * period_s
        is_reliable = self._stamps.is_reliable or not is_even
        if len(self._first) < COMPARED:
            is_reliable = False
            self._first.append((stamped_s + before_last_s, recv_s))
            self._begin(period_s, is_even=is_even)
        late_s = recv_s - last_s - self._delay.offset_s(last_s)
        is_backward = not math.isnan(self._applied_s) and first_s < self._last_device_s - BACKWARD_LIMIT_S
        if is_backward or not -ADVANCE_LIMIT_S < late_s < DELAY_LIMIT_S:
            self._forget_delay()
        if is_reliable or not self._delay.has_begun:
            self._delay.update(last_s, recv_s)
        self._steer(self._delay.offset_s(last_s), first_s, last_s)
        self._last_device_s = last_s
        start_ns = self._base_ns + round((first_s + self._applied_s) * NS_PER_S)
        if self._last_ns is not None and start_ns < self._last_ns + MIN_STEP_NS:
            behind_ns = self._last_ns + MIN_STEP_NS - start_ns
            start_ns += behind_ns
            self._applied_s += behind_ns / NS_PER_S
        step_ns = period_s * NS_PER_S
        self._last_ns = start_ns + int((n - 1) * step_ns)
        return start_ns, step_ns

    def _begin(self, period_s: float, *, is_even: bool) -> None:
        """Rebuild the line from the first packets while each may still show that an earlier one was damaged."""
        if is_even:
            self._applied_s += self._stamps.set_back_s
            self._last_device_s -= self._stamps.set_back_s
        self._delay = MinimumDelay()
        for is_confirmed, (last_s, recv_s) in zip(self._stamps.confirmed(period_s), self._first, strict=True):
            if is_confirmed or not is_even:
                self._delay.update(last_s, recv_s)

    def _steer(self, target_s: float, first_s: float, last_s: float) -> None:
        """Move the applied offset towards `target_s`, at a limited rate."""
        if math.isnan(self._applied_s):
            self._applied_s = target_s
            return
        error_s = target_s - self._applied_s
        if not error_s:
            return
        slew = SLEW if abs(error_s) < FAST_SLEW_FROM_S else FAST_SLEW
        since_s = self._last_device_s
        limit_s = min(slew * (last_s - since_s), MAX_SHARE_OF_GAP * (first_s - since_s))
        if limit_s > 0.0:
            self._applied_s += error_s if -limit_s <= error_s <= limit_s else math.copysign(limit_s, error_s)


_INDICES = [np.arange(n, dtype=np.float64) for n in range(64)]


def _indices(n: int) -> npt.NDArray[np.float64]:
    """Return (n,) float64: the whole numbers from 0."""
    return _INDICES[n] if n < len(_INDICES) else np.arange(n, dtype=np.float64)


def even_times(start_ns: int, step_ns: float, n: int) -> npt.NDArray[np.int64]:
    """Return (n,) int64 ns from `start_ns`, `step_ns` apart and rounded down."""
    times: npt.NDArray[np.int64] = (_indices(n) * step_ns).astype(np.int64)
    times += start_ns
    return times


def even_times_of_all(starts_ns: list[int], steps_ns: list[float], counts: list[int]) -> npt.NDArray[np.int64]:
    """Return what `even_times` gives for each packet, one after the other."""
    n = counts[0]
    if counts.count(n) < len(counts):
        return np.concatenate(list(map(even_times, starts_ns, steps_ns, counts)))
    times: npt.NDArray[np.int64] = (np.array(steps_ns)[:, np.newaxis] * _indices(n)).astype(np.int64)
    times += np.array(starts_ns, dtype=np.int64)[:, np.newaxis]
    return times.reshape(-1)


class HostTimeline:
    """Arrival times as they are, for devices without a clock; always rising."""

    def __init__(self) -> None:
        self._last_ns: int | None = None

    def map(self, recv_ns: int, before_s: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Return (n,) int64 hub ns of rows that lie `before_s` (n,) seconds before the arrival, oldest first."""
        times: npt.NDArray[np.int64] = recv_ns - np.rint(before_s * NS_PER_S).astype(np.int64)
        if self._last_ns is not None and times[0] <= self._last_ns:
            times = np.maximum(times, self._last_ns + MIN_STEP_NS * np.arange(1, len(times) + 1))
        for i in range(1, len(times)):
            times[i] = max(times[i], times[i - 1] + 1)
        self._last_ns = int(times[-1])
        return times
