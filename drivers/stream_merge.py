"""Merge two streams into one: some devices send acceleration and angular rate separately."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dsp.signals import NS_PER_S, Layout, SampleBlock

Array = npt.NDArray[np.float64]

MAX_SPACE_NS = NS_PER_S // 10
"""Samples of the second stream further apart than this have a gap between them, which is not interpolated."""
WAIT_NS = NS_PER_S
"""A second stream that lags by more than this is not waited for."""
HOLD_NS = 10 * NS_PER_S
"""At most this much of the second stream is buffered while the first is silent."""


class StreamMerge:
    """Merged rows at the times and rate of the first stream; the second is interpolated linearly at those times.

    Blocks may arrive in any order and size: rows are returned once both streams have passed them, or after at most one
    second. Rows before the second stream's first sample are discarded if it arrives within that second.
    """

    def __init__(self, layouts: Sequence[Layout]) -> None:
        self._first, self._second = layouts
        self.layout: Layout = (*self._first, *self._second)
        self._t_ns: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._rows: Array = np.empty((0, len(self._first)))
        self._second_t_ns: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._second_rows: Array = np.empty((0, len(self._second)))
        self._lost = 0
        self._rate_hz = 0.0

    @property
    def waiting(self) -> int:
        """Number of buffered rows of both streams."""
        return len(self._t_ns) + len(self._second_t_ns)

    def update(self, block: SampleBlock) -> SampleBlock | None:
        """Take a block of either stream; return the rows that are now ready, None if there are none."""
        if block.layout == self._first:
            self._t_ns = np.concatenate([self._t_ns, block.t_ns])
            self._rows = np.concatenate([self._rows, block.values])
            self._lost += block.lost
            self._rate_hz = block.rate_hz
        else:
            self._second_t_ns = np.concatenate([self._second_t_ns, block.t_ns])
            self._second_rows = np.concatenate([self._second_rows, block.values])
            self._forget_second(int(np.searchsorted(self._second_t_ns, self._second_t_ns[-1] - HOLD_NS)))
        if not len(self._t_ns):
            return None
        known_ns = self._second_t_ns[-1] if len(self._second_t_ns) else self._t_ns[0] - 1
        n = int(np.searchsorted(self._t_ns, max(known_ns, self._t_ns[-1] - WAIT_NS), side="right"))
        skip = 0
        if len(self._second_t_ns) and self._t_ns[-1] - self._second_t_ns[0] < WAIT_NS:
            skip = int(np.searchsorted(self._t_ns[:n], self._second_t_ns[0]))
        if n - skip <= 0:
            self._t_ns, self._rows = self._t_ns[skip:], self._rows[skip:]
            return None
        t_ns = self._t_ns[skip:n]
        values = np.hstack([self._rows[skip:n], self._at(t_ns)])
        self._t_ns, self._rows = self._t_ns[n:], self._rows[n:]
        self._forget_second(max(int(np.searchsorted(self._second_t_ns, t_ns[-1])) - 1, 0))
        lost, self._lost = self._lost, 0
        return SampleBlock(block.source, block.placement, self.layout, t_ns, values, self._rate_hz, lost)

    def _forget_second(self, n: int) -> None:
        self._second_t_ns, self._second_rows = self._second_t_ns[n:], self._second_rows[n:]

    def _at(self, t_ns: npt.NDArray[np.int64]) -> Array:
        """Return the second stream at these times, (n, k); NaN in its gaps and beyond its ends."""
        known = self._second_t_ns
        if len(known) < 2:
            return np.full((len(t_ns), len(self._second)), np.nan)
        after = np.clip(np.searchsorted(known, t_ns), 1, len(known) - 1)
        before_ns, after_ns = known[after - 1], known[after]
        share = ((t_ns - before_ns) / (after_ns - before_ns))[:, np.newaxis]
        values: Array = self._second_rows[after - 1] * (1 - share) + self._second_rows[after] * share
        is_known = (t_ns >= before_ns) & (t_ns <= after_ns) & (after_ns - before_ns <= MAX_SPACE_NS)
        values[~is_known] = np.nan
        return values
