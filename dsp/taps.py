"""Detect three taps on the hip sensor: the runner's button, also in mid-stride.

A fingertip on the housing lasts some ten milliseconds; what running does to a hip sensor takes several times as long.
The detector compares the specific force with the mean of the samples 10 ms before and after it (a "spike"); the largest
spike in each 0.4 s shows what this runner's steps produce. A tap stands out from that, and three taps 0.12-0.6 s apart,
of similar strength, evenly spaced, with nothing before or after, are the signal. The bounds were set on the recorded
runs and on taps added to them (`python -m benchmarks.thresholds taps`); nobody has tapped a real sensor yet.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from dsp.signals import GRAVITY_MPS2, NS_PER_S

SLOWEST_HZ = 80.0
"""At a lower sampling rate a tap may fall between two samples."""

_TO_G = 0.5 / GRAVITY_MPS2
"""Converts twice a spike, in m/s2, to g."""

Array = NDArray[np.float64]

_FORCE = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
"""Sums the three force columns of six."""


@dataclass(frozen=True, slots=True)
class TapParams:
    """Parameters of the detector; times in s, spikes in g.

    reach_s         how far before and after it lie the samples that a sample is compared with
    window_s        the largest spike is taken in windows of this length; the median of the last `windows` is usual
    fewest_windows  windows needed before any tap is detected
    minimum_g       smallest spike of a tap, which must also exceed `factor` times the usual
    merge_s         spikes closer than this are the ringing of one tap
    interval_s      shortest and longest interval between two taps
    quiet_s         time without a spike before the first tap and after the last
    max_interval_ratio  largest ratio of the two intervals
    max_strength_ratio  largest ratio of the strongest tap to the weakest
    """

    reach_s: float = 0.010
    window_s: float = 0.4
    windows: int = 25
    fewest_windows: int = 10
    minimum_g: float = 1.6
    factor: float = 2.2
    merge_s: float = 0.08
    interval_s: tuple[float, float] = (0.12, 0.60)
    quiet_s: float = 0.70
    max_interval_ratio: float = 1.8
    max_strength_ratio: float = 6.0


class ThreeTaps:
    """Streaming detector of three taps on one hip sensor; the input may be cut anywhere.

    Below `SLOWEST_HZ` it detects nothing.
    """

    def __init__(self, rate_hz: float, params: TapParams | None = None) -> None:
        self._p = params or TapParams()
        self._rate_hz = rate_hz
        self._reach = max(1, round(self._p.reach_s * rate_hz))
        # The last samples seen: the neighbours of the next ones.
        self._t_ns: list[int] = []
        self._rows: Array = np.empty((0, 6))
        self._window: int | None = None
        self._max_g = 0.0
        self._usual: deque[float] = deque(maxlen=self._p.windows)
        self._limit_g = math.inf
        self._taps: list[tuple[float, float]] = []

    def look(self, t_ns: list[int], rows: list[Array]) -> list[float]:
        """Take the next n samples; return the time of the middle tap, s, of every three taps now complete.

        t_ns  n times
        rows  (m, 6) arrays, n rows in all; the first three columns are the specific force, m/s2
        """
        out: list[float] = []
        if self._rate_hz < SLOWEST_HZ:
            return out
        reach, t_ns, six = self._reach, self._t_ns + t_ns, np.concatenate([self._rows, *rows])
        self._t_ns, self._rows = t_ns[-2 * reach :], six[-2 * reach :]
        if len(t_ns) > 2 * reach:
            # Twice the spike: the distance of a sample from the mean of its neighbours.
            spike = 2.0 * six[reach:-reach]
            spike -= six[: -2 * reach]
            spike -= six[2 * reach :]
            spike *= spike
            square = spike.dot(_FORCE)
            sample_ns = NS_PER_S / self._rate_hz
            lost = t_ns[-1] - t_ns[0] >= (len(t_ns) - 1 + 0.5 * reach) * sample_ns
            if lost or not math.isfinite(square.dot(square)):
                # Neighbours across a gap, or missing values, make no spike.
                at = np.array(t_ns)
                whole = at[2 * reach :] - at[: -2 * reach] < 3.0 * reach * sample_ns
                square[~(whole & np.isfinite(square))] = 0.0
            self._look(t_ns[reach:-reach], square, out)
        return out

    def _look(self, t_ns: list[int], square: Array, out: list[float]) -> None:
        """Find taps window by window, each with the limit set by the windows before it.

        square  squares of twice the spikes at `t_ns`, (m/s2)^2
        """
        first, window_ns = 0, round(self._p.window_s * NS_PER_S)
        while first < len(t_ns):
            window = t_ns[first] // window_ns
            if self._window != window:
                self._close_window()
                self._window = window
            k = bisect_left(t_ns, (window + 1) * window_ns)
            part = square[first:k]
            max_g = _TO_G * math.sqrt(part[part.argmax()])
            self._max_g = max(self._max_g, max_g)
            if max_g > self._limit_g:
                for i, twice in enumerate(np.sqrt(part).tolist()):
                    if _TO_G * twice > self._limit_g:
                        self._tap(1e-9 * t_ns[first + i], _TO_G * twice, out)
            first = k
        self._decide(1e-9 * t_ns[-1], out)

    def _close_window(self) -> None:
        p = self._p
        if self._window is not None:
            self._usual.append(self._max_g)
        self._max_g = 0.0
        if len(self._usual) >= p.fewest_windows:
            self._limit_g = max(p.minimum_g, p.factor * median(self._usual))

    def _tap(self, t_s: float, g: float, out: list[float]) -> None:
        self._decide(t_s, out)
        if self._taps and t_s - self._taps[-1][0] < self._p.merge_s:
            self._taps[-1] = (self._taps[-1][0], max(g, self._taps[-1][1]))
        else:
            self._taps.append((t_s, g))

    def _decide(self, now_s: float, out: list[float]) -> None:
        """Decide, once it has been quiet, whether the pending taps were three taps."""
        p, taps = self._p, self._taps
        if not taps or now_s - taps[-1][0] < p.quiet_s:
            return
        self._taps = []
        if len(taps) != 3:
            return
        (one_s, a), (two_s, b), (three_s, c) = taps
        gaps = (two_s - one_s, three_s - two_s)
        low, high = p.interval_s
        if min(gaps) < low or max(gaps) > high or max(gaps) > p.max_interval_ratio * min(gaps):
            return
        if max(a, b, c) <= p.max_strength_ratio * min(a, b, c):
            out.append(two_s)
