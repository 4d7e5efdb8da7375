"""Three taps on the hip sensor: the runner's button, also in mid-stride.

A fingertip on the housing is over in some ten milliseconds; what running does to a hip sensor takes several times as
long. Looked at is the specific force against the mean of the samples 10 ms before and after, the largest of it in each
0.4 s being what this runner's steps make of it. A tap stands out of that; three of them 0.12-0.6 s apart, alike, evenly
spaced, with nothing before and after, are the sign. Bounds were set on the recorded runs and on taps added to them
(`python -m benchmarks.thresholds taps`); nobody has tapped a real sensor yet.
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
"""A tap is over between two samples of a slower sensor."""

_TO_G = 0.5 / GRAVITY_MPS2
"""From twice a spike, m/s2, to g."""

Array = NDArray[np.float64]

_FORCE = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
"""Sums the force's three of six columns."""


@dataclass(frozen=True, slots=True)
class TapParams:
    """Times in s, force in g.

    reach_s     distance of the samples that a sample is held against
    window_s    in which the largest is taken, `windows` of them are remembered (their median is the runner's usual)
    least_g     never less than this, and `times` the usual
    merge_s     ringing of one tap
    apart_s     least and most between two taps
    quiet_s     nothing before the first and after the last
    even        most that one interval may be longer than the other, as a ratio; alike: the same for strength
    """

    reach_s: float = 0.010
    window_s: float = 0.4
    windows: int = 25
    fewest_windows: int = 10
    least_g: float = 1.6
    times: float = 2.2
    merge_s: float = 0.08
    apart_s: tuple[float, float] = (0.12, 0.60)
    quiet_s: float = 0.70
    even: float = 1.8
    alike: float = 6.0


class ThreeTaps:
    """Samples of one hip sensor in, times of three taps out; cut anywhere."""

    def __init__(self, rate_hz: float, params: TapParams | None = None) -> None:
        self._p = params or TapParams()
        self._rate_hz = rate_hz
        self._reach = max(1, round(self._p.reach_s * rate_hz))
        # The last samples that were looked at: spikes are found between neighbours.
        self._t_ns: list[int] = []
        self._rows: Array = np.empty((0, 6))
        self._window: int | None = None
        self._most_g = 0.0
        self._usual: deque[float] = deque(maxlen=self._p.windows)
        self._limit_g = math.inf
        self._taps: list[tuple[float, float]] = []

    def look(self, t_ns: list[int], rows: list[Array]) -> list[float]:
        """Middle tap of each three that are complete, s; `rows` (n, 6) since the last look begin with the force."""
        out: list[float] = []
        if self._rate_hz < SLOWEST_HZ:
            return out
        reach, t_ns, six = self._reach, self._t_ns + t_ns, np.concatenate([self._rows, *rows])
        self._t_ns, self._rows = t_ns[-2 * reach :], six[-2 * reach :]
        if len(t_ns) > 2 * reach:
            # Twice the spike: how far a sample is from the straight line between its neighbours.
            spike = 2.0 * six[reach:-reach]
            spike -= six[: -2 * reach]
            spike -= six[2 * reach :]
            spike *= spike
            square = spike.dot(_FORCE)
            sample_ns = NS_PER_S / self._rate_hz
            lost = t_ns[-1] - t_ns[0] >= (len(t_ns) - 1 + 0.5 * reach) * sample_ns
            if lost or not math.isfinite(square.dot(square)):
                # Samples on both sides of a gap, or missing ones, say nothing.
                at = np.array(t_ns)
                whole = at[2 * reach :] - at[: -2 * reach] < 3.0 * reach * sample_ns
                square[~(whole & np.isfinite(square))] = 0.0
            self._look(t_ns[reach:-reach], square, out)
        return out

    def _look(self, t_ns: list[int], square: Array, out: list[float]) -> None:
        """Window by window, each with the limit that the windows before it set; `square` of twice the spikes."""
        first, window_ns = 0, round(self._p.window_s * NS_PER_S)
        while first < len(t_ns):
            window = t_ns[first] // window_ns
            if self._window != window:
                self._close_window()
                self._window = window
            k = bisect_left(t_ns, (window + 1) * window_ns)
            part = square[first:k]
            most_g = _TO_G * math.sqrt(part[part.argmax()])
            self._most_g = max(self._most_g, most_g)
            if most_g > self._limit_g:
                for i, twice in enumerate(np.sqrt(part).tolist()):
                    if _TO_G * twice > self._limit_g:
                        self._tap(1e-9 * t_ns[first + i], _TO_G * twice, out)
            first = k
        self._decide(1e-9 * t_ns[-1], out)

    def _close_window(self) -> None:
        p = self._p
        if self._window is not None:
            self._usual.append(self._most_g)
        self._most_g = 0.0
        if len(self._usual) >= p.fewest_windows:
            self._limit_g = max(p.least_g, p.times * median(self._usual))

    def _tap(self, t_s: float, g: float, out: list[float]) -> None:
        self._decide(t_s, out)
        if self._taps and t_s - self._taps[-1][0] < self._p.merge_s:
            self._taps[-1] = (self._taps[-1][0], max(g, self._taps[-1][1]))
        else:
            self._taps.append((t_s, g))

    def _decide(self, now_s: float, out: list[float]) -> None:
        """Say, once it has been quiet, whether these were three taps."""
        p, taps = self._p, self._taps
        if not taps or now_s - taps[-1][0] < p.quiet_s:
            return
        self._taps = []
        if len(taps) != 3:
            return
        (one_s, a), (two_s, b), (three_s, c) = taps
        gaps = (two_s - one_s, three_s - two_s)
        low, high = p.apart_s
        if min(gaps) < low or max(gaps) > high or max(gaps) > p.even * min(gaps):
            return
        if max(a, b, c) <= p.alike * min(a, b, c):
            out.append(two_s)
