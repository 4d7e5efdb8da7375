"""From sample blocks to a gapless trace: short gaps are filled, long ones restart, time is never squeezed.

Samples are held until they make a whole chunk, then put into the trace at once. Fast sensors are averaged in groups on
the way (`dsp.stage`); a group's time is the mean of its samples' times.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from math import isfinite

import numpy as np
import numpy.typing as npt

from dsp.gap_fill import GapFillParams, from_strides, straight
from dsp.signals import IMU6, NS_PER_S, Layout, SampleBlock
from dsp.stage import LEAST_RATE_HZ, chunk_samples, group_samples
from dsp.trace import Trace

Array = npt.NDArray[np.float64]

CHANNELS = len(IMU6)

LEARN_SAMPLES = 17
"""A sensor without a nominal rate is timed by the median spacing of this many samples."""


@dataclass(frozen=True, slots=True)
class IntakeParams:
    """fill_s: the longest gap that is filled (15 lost samples at 104 Hz are 0.15 s, a step is 0.33 s).

    memory_s: how much of the past a gap is filled from.
    least_rate_hz: faster sensors are averaged down to no less than this
    """

    fill_s: float = 0.26
    memory_s: float = 2.2
    least_rate_hz: float = LEAST_RATE_HZ
    gap_fill: GapFillParams = field(default_factory=GapFillParams)


class Ready(Enum):
    """Why the owner is called."""

    RESTART = "restart"  # what came before is too far away to be continued
    SAMPLES = "samples"  # more samples are in the trace
    FILLED = "filled"  # and some of them were filled in: see `gap_s`


class Intake:
    """Blocks of one IMU into its `trace`, whole chunks on a near-regular grid.

    A gap up to `fill_s` is filled: from the strides before when the stride time is known (`stride_s`, set by the
    owner; 0 means unknown), else with a straight line.
    """

    def __init__(self, trace: Trace, params: IntakeParams | None = None) -> None:
        self._p = params or IntakeParams()
        self._trace = trace
        self.present: tuple[bool, ...] = ()
        self.has_gyro = False
        self._as_is = False
        self.period_s = 0.0
        self.chunk = 0
        self.stride_s = 0.0
        self.gap_s = 0.0
        self.group = 1
        self._raw_period_s = 0.0
        self._raw_chunk = 0
        self._enough = 1
        self._steady_ns = 0.0
        self._limit_ns = 0.0
        self._last_ns = -(1 << 62)
        self._last: Array = np.zeros(CHANNELS)
        self._layout: Layout = ()
        self._columns: list[int] = []
        # Samples not yet in the trace: the first `_checked` follow each other without a gap.
        self._stamps: list[int] = []
        self._rows: list[Array] = []
        self._checked = 0

    def put(self, block: SampleBlock) -> bool:
        """Hold a block's samples; True when `take` may find a whole chunk."""
        self._stamps += block.t_ns.tolist()
        as_is = self._as_is and block.layout is self._layout
        self._rows.append(block.values if as_is else self._six(block))
        if not self.period_s and block.rate_hz > 0.0:
            self._set_period(1.0 / block.rate_hz)
        return len(self._stamps) >= self._enough

    def end(self) -> None:
        """Take what is held for a whole chunk: no more will come."""
        held = len(self._stamps) // self.group
        if self.period_s and held:
            self.chunk = min(self.chunk, held)
            self._raw_chunk = self._enough = self.chunk * self.group

    def take(self) -> Iterator[Ready]:
        """Put whole chunks of what is held into the trace; yields whenever the owner should look.

        Lazy on purpose: the owner works the samples off, and may learn the stride from them, before the next gap is
        filled. Gaps are looked for chunk by chunk, so that it does not matter how much is held.
        """
        if not self.period_s:
            if len(self._stamps) < LEARN_SAMPLES:
                return
            self._set_period(1e-9 * float(np.median(np.diff(self._stamps[:LEARN_SAMPLES]))))
        n = self._raw_chunk
        while len(self._stamps) >= n:
            span_ns = self._stamps[n - 1] - self._last_ns
            if span_ns < self._steady_ns and self._emit():
                yield Ready.SAMPLES
            else:
                yield from self._with_gaps()

    def _six(self, block: SampleBlock) -> Array:
        """(n, 6) the IMU channels of a block, zeros where one is absent."""
        if block.layout != self._layout:
            self._columns = [block.layout.index(q) if q in block.layout else -1 for q in IMU6]
        self._layout = block.layout
        if not self.present:
            first = block.values[0].tolist()
            self.present = tuple(k >= 0 and first[k] == first[k] for k in self._columns)
            self.has_gyro = all(self.present[3:])
        self._as_is = all(self.present) and self._columns == list(range(6)) and block.values.shape[1] == len(IMU6)
        if self._as_is:
            return block.values
        six = np.zeros((len(block.t_ns), len(IMU6)))
        for to, (k, here) in enumerate(zip(self._columns, self.present, strict=True)):
            if here:
                six[:, to] = block.values[:, k] if k >= 0 else np.nan
        return six

    def _set_period(self, raw_s: float) -> None:
        self._raw_period_s = raw_s
        self.group = group_samples(1.0 / raw_s, self._p.least_rate_hz)
        self.period_s = self.group * raw_s
        self.chunk = chunk_samples(self.period_s)
        self._raw_chunk = self._enough = self.chunk * self.group
        # Nothing is missing from a chunk that is less than half a sample too long.
        self._steady_ns = (self._raw_chunk + 0.5) * raw_s * NS_PER_S
        self._limit_ns = 1.5 * raw_s * NS_PER_S

    def _emit(self) -> bool:
        """One chunk of what is held into the trace; False, and nothing done, if a value is no number."""
        n, group, stamps, trace = self._raw_chunk, self.group, self._stamps, self._trace
        values = self._joined()
        means = values[:n:group]
        if group > 1:
            for k in range(1, group):
                means = means + values[k:n:group]
            means *= 1.0 / group
        columns: list[list[float]] = means.T.tolist()
        if not isfinite(sum(map(sum, columns))):
            self._rows = [values]
            return False
        self._last_ns, self._last = stamps[n - 1], values[n - 1]
        if group == 1:
            trace.t_s += [stamp * 1e-9 for stamp in stamps[:n]]
        elif group == 2:
            trace.t_s += [(a + b) * 0.5e-9 for a, b in zip(stamps[0:n:2], stamps[1:n:2], strict=True)]
        else:
            trace.t_s += [sum(stamps[k : k + group]) * 1e-9 / group for k in range(0, n, group)]
        for kept, column in zip(trace.axes, columns, strict=True):
            kept += column
        del stamps[:n]
        self._rows = [values[n:]] if stamps else []
        self._checked = 0
        return True

    def _joined(self) -> Array:
        """(n, 6) all that is held."""
        return self._rows[0] if len(self._rows) == 1 else np.concatenate([np.zeros((0, CHANNELS)), *self._rows])

    def _with_gaps(self) -> Iterator[Ready]:
        """The careful way through as many samples as make a chunk: stretches between gaps one by one."""
        n, checked, values = self._raw_chunk, self._checked, self._joined()
        rest_stamps, rest = self._stamps[n:], values[n:]
        good = np.flatnonzero(np.isfinite(values[:n]).all(axis=1)).tolist()
        fresh = [(self._stamps[k], values[k]) for k in good[checked:]]
        self._stamps, self._rows = self._stamps[:checked], [values[:checked]]
        before = self._stamps[-1] if checked else self._last_ns
        for stamp, row in fresh:
            if stamp - before > self._p.fill_s * NS_PER_S:
                self._trace.clear()
                self._stamps, self._rows = [], []
                yield Ready.RESTART
            elif stamp - before > self._limit_ns:
                self.gap_s = (stamp - before) * 1e-9
                self._fill(before, stamp, row.tolist())
                while len(self._stamps) >= self._raw_chunk:
                    self._emit()
                yield Ready.FILLED
            self._stamps.append(stamp)
            self._rows.append(row[None, :])
            before = stamp
            if len(self._stamps) >= self._raw_chunk:
                self._emit()
                yield Ready.SAMPLES
            self._last_ns, self._last = stamp, row
        self._checked = len(self._stamps)
        self._stamps += rest_stamps
        self._rows.append(rest)

    def _fill(self, before_ns: int, next_ns: int, following: list[float]) -> None:
        """Put samples between the last one, at `before_ns`, and `next_ns`."""
        trace = self._trace
        n = max(1, round((next_ns - before_ns) * 1e-9 / self._raw_period_s) - 1)
        stamps = [before_ns + (next_ns - before_ns) * (i + 1) // (n + 1) for i in range(n)]
        filled: list[list[float]] | None = None
        if self.stride_s > 0.0:
            keep = int(self._p.memory_s / self.period_s)
            past_t = trace.t_s[-keep:] + [stamp * 1e-9 for stamp in self._stamps]
            waiting: list[list[float]] = self._joined().T.tolist()
            past = [axis[-keep:] + more for axis, more in zip(trace.axes, waiting, strict=True)]
            times = [stamp * 1e-9 for stamp in stamps]
            filled = from_strides(past_t, past, times, next_ns * 1e-9, following, self.stride_s, self._p.gap_fill)
        if filled is None:
            filled = straight(self._last.tolist(), following, n)
        self._stamps += stamps
        self._rows.append(np.array(filled).T)
