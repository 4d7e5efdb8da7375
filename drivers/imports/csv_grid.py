"""Find missing rows on a jittered time axis.

A single late timestamp is not a gap: the rows after it are back on the grid. A gap shifts them all.
"""

from __future__ import annotations

from collections.abc import Sequence

GAP_PERIODS = 1.5
"""Only longer steps can be gaps."""
LOOK_AHEAD_ROWS = 8
"""Number of rows from a long step on that are averaged to determine whether the grid has shifted."""
PHASE_GAIN = 1 / 32
PERIOD_GAIN = PHASE_GAIN**2 / 4
"""Gains of a critically damped second-order loop, which follows drift and rate changes of the clock, not jitter."""
PERIOD_LIMIT = 0.2
RESYNC_PERIODS = 200
"""After a longer pause the phase of the grid is unknown, and it is restarted."""


class SampleGrid:
    """The evenly spaced grid underlying a sensor's timestamps; all times in ns."""

    def __init__(self, period_ns: float) -> None:
        self._nominal_ns = self._period_ns = period_ns
        self._phase_ns = 0.0
        self._last_ns = 0
        self._rows = 0

    def update(self, times_ns: Sequence[int]) -> list[int]:
        """Take the next rows' increasing times; return how many samples are missing before each."""
        return [self._place(times_ns, i) for i in range(len(times_ns))]

    def _place(self, times_ns: Sequence[int], i: int) -> int:
        time_ns, missing = times_ns[i], 0
        step_ns = time_ns - self._last_ns
        if not self._rows or step_ns > RESYNC_PERIODS * self._period_ns:
            missing = round(step_ns / self._period_ns) - 1 if self._rows else 0
            self._rows, self._phase_ns = 1, float(time_ns)
        else:
            self._rows += 1
            if step_ns > GAP_PERIODS * self._period_ns:
                missing = max(0, round(self._ahead_ns(times_ns, i) / self._period_ns))
            expected_ns = self._phase_ns + (1 + missing) * self._period_ns
            error_ns = time_ns - expected_ns
            self._phase_ns = expected_ns + max(PHASE_GAIN, 1 / self._rows) * error_ns
            limit_ns = PERIOD_LIMIT * self._nominal_ns
            moved_ns = self._period_ns + PERIOD_GAIN * error_ns - self._nominal_ns
            self._period_ns = self._nominal_ns + min(max(moved_ns, -limit_ns), limit_ns)
        self._last_ns = time_ns
        return missing

    def _ahead_ns(self, times_ns: Sequence[int], i: int) -> float:
        """Return the mean delay relative to the grid of row `i` and those after it, up to the next long step."""
        total_ns, rows = 0.0, 0
        for j in range(i, min(i + LOOK_AHEAD_ROWS, len(times_ns))):
            if j > i and times_ns[j] - times_ns[j - 1] > GAP_PERIODS * self._period_ns:
                break
            rows += 1
            total_ns += times_ns[j] - self._phase_ns - rows * self._period_ns
        return total_ns / rows
