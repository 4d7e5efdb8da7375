"""Maps a sample count to the hub's clock when the sampling rate itself is known only to a few per cent.

The same minimum-delay envelope as for a device clock, but with an estimated period: each block keeps the lower convex
hull of its arrivals over the count, so its earliest arrival can be found for any period; a line through the earliest
arrivals of the last half minute gives period and offset together. Simulated with a rate 5 % off and 200 ppm of wander,
two sensors agree within 0.6 to 1.7 ms (p95; intervals of 15 to 45 ms).
"""

from __future__ import annotations

import math
from collections import deque

from drivers.timing.delay_spread import TRAP_S, DelaySpread, uncertainty_s

FIRST_BLOCK_S, BLOCK_S = 0.5, 2.0
FIRST_BLOCKS, BLOCKS = 8, 18
"""Short blocks first, so that the rate is known within seconds; half a minute in all, since such oscillators wander."""

LINE_FROM_BLOCKS = 3
ROUNDS = 3
"""Which packet of a block is the earliest depends slightly on the fitted line, so the fit is iterated."""

RIDGE_S2 = 0.1
"""Regularises the rate towards nominal while the line is short: arrivals scatter by 10 ms, rates by 3 %."""

STEEPEST = 0.08
"""Oscillators inside motion sensors are within 5 %."""

CAUSALITY_S = 0.002
"""A packet this far below the line lowers the line at once; before there is a line, any packet below does."""

INTERVAL_S = 0.05
"""The longest usual connection interval: before the rate is known, all packets may have waited as long as this."""

WANDER = 1e-3
"""How much the rate may change during a silence; oscillators inside motion sensors move by less over ten degrees."""

Point = tuple[float, float]


class CountLine:
    """Line through (nominal time of the last sample of a packet, arrival minus that), both s; bounded memory."""

    def __init__(self, slope: float = 0.0) -> None:
        """`slope`: relative excess of the true period over the nominal one, if already known."""
        self.slope = slope
        self._prior = slope
        self._hulls: deque[list[Point]] = deque(maxlen=BLOCKS)
        self._block: list[Point] = []
        self._block_start_s = math.nan
        self._intercept_s = math.inf
        self._origin_s = 0.0
        self._scatter_s = math.nan
        self._below_s = 0.0
        self._spread = DelaySpread()

    @property
    def has_line(self) -> bool:
        """Whether enough blocks have passed for a line."""
        return len(self._hulls) >= LINE_FROM_BLOCKS

    @property
    def is_settled(self) -> bool:
        """Whether the rate is known well enough to detect a single missing packet."""
        return len(self._hulls) >= FIRST_BLOCKS

    @property
    def is_at_limit(self) -> bool:
        """Whether the rate is further off than any oscillator can be: the sensor runs at a different rate."""
        return self.is_settled and abs(self.slope) >= STEEPEST

    def uncertainty_s(self, packet_s: float) -> float | None:
        """Bound the error, 95 %, for packets every `packet_s`; None before there is a line."""
        if math.isnan(self._scatter_s):
            return None
        return uncertainty_s(self._scatter_s, len(self._hulls), self.phase_gap_s(packet_s))

    @property
    def knows_gap(self) -> bool:
        """Whether `phase_gap_s` rests on enough packets to be reported to the user."""
        return self._spread.is_full

    def phase_gap_s(self, packet_s: float) -> float:
        """See DelaySpread."""
        return self._spread.phase_gap_s(packet_s)

    def offset_s(self, x_s: float) -> float:
        """Return hub time minus nominal time."""
        return self._intercept_s + self.slope * (x_s - self._origin_s)

    def early_s(self, silence_s: float, packet_s: float) -> float:
        """Bound how much earlier than on the line a packet can arrive after `silence_s` without any.

        As early as the earliest packet of the blocks that the line was fitted to, or as wide as the phase that no
        packet has met; blocks that are late, as in a stall, do not count. The bound grows with the silence, as the
        error of the line does.
        """
        if not self.is_settled:
            return INTERVAL_S + STEEPEST * silence_s
        gap_s = self.phase_gap_s(packet_s)
        known_s = max(self._below_s, gap_s if gap_s >= TRAP_S else 0.0)
        span_s = (len(self._hulls) - FIRST_BLOCKS) * BLOCK_S + FIRST_BLOCKS * FIRST_BLOCK_S
        return CAUSALITY_S + known_s * (1.0 + 2.0 * silence_s / span_s) + WANDER * silence_s

    def update(self, x_s: float, recv_s: float) -> float:
        """Add a packet; return how late it was relative to the line, s."""
        y_s = recv_s - x_s
        if math.isnan(self._block_start_s):
            self._block_start_s = self._origin_s = x_s
            self._intercept_s = y_s
        elif x_s - self._block_start_s >= (FIRST_BLOCK_S if len(self._hulls) < FIRST_BLOCKS else BLOCK_S):
            self._hulls.append(self._block)
            self._block, self._block_start_s = [], x_s
            if self.has_line:
                self._fit()
        _extend_hull(self._block, (x_s, y_s))
        late_s = y_s - self.offset_s(x_s)
        self._spread.add(late_s)
        if late_s < (-CAUSALITY_S if self.has_line else 0.0):
            self._intercept_s += late_s
        return late_s

    def forget_block(self) -> None:
        """Discard the current block: its count was wrong."""
        self._block = []

    def _fit(self) -> None:
        """Fit slope and intercept to the earliest arrival of each block."""
        hulls = [hull for hull in self._hulls if hull]
        for _ in range(ROUNDS):
            points = [min(hull, key=lambda point: point[1] - self.slope * point[0]) for hull in hulls]
            n = len(points)
            mean_x, mean_y = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
            covariance = sum((x - mean_x) * (y - mean_y) for x, y in points) + RIDGE_S2 * self._prior
            variance = sum((x - mean_x) ** 2 for x, _ in points) + RIDGE_S2
            self.slope = max(-STEEPEST, min(covariance / variance, STEEPEST))
        self._intercept_s, self._origin_s = mean_y, mean_x
        over_s = [y - mean_y - self.slope * (x - mean_x) for x, y in points]
        self._below_s = -min(over_s)
        self._scatter_s = math.sqrt(sum(each * each for each in over_s) / n)


def _extend_hull(hull: list[Point], new: Point) -> None:
    """Append a point at the right end of a lower convex hull (Andrew's monotone chain)."""
    while len(hull) >= 2:
        (ax, ay), (bx, by) = hull[-2], hull[-1]
        if (by - ay) * (new[0] - ax) < (new[1] - ay) * (bx - ax):
            break
        hull.pop()
    hull.append(new)
