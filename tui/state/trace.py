"""The last seconds of one signal, in columns ready to draw: bounded memory, no copy per message."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

GAP_S = 0.4
"""Longer holes are left blank instead of joined by a line: a straight line would be an invention."""

OVERLAP_S = 0.5
_CAPACITY = 8192  # 10 s at 416 Hz, twice over


class Trace:
    """A moving window over samples that arrive in small batches.

    Samples are appended to a fixed array; only when it is full is the younger half moved to its start.
    """

    def __init__(self, window_s: float) -> None:
        self.window_s = window_s
        self._t_s = np.empty(_CAPACITY)
        self._y = np.empty(_CAPACITY)
        self._n = 0

    @property
    def newest_s(self) -> float | None:
        """Time of the newest sample on the sender's axis, None before the first."""
        return float(self._t_s[self._n - 1]) if self._n else None

    def extend(self, t0_s: float, dt_s: float, values: Sequence[float | None]) -> None:
        """Append a batch; None becomes a gap. A batch from well before (a new run, a seek) starts the trace anew."""
        if not values or dt_s <= 0.0:
            return
        y = np.array([np.nan if value is None else value for value in values])[-_CAPACITY // 2 :]
        t_s = t0_s + dt_s * np.arange(len(values) - len(y), len(values))
        if self._n and t_s[0] < self._t_s[self._n - 1] - OVERLAP_S:
            self._n = 0
        if self._n:  # times are rounded on the wire: batches may overlap by a hair
            y, t_s = y[t_s > self._t_s[self._n - 1]], t_s[t_s > self._t_s[self._n - 1]]
        if self._n + len(y) > _CAPACITY:
            keep = min(self._n, _CAPACITY // 2)
            self._t_s[:keep] = self._t_s[self._n - keep : self._n]
            self._y[:keep] = self._y[self._n - keep : self._n]
            self._n = keep
        self._t_s[self._n : self._n + len(y)] = t_s
        self._y[self._n : self._n + len(y)] = y
        self._n += len(y)

    def columns(self, count: int, right_s: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Lowest and highest value in each of `count` columns, (count,) each; the last column holds `right_s`.

        Column borders are multiples of the column width, so that the picture moves by whole columns and does not
        shimmer. NaN where nothing was measured.
        """
        width_s = self.window_s / count
        first = int(np.floor(right_s / width_s)) - count + 1
        centres_s = (first + np.arange(count) + 0.5) * width_s
        begin = max(0, int(np.searchsorted(self._t_s[: self._n], centres_s[0] - GAP_S)))
        t_s, y = self._t_s[begin : self._n], self._y[begin : self._n]
        if len(t_s) < 2:
            return np.full(count, np.nan), np.full(count, np.nan)
        low = np.interp(centres_s, t_s, y, left=np.nan, right=np.nan)
        after = np.clip(np.searchsorted(t_s, centres_s), 1, len(t_s) - 1)
        low[t_s[after] - t_s[after - 1] > GAP_S] = np.nan
        high = low.copy()
        column = np.floor(t_s / width_s).astype(np.int64) - first
        inside = (column >= 0) & (column < count) & np.isfinite(y)
        np.fmin.at(low, column[inside], y[inside])
        np.fmax.at(high, column[inside], y[inside])
        return low, high

    def swing(self, right_s: float) -> float | None:
        """How far the signal goes from side to side in the window: 98th minus 2nd percentile, None if too little.

        Percentiles instead of extremes, so that one stumble does not stay in the title for the whole window.
        """
        recent = self._y[: self._n][self._t_s[: self._n] > right_s - self.window_s]
        recent = recent[np.isfinite(recent)]
        if len(recent) < 10:
            return None
        low, high = np.percentile(recent, (2, 98))
        return float(high - low)
