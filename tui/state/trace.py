"""The last seconds of one signal, as columns ready to draw: bounded memory, no copy per message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]

OVERLAP_S = 0.5
CAPACITY = 8192
"""Samples kept: twice 10 s at 416 Hz."""


class Trace:
    """A moving window of `window_s` seconds over samples that arrive in small batches.

    Samples are appended to a fixed array; only when it is full is the newer half moved to its start.
    """

    def __init__(self, window_s: float) -> None:
        self.window_s = window_s
        self._t_s = np.empty(CAPACITY)
        self._y = np.empty(CAPACITY)
        self._n = 0

    @property
    def newest_s(self) -> float | None:
        """Time of the newest sample in the sender's time base; None before the first."""
        return float(self._t_s[self._n - 1]) if self._n else None

    def extend(self, t0_s: float, dt_s: float, values: Sequence[float | None]) -> None:
        """Append a batch of evenly spaced samples; None becomes a gap."""
        if values and dt_s > 0.0:
            y = np.array([np.nan if value is None else value for value in values])
            self.append(t0_s + dt_s * np.arange(len(y), dtype=np.float64), y)

    def append(self, t_s: Floats, y: Floats) -> None:
        """Append samples at ascending times, (n,) each; NaN is a gap.

        A batch from well before the newest sample (a new run, a seek) restarts the trace.
        """
        t_s, y = t_s[-CAPACITY // 2 :], y[-CAPACITY // 2 :]
        if self._n and t_s[0] < self._t_s[self._n - 1] - OVERLAP_S:
            self._n = 0
        if self._n:  # times are rounded in the messages, so batches may overlap slightly
            y, t_s = y[t_s > self._t_s[self._n - 1]], t_s[t_s > self._t_s[self._n - 1]]
        if self._n + len(y) > CAPACITY:
            keep = min(self._n, CAPACITY // 2)
            self._t_s[:keep] = self._t_s[self._n - keep : self._n]
            self._y[:keep] = self._y[self._n - keep : self._n]
            self._n = keep
        self._t_s[self._n : self._n + len(y)] = t_s
        self._y[self._n : self._n + len(y)] = y
        self._n += len(y)

    def between(self, begin_s: float, end_s: float) -> tuple[Floats, Floats]:
        """Return times and values from `begin_s` to `end_s`, (n,) each, without gaps."""
        first, last = np.searchsorted(self._t_s[: self._n], (begin_s, end_s))
        t_s, y = self._t_s[first:last], self._y[first:last]
        finite = np.isfinite(y)
        return t_s[finite], y[finite]

    def columns(self, count: int, right_s: float) -> Floats:
        """Return the largest value in each of `count` columns, (count,); the last column contains `right_s`.

        Column boundaries are multiples of the column width, so that the picture moves by whole columns and does not
        shimmer. NaN where nothing was measured.
        """
        width_s = self.window_s / count
        first = int(np.floor(right_s / width_s)) - count + 1
        begin = max(0, int(np.searchsorted(self._t_s[: self._n], (first - 1) * width_s)) - 1)
        t_s, y = self._t_s[begin : self._n], self._y[begin : self._n]
        if not len(t_s):
            return np.full(count, np.nan)
        high: Floats = np.interp((first + np.arange(count) + 0.5) * width_s, t_s, y, left=np.nan, right=np.nan)
        column = np.floor(t_s / width_s).astype(np.int64) - first
        inside = (column >= 0) & (column < count) & np.isfinite(y)
        np.fmax.at(high, column[inside], y[inside])
        return high
