"""From sample blocks to a gapless trace: short gaps are filled, long ones restart, time is never squeezed.

Fast sensors are averaged in groups on the way (`dsp.stage`); a group's time is the mean of its samples' times.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from operator import sub

import numpy as np

from dsp.gap_fill import GapFillParams, from_strides, straight
from dsp.signals import IMU6, Layout, SampleBlock
from dsp.stage import chunk_samples, group_samples
from dsp.trace import Trace


@dataclass(frozen=True, slots=True)
class IntakeParams:
    """fill_s: the longest gap that is filled (15 lost samples at 104 Hz are 0.15 s, a step is 0.33 s).

    memory_s: how much of the past a gap is filled from.
    """

    fill_s: float = 0.26
    memory_s: float = 2.2
    gap_fill: GapFillParams = field(default_factory=GapFillParams)


class Ready(Enum):
    """Why the owner is called."""

    RESTART = "restart"  # what came before is too far away to be continued
    SAMPLES = "samples"  # more samples are in the trace
    FILLED = "filled"  # and some of them were filled in: see `gap_s`


class Intake:
    """Blocks of one IMU into its `trace`, on a near-regular grid.

    A gap up to `fill_s` is filled: from the strides before when the stride time is known (`stride_s`, set by the
    owner; 0 means unknown), else with a straight line.
    """

    def __init__(self, trace: Trace, params: IntakeParams | None = None) -> None:
        self._p = params or IntakeParams()
        self._trace = trace
        self.present: tuple[bool, ...] = ()
        self.has_gyro = False
        self._all = False
        self.period_s = 0.0
        self.chunk = 0
        self.stride_s = 0.0
        self.gap_s = 0.0
        self.group = 1
        self._raw_period_s = 0.0
        self._last_t: float | None = None
        self._last: list[float] = []
        self._part_t: list[float] = []
        self._part: list[list[float]] = [[] for _ in IMU6]
        self._layout: Layout = ()
        self._columns: list[int] = []
        self._waiting_t: list[float] = []
        self._waiting: list[list[float]] = [[] for _ in IMU6]

    def feed(self, block: SampleBlock) -> Iterator[Ready]:
        """Put a block's samples into the trace; yields whenever the owner should look.

        Lazy on purpose: the owner works the samples off, and may learn the stride from them, before the next gap is
        filled.
        """
        t = [stamp * 1e-9 for stamp in block.t_ns.tolist()]
        axes = self._six(block)
        total = sum(map(sum, axes))
        if total != total:
            t, axes = _without_nan(t, axes)
        if not self.period_s:
            t, axes = self._learn_period(t, axes, block.rate_hz)
        if not t or not self.period_s:
            return
        limit, last = 1.5 * self._raw_period_s, self._last_t
        if last is not None and t[0] - last <= limit and (len(t) == 1 or max(map(sub, t[1:], t)) <= limit):
            self._add(t, axes)
            yield Ready.SAMPLES
        else:
            yield from self._with_gaps(t, axes, limit)

    def _six(self, block: SampleBlock) -> list[list[float]]:
        """The six IMU channels of a block, zeros where one is absent."""
        columns: list[list[float]] = block.values.T.tolist()
        if block.layout != self._layout:
            self._layout = block.layout
            self._columns = [block.layout.index(q) if q in block.layout else -1 for q in IMU6]
        if not self.present:
            self.present = tuple(k >= 0 and columns[k][0] == columns[k][0] for k in self._columns)
            self.has_gyro = all(self.present[3:])
            self._all = all(self.present)
        if self._all:
            return [columns[k] for k in self._columns]
        nothing = [0.0] * len(block.t_ns)
        return [columns[k] if here else nothing for k, here in zip(self._columns, self.present, strict=True)]

    def _learn_period(
        self, t: list[float], axes: list[list[float]], rate_hz: float
    ) -> tuple[list[float], list[list[float]]]:
        """Take the nominal rate, or hold 17 samples back for their median spacing; then give all of them."""
        if rate_hz > 0.0:
            self._raw_period_s = 1.0 / rate_hz
        else:
            self._waiting_t += t
            for held, axis in zip(self._waiting, axes, strict=True):
                held += axis
            if len(self._waiting_t) < 17:
                return [], axes
            self._raw_period_s = float(np.median(np.diff(self._waiting_t[:17])))
            t, axes = self._waiting_t, self._waiting
            self._waiting_t, self._waiting = [], []
        self.group = group_samples(1.0 / self._raw_period_s)
        self.period_s = self.group * self._raw_period_s
        self.chunk = chunk_samples(self.period_s)
        return t, axes

    def _with_gaps(self, t: list[float], axes: list[list[float]], limit: float) -> Iterator[Ready]:
        start = 0
        for k in range(len(t)):
            before = t[k - 1] if k else self._last_t
            if before is not None and t[k] - before <= limit:
                continue
            if k > start:
                self._add(t[start:k], [a[start:k] for a in axes])
                yield Ready.SAMPLES
            start = k
            if before is None or t[k] - before > self._p.fill_s:
                self._trace.clear()
                self._part_t, self._part = [], [[] for _ in IMU6]
                yield Ready.RESTART
            else:
                self.gap_s = t[k] - before
                self._fill(before, t[k], [a[k] for a in axes])
                yield Ready.FILLED
        self._add(t[start:], [a[start:] for a in axes])
        yield Ready.SAMPLES

    def _add(self, t: list[float], axes: list[list[float]]) -> None:
        """Put raw samples into the trace; of fast sensors, means of groups, a whole chunk at a time."""
        trace, n = self._trace, self.group
        self._last_t = t[-1]
        self._last = [axis[-1] for axis in axes]
        if n == 1:
            trace.t_s.extend(t)
            for kept, axis in zip(trace.axes, axes, strict=True):
                kept.extend(axis)
            return
        part_t, part = self._part_t, self._part
        part_t.extend(t)
        for held, axis in zip(part, axes, strict=True):
            held.extend(axis)
        chunk = self.chunk * n
        whole = len(part_t) - len(part_t) % chunk
        if whole:
            trace.t_s.extend(_averaged(part_t, whole, n))
            del part_t[:whole]
            for kept, held in zip(trace.axes, part, strict=True):
                kept.extend(_averaged(held, whole, n))
                del held[:whole]

    def _fill(self, t0: float, t_next: float, following: list[float]) -> None:
        """Put samples between the last one, at `t0`, and `t_next`."""
        trace = self._trace
        n = max(1, round((t_next - t0) / self._raw_period_s) - 1)
        step = (t_next - t0) / (n + 1)
        times = [t0 + step * (i + 1) for i in range(n)]
        filled: list[list[float]] | None = None
        if self.stride_s > 0.0:
            keep = int(self._p.memory_s / self.period_s)
            past_t, past = trace.t_s[-keep:], [axis[-keep:] for axis in trace.axes]
            if self._part_t:
                past_t += self._part_t
                for axis, waiting in zip(past, self._part, strict=True):
                    axis += waiting
            filled = from_strides(past_t, past, times, t_next, following, self.stride_s, self._p.gap_fill)
        if filled is None:
            filled = straight(self._last, following, n)
        self._add(times, filled)


def _averaged(values: list[float], whole: int, n: int) -> list[float]:
    """Means of successive groups of n among the first `whole` values."""
    if n == 2:
        return [0.5 * (a + b) for a, b in zip(values[0:whole:2], values[1:whole:2], strict=True)]
    return [sum(values[k : k + n]) / n for k in range(0, whole, n)]


def _without_nan(t: list[float], axes: list[list[float]]) -> tuple[list[float], list[list[float]]]:
    """The samples in which every present channel is a number."""
    good = [k for k in range(len(t)) if sum(a[k] for a in axes) == sum(a[k] for a in axes)]
    return [t[k] for k in good], [[a[k] for k in good] for a in axes]
