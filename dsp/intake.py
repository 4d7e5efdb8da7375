"""From sample blocks to a gapless trace: short gaps are filled, long ones restart, time is never squeezed.

Samples are held until they make a whole chunk, then put into the trace at once. Fast sensors are averaged in groups on
the way (`dsp.stage`); a group's time is the mean of its samples' times.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from math import isfinite
from operator import sub

import numpy as np
import numpy.typing as npt

from dsp.gap_fill import GapFillParams, from_strides, straight
from dsp.signals import IMU6, Layout, SampleBlock
from dsp.stage import LEAST_RATE_HZ, chunk_samples, group_samples
from dsp.trace import Trace

Array = npt.NDArray[np.float64]

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
        self._last_t: float | None = None
        self._last: list[float] = []
        self._layout: Layout = ()
        self._columns: list[int] = []
        # Samples not yet in the trace, the first `_checked` of them known to follow each other without a gap.
        self._t: list[float] = []
        self._rows: list[Array] = []
        self._checked = 0

    def put(self, block: SampleBlock) -> bool:
        """Hold a block's samples; True when `take` may find a whole chunk."""
        self._t += [stamp * 1e-9 for stamp in block.t_ns.tolist()]
        as_is = self._as_is and block.layout is self._layout
        self._rows.append(block.values if as_is else self._six(block))
        if not self.period_s and block.rate_hz > 0.0:
            self._set_period(1.0 / block.rate_hz)
        return len(self._t) >= self._enough

    def take(self) -> Iterator[Ready]:
        """Put what is held into the trace; yields whenever the owner should look.

        Lazy on purpose: the owner works the samples off, and may learn the stride from them, before the next gap is
        filled.
        """
        if not self.period_s:
            if len(self._t) < LEARN_SAMPLES:
                return
            self._set_period(float(np.median(np.diff(self._t[:LEARN_SAMPLES]))))
        t, checked = self._t, self._checked
        if checked == len(t):
            return
        limit, last = 1.5 * self._raw_period_s, self._last_t
        values = self._rows[0] if len(self._rows) == 1 else np.concatenate(self._rows)
        fresh = t[checked:]
        joined = last is not None and fresh[0] - last <= limit
        if joined and (len(fresh) == 1 or max(map(sub, fresh[1:], fresh)) <= limit) and self._keep(t, values):
            yield Ready.SAMPLES
        else:
            yield from self._with_gaps(t, values, limit)

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

    def _keep(self, t: list[float], values: Array) -> bool:
        """Whole chunks of gapless samples into the trace, the rest is held; False: one is no number, nothing done."""
        whole = len(t) - len(t) % self._raw_chunk
        if whole:
            n = self.group
            grouped = values[:whole:n]
            if n > 1:
                for k in range(1, n):
                    grouped = grouped + values[k:whole:n]
                grouped *= 1.0 / n
            columns: list[list[float]] = grouped.T.tolist()
            total = sum(map(sum, columns))
            if not isfinite(total):
                return False
        if whole < len(t):
            rest = values[whole:]
            if not np.isfinite(rest).all():
                return False
        self._last_t, self._last = t[-1], values[-1].tolist()
        if whole:
            trace = self._trace
            trace.t_s += t[:whole] if n == 1 else _averaged(t, whole, n)
            for kept, column in zip(trace.axes, columns, strict=True):
                kept += column
        self._checked = len(t) - whole
        self._t = t[whole:]
        self._rows = [values[whole:]] if self._checked else []
        return True

    def _with_gaps(self, t: list[float], values: Array, limit: float) -> Iterator[Ready]:
        """The careful way: stretches between gaps one by one."""
        checked = self._checked
        good = np.flatnonzero(np.isfinite(values).all(axis=1)).tolist()
        t, values = [t[k] for k in good], values[good]
        self._hold(t[:checked], values[:checked])
        start = checked
        for k in range(checked, len(t)):
            before = t[k - 1] if k > checked else self._last_t
            if before is not None and t[k] - before <= limit:
                continue
            if k > start:
                self._more(t[start:k], values[start:k])
                yield Ready.SAMPLES
            start = k
            if before is None or t[k] - before > self._p.fill_s:
                self._trace.clear()
                self._hold([], values[:0])
                yield Ready.RESTART
            else:
                self.gap_s = t[k] - before
                self._fill(before, t[k], values[k].tolist())
                yield Ready.FILLED
        if start < len(t):
            self._more(t[start:], values[start:])
            yield Ready.SAMPLES

    def _hold(self, t: list[float], values: Array) -> None:
        self._t, self._rows, self._checked = t, [values] if t else [], len(t)

    def _more(self, t: list[float], values: Array) -> None:
        """Samples, all numbers, that follow what is held."""
        self._keep(self._t + t, np.concatenate([*self._rows, values]))

    def _fill(self, t0: float, t_next: float, following: list[float]) -> None:
        """Put samples between the last one, at `t0`, and `t_next`."""
        trace = self._trace
        n = max(1, round((t_next - t0) / self._raw_period_s) - 1)
        step = (t_next - t0) / (n + 1)
        times = [t0 + step * (i + 1) for i in range(n)]
        filled: list[list[float]] | None = None
        if self.stride_s > 0.0:
            keep = int(self._p.memory_s / self.period_s)
            past_t, past = trace.t_s[-keep:] + self._t, [axis[-keep:] for axis in trace.axes]
            for rows in self._rows:
                for axis, waiting in zip(past, rows.T.tolist(), strict=True):
                    axis += waiting
            filled = from_strides(past_t, past, times, t_next, following, self.stride_s, self._p.gap_fill)
        if filled is None:
            filled = straight(self._last, following, n)
        self._more(times, np.array(filled).T)


def _averaged(values: list[float], whole: int, n: int) -> list[float]:
    """Means of successive groups of n among the first `whole` values."""
    if n == 2:
        return [0.5 * (a + b) for a, b in zip(values[0:whole:2], values[1:whole:2], strict=True)]
    return [sum(values[k : k + n]) / n for k in range(0, whole, n)]
