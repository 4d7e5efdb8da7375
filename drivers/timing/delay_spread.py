"""How reliable the earliest arrivals are: whether the phase between packets and connection events sweeps.

A packet waits for the next connection event. If packets and events drift relative to each other, some packet soon waits
almost no time, and the minimum delay is the true one. If the packet period is a whole multiple of the interval
(100 Hz, 5 samples, 50 ms interval), they alias: every packet waits equally long, the minimum delay is never observed,
and the times are late by up to an interval (simulated: p95 42 ms). A period of p/q intervals leaves q phases, and the
gap between them remains unknown.
"""

from __future__ import annotations

import itertools
import math
from collections import deque

PACKETS = 256
MIN_PACKETS = 96
LOW, MIDDLE, HIGH = 0.1, 0.6, 0.75
"""Quantiles of the delays: those above HIGH were retransmitted or stalled."""

NARROW_S = 0.0025
"""LOW to MIDDLE spans half an interval, at least 3.75 ms, if the phase sweeps; host jitter alone is less."""

TRAP_S = 0.004
"""A gap this wide does not occur by chance: 256 packets over the longest usual interval, 50 ms, leave 1 to 2 ms."""

Z95 = 2.0


class DelaySpread:
    """Delays of the last packets relative to the minimum-delay line, s."""

    def __init__(self) -> None:
        self._residuals_s: deque[float] = deque(maxlen=PACKETS)

    def add(self, residual_s: float) -> None:
        """Add the delay of one more packet."""
        self._residuals_s.append(residual_s)

    @property
    def is_full(self) -> bool:
        """Whether the window is full: with fewer packets a gap may still close by itself."""
        return len(self._residuals_s) == PACKETS

    def phase_gap_s(self, packet_s: float) -> float:
        """Width of the widest phase that no packet met; `packet_s`, the packet period, if there is only one phase.

        0 while there are too few packets to decide.
        """
        n = len(self._residuals_s)
        if n < MIN_PACKETS:
            return 0.0
        ordered = sorted(self._residuals_s)
        if ordered[int(MIDDLE * n)] - ordered[int(LOW * n)] < NARROW_S:
            return packet_s
        usual = ordered[: int(HIGH * n)]
        return max(later - earlier for earlier, later in itertools.pairwise(usual))


def uncertainty_s(scatter_s: float, points: int, phase_gap_s: float) -> float:
    """95 % bound of the error of a line through `points` block minima that scatter by `scatter_s` (SD).

    The minimum of m uniformly distributed delays is too large by its own SD on average; the end of a fitted line is
    uncertain by 2 SD / sqrt(points). A significant gap (see TRAP_S) may hide the true phase.
    """
    statistical_s = scatter_s * (1.0 + Z95 * 2.0 / math.sqrt(points))
    return max(statistical_s, phase_gap_s if phase_gap_s >= TRAP_S else 0.0)
