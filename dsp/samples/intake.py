"""From sample blocks to a gapless trace: short gaps are filled, long ones restart, time is never squeezed.

Samples are held until they make a whole chunk, then put into the trace at once. Fast sensors are averaged in groups on
the way (`dsp.samples.averaging`, `dsp.samples.stage`).

Force alone is enough to go on with: where rates fail for `IntakeParams.alone_s`, or are not there to begin with, the
trace begins anew without them (`Intake.has_gyro`), and once more when they have come for as long. Dead axes
(`dsp.samples.dead_axes`) are treated as missing until they move again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise
from statistics import median

import numpy as np

from dsp.packed import Array, Rows
from dsp.samples.averaging import averaging_of
from dsp.samples.channels import NOTHING, Channels, channels_of, only_plausible
from dsp.samples.dead_axes import DeadAxes
from dsp.samples.gap_fill import Filled, GapFillParams, from_strides, straight
from dsp.samples.held import Held
from dsp.samples.stage import CHUNK_S, LEAST_RATE_HZ, SILENT_S, TOO_SLOW_HZ, chunk_samples, group_samples
from dsp.samples.trace import Trace
from dsp.signals import IMU6, NS_PER_S, Layout, SampleBlock

CHANNELS = len(IMU6)

NEVER_NS = -(1 << 62)

LEARN_SAMPLES = 17
"""A sensor without a nominal rate is timed by the median spacing of this many samples."""

LEARN_S, LEAST_LEARNED = 0.16, 5
"""Of one with a nominal rate as many are looked at as come in so long, at most `LEARN_SAMPLES`, at least five: it is
shorter than the longest chunk, and nothing is told of a sensor so early."""

FALSE_RATE = 1.4
"""A nominal rate is not believed where three quarters of the spacings are so many times longer or shorter: not because
of lost samples or jitter, nor of a clock that is 8 % off, and before every spacing is a gap (1.5)."""

MOST_CHUNKS = 8
"""So many are averaged at once at most: what the owner's wish for another length makes useless stays little."""


@dataclass(frozen=True, slots=True)
class IntakeParams:
    """fill_s: longest gap filled with a straight line (15 lost samples at 104 Hz are 0.15 s).

    fill_strides_s: longest gap filled from the strides before it. 15 samples at 52 Hz are 0.29 s: not filled, they cost
    one or two steps.
    memory_s: how much of the past a gap is filled from.
    alone_s: force without rate, or more channels than before, for so long, and the trace begins anew with what is there
    least_rate_hz: faster sensors are averaged down to no less than this
    chunk_s: length of a chunk
    turns: whether the trace gets `turns`
    each_axis: whether single axes are checked for being dead, or only the gyro as a whole: see `DeadAxes`
    raw: whether the samples are also kept as they came, for `Intake.take_raw`: the owner must take them again and
    again, or they grow without end
    """

    fill_s: float = 0.26
    fill_strides_s: float = 0.36
    memory_s: float = 3.8
    alone_s: float = 1.0
    least_rate_hz: float = LEAST_RATE_HZ
    chunk_s: float = CHUNK_S
    turns: bool = False
    each_axis: bool = False
    raw: bool = False
    gap_fill: GapFillParams = field(default_factory=GapFillParams)


class Ready(Enum):
    """Why the owner is called."""

    RESTART = "restart"  # what came before is too far away to be continued
    SAMPLES = "samples"  # more samples are in the trace
    FILLED = "filled"  # and some of them were filled in: see `gap_s`


class Intake:
    """Blocks of one IMU into its `trace`, whole chunks on a near-regular grid.

    A short gap is filled: from the strides before when the stride time is known (`stride_s`, set by the owner; 0 means
    unknown), else with a straight line. Of the gap filled last, `gap_s` is the length, `gap_end_s` the sample after it,
    and `gap_lags_s` how far back the strides lie that it was lined up with. The owner may also set `chunk`, the samples
    of the next chunks.

    Channels that are absent are zeros in the trace; which these are changes only with a restart. `joined_s` is when the
    sensor began, or began again after a silence (`SILENT_S`).

    A nominal rate that the first samples do not have is not believed: every other sample of a sensor at half of it
    would be filled in, at a hundred times the cost. One too slow to read (`TOO_SLOW_HZ`) is not held: `is_too_slow`.
    """

    def __init__(self, trace: Trace, params: IntakeParams | None = None) -> None:
        self._p = params or IntakeParams()
        self._trace = trace
        self._channels = NOTHING
        self._gained: tuple[Channels | None, float] = (None, 0.0)  # more of them, and for how long they have come
        self._dead = DeadAxes(each_axis=self._p.each_axis)
        self._anew = True  # the next good sample begins a trace
        self._as_is = False
        self.period_s = 0.0
        self.chunk = 0
        self.stride_s = 0.0
        self.gap_s = 0.0
        self.gap_end_s = 0.0
        self.gap_lags_s: list[float] = []
        self.joined_s = float("-inf")
        self.group = 1
        self.is_too_slow = False
        self._nominal_s = 0.0
        self._raw_period_s = 0.0
        self._enough = LEARN_SAMPLES
        self._last_ns = NEVER_NS
        self._layout: Layout = ()
        self._columns: list[int] = []
        # Samples not yet in the trace; before their rows stand the `lead` last ones that are. The first `_checked`
        # follow each other, and what is in the trace, without a gap; `_last_ns` is the newest stamp of those.
        self._checked = 0
        self._stamps: list[int] = []
        self._held = Held()
        self._raw: tuple[list[int], list[Array]] = ([], [])

    @property
    def has_gyro(self) -> bool:
        """Whether the trace has rates; it changes only with a restart."""
        return self._channels.has_gyro

    @property
    def is_complete(self) -> bool:
        """Whether the trace has rates and all three axes of force; it changes only with a restart."""
        return not self._channels.missing

    @property
    def dead_count(self) -> int:
        """Number of dead axes."""
        return len(self._dead.axes)

    def put(self, block: SampleBlock) -> bool:
        """Hold a block's samples; True when `take` may find a whole chunk."""
        if self.is_too_slow:
            return False
        stamps = self._stamps
        stamps += block.t_ns.tolist()
        self._held.add(block.rows if self._as_is and block.layout is self._layout else self._six(block))
        if not self.period_s and not self._nominal_s and block.rate_hz > 0.0:
            self._nominal_s = 1.0 / block.rate_hz
            self._enough = min(LEARN_SAMPLES, max(LEAST_LEARNED, 1 + int(LEARN_S * block.rate_hz)))
        return len(stamps) >= self._enough

    def end(self) -> None:
        """Take what is held for a whole chunk: no more will come."""
        held = len(self._stamps) // self.group
        if self.period_s and 0 < held < self.chunk:
            self.chunk = held
            self._begin_chunk()

    def take(self) -> Iterator[Ready]:
        """Put whole chunks of what is held into the trace; yields whenever the owner should look.

        Lazy on purpose: the owner works the samples off, and may learn the stride from them, before the next gap is
        filled. Gaps are looked for chunk by chunk, so that it does not matter how much is held.
        """
        if not self.period_s:
            if len(self._stamps) < self._enough:
                return
            raw_s = self._true_period_s(self._stamps[: self._enough])
            if raw_s > 1.0 / TOO_SLOW_HZ:
                self.is_too_slow = True
                self._stamps, self._held = [], Held()
                return
            self._set_period(raw_s)
        stamps = self._stamps
        while len(stamps) >= self._begin_chunk():
            values, n = self._held.values(), self._enough
            chunks = min(len(stamps) // n, MOST_CHUNKS)
            fresh = values[self._averaging.lead + self._checked : self._averaging.lead + chunks * n]
            first = fresh[: max(0, n - self._checked)]
            if self._channels.missing:
                self._look_for_more(first)
            if not self._channels.missing and self._channels.whole(fresh):
                good = chunks
            else:
                good = int(self._channels.whole(first))
            if good and not self._anew and self._is_steady():
                yield from self._straight_on(values, good)
            else:
                plausible = first if good else only_plausible(first)
                if not np.isnan(plausible[:, :3]).all():  # without them the owner never takes the raw samples
                    self._keep_raw(stamps[self._checked : n], plausible)
                yield from self._with_gaps(values)

    def check_axes(self, first: int, end: int) -> None:
        """Check samples `first` to `end` of the trace for dead axes; the owner calls it every `dead_axes.WINDOW_S`."""
        if self._dead.check(self._trace.axes, first, end, self._channels.missing):
            self._anew = True

    def take_raw(self) -> tuple[list[int], list[Array]]:
        """What went into chunks since the last time of asking, as it came: stamps, ns, and rows, (n, 6) in all.

        Empties what is kept; kept only with `IntakeParams.raw`.
        """
        raw, self._raw = self._raw, ([], [])
        return raw

    def _six(self, block: SampleBlock) -> Rows:
        """(n, 6) the IMU channels of a block, NaN where one is absent."""
        if block.layout != self._layout:
            self._columns = [block.layout.index(q) if q in block.layout else -1 for q in IMU6]
        self._layout = block.layout
        self._as_is = self._columns == list(range(6)) and len(block.layout) == len(IMU6)
        if self._as_is:
            return block.rows
        values, six = block.values, np.full((len(block.t_ns), len(IMU6)), np.nan)
        for to, k in enumerate(self._columns):
            if k >= 0:
                six[:, to] = values[:, k]
        return six

    def _look_for_more(self, fresh: Array) -> None:
        """Learn from the first chunk what a sensor has; go over to more once later ones had that for long enough."""
        if not self._channels.has_force:
            self._channels = channels_of(fresh)
        elif len(fresh):
            self._dead.recheck(fresh, len(fresh) * self._raw_period_s)
            more = self._channels.more(fresh, self._dead.axes)
            before, since_s = self._gained
            since_s = len(fresh) * self._raw_period_s + (since_s if more == before else 0.0)
            self._gained = more, since_s
            if more is not None and since_s > self._p.alone_s:
                self._channels, self._anew = more, True
                self._gained = None, 0.0

    def _true_period_s(self, stamps: list[int]) -> float:
        """The nominal one, or that of these first samples."""
        spacings_ns = sorted(b - a for a, b in pairwise(stamps))
        quarter, nominal_ns = len(spacings_ns) // 4, self._nominal_s * NS_PER_S
        low_ns, high_ns = spacings_ns[quarter], spacings_ns[-1 - quarter]
        is_believed = nominal_ns / FALSE_RATE <= high_ns and low_ns <= FALSE_RATE * nominal_ns
        return self._nominal_s if self._nominal_s and is_believed else 1e-9 * median(spacings_ns)

    def _set_period(self, raw_s: float) -> None:
        self._raw_period_s = raw_s
        self.group = group_samples(1.0 / raw_s, self._p.least_rate_hz)
        self.period_s = self.group * raw_s
        self.chunk, self._enough = chunk_samples(self.period_s, self._p.chunk_s), 0
        self._begin_chunk()
        # Nothing stands before the first sample; what is here goes with the restart that comes with it.
        self._held.add_before(np.zeros((self._averaging.lead, CHANNELS)))

    def _begin_chunk(self) -> int:
        """Take over the owner's wish; raw samples that make the next chunk."""
        if self._enough != self.group * self.chunk:
            self._averaging = averaging_of(self.group, self.chunk, turns=self._p.turns)
            self._enough = self._averaging.raw
        return self._enough

    def _is_steady(self, gone: int = 0) -> bool:
        """Whether nothing is missing from the next chunk, `gone` samples on: it is less than half of one too long."""
        n = self._enough
        fresh = n - self._checked
        longest_ns = (fresh + 0.5) * self._raw_period_s * NS_PER_S
        return fresh <= 0 or self._stamps[gone + n - 1] - self._last_ns < longest_ns

    def _straight_on(self, values: Array, chunks: int) -> Iterator[Ready]:
        """Chunks of good samples, averaged all at once; up to a gap, or until the owner wants other ones."""
        stamps, averaging, length = self._stamps, self._averaging, self.chunk
        n, lead, gone = self._enough, averaging.lead, 0
        t_s = averaging.times_s(stamps, chunks)
        for k, means in enumerate(averaging.means(self._channels.blank(values), chunks)):
            if k and (self._anew or self.chunk != length or not self._is_steady(gone)):
                break
            checked = min(self._checked, n)
            self._keep_raw(stamps[gone + checked : gone + n], values[lead + gone + checked : lead + gone + n])
            self._emit(t_s[k * length : (k + 1) * length], means)
            if checked < n:
                self._last_ns = stamps[gone + n - 1]
            self._checked -= checked
            gone += n
            yield Ready.SAMPLES
        self._held.forget(gone, values)
        del stamps[:gone]

    def _keep_raw(self, stamps: list[int], rows: Array) -> None:
        if self._p.raw:
            self._raw[0].extend(stamps)
            self._raw[1].append(self._channels.blank(rows))

    def _emit(self, t_s: list[float], means: list[list[float]]) -> None:
        """One chunk into the trace."""
        trace, n = self._trace, len(t_s)
        trace.t_s += t_s
        if not self._p.turns:
            for kept, new in zip(trace.axes, means, strict=True):
                kept += new
            return
        for kept, new in zip(trace.axes, means, strict=True):
            kept += new[:n]
        for kept, new in zip(trace.turns, means[3:], strict=True):
            kept += new[n:]

    def _with_gaps(self, values: Array) -> Iterator[Ready]:
        """The careful way through as many samples as make a chunk: stretches between gaps one by one."""
        n, lead, checked = self._averaging.raw, self._averaging.lead, self._checked
        limit_ns = 1.5 * self._raw_period_s * NS_PER_S
        fresh = values[lead + checked : lead + n]
        forces, wholes = self._channels.good(fresh)
        kept, rows = self._stamps[:checked], self._channels.blank(values[: lead + checked])
        before = self._last_ns
        for k in np.flatnonzero(forces).tolist():
            stamp = self._stamps[checked + k]
            if self._channels.has_gyro and not wholes[k]:
                before = stamp if before == NEVER_NS else before
                if stamp - before <= self._p.alone_s * NS_PER_S:
                    continue
                self._channels, self._anew = self._channels.without_gyro(), True
                self._gained = None, 0.0
            row = self._channels.blank(fresh[k])
            longest_s = self._p.fill_strides_s if self.stride_s > 0.0 else self._p.fill_s
            if self._anew or stamp - before > longest_s * NS_PER_S:
                self._anew = False
                if stamp - before > SILENT_S * NS_PER_S:
                    self.joined_s = stamp * 1e-9
                self._trace.clear()
                if self._dead.axes:
                    self._channels, self._gained = self._channels.without(self._dead.axes), (None, 0.0)
                    row = self._channels.blank(row)
                kept, rows = [], np.repeat(row[None, :], lead, axis=0)
                yield Ready.RESTART
            elif stamp - before > limit_ns:
                self.gap_s = (stamp - before) * 1e-9
                between, filled = self._fill(before, stamp, kept, rows[lead:], rows[-1], row)
                kept += between
                rows = self._emit_all(kept, np.concatenate([rows, filled]))
                yield Ready.FILLED
            before = stamp
            kept.append(stamp)
            rows = np.concatenate([rows, row[None, :]])
            if len(kept) >= n:
                rows = self._emit_all(kept, rows)
                yield Ready.SAMPLES
        self._last_ns = before
        self._checked = len(kept)
        self._stamps[:n] = kept
        self._held = Held(rows, values[lead + n :])

    def _emit_all(self, stamps: list[int], rows: Array) -> Array:
        """Whole chunks into the trace; their stamps go, the rows that are left over are returned."""
        n = self._averaging.raw
        while len(stamps) >= n:
            (means,) = self._averaging.means(rows, 1)
            self._emit(self._averaging.times_s(stamps, 1), means)
            del stamps[:n]
            rows = rows[n:]
        return rows

    def _fill(
        self, before_ns: int, next_ns: int, waiting_ns: list[int], waiting: Array, last: Array, following: Array
    ) -> tuple[list[int], Array]:
        """Samples between `last`, at `before_ns`, and `following`, at `next_ns`: stamps and (n, 6) rows.

        waiting_ns, waiting  samples before them that are not in the trace yet
        """
        trace = self._trace
        n = max(1, round((next_ns - before_ns) * 1e-9 / self._raw_period_s) - 1)
        stamps = [before_ns + (next_ns - before_ns) * (i + 1) // (n + 1) for i in range(n)]
        after = following.tolist()
        filled: Filled | None = None
        if self.stride_s > 0.0:
            keep = int(self._p.memory_s / self.period_s)
            past_t = trace.t_s[-keep:] + [stamp * 1e-9 for stamp in waiting_ns]
            past = [axis[-keep:] + more for axis, more in zip(trace.axes, waiting.T.tolist(), strict=True)]
            times = [stamp * 1e-9 for stamp in stamps]
            filled = from_strides(past_t, past, times, next_ns * 1e-9, after, self.stride_s, self._p.gap_fill)
        self.gap_end_s = next_ns * 1e-9
        self.gap_lags_s = filled.lags_s if filled else []
        return stamps, np.array(filled.channels if filled else straight(last.tolist(), after, n)).T
