"""Turns sample blocks into a gapless trace: short gaps are filled, long ones restart it, time is never compressed.

Samples are buffered until they make a whole chunk, which is then added to the trace. Fast sensors are averaged in
groups on the way (`dsp.samples.averaging`, `dsp.samples.stage`).

Force alone is sufficient: if the gyro fails for `IntakeParams.alone_s`, or is missing from the start, the trace
restarts without it (`Intake.has_gyro`), and restarts again once the gyro has delivered for as long. Dead axes
(`dsp.samples.dead_axes`) are treated as missing until they move again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Literal, TypeAlias

import numpy as np

from dsp.packed import Array, Rows
from dsp.samples.averaging import averaging_of
from dsp.samples.channels import NO_CHANNELS, Channels, channels_of, only_plausible
from dsp.samples.dead_axes import DeadAxes
from dsp.samples.gap_fill import Filled, GapFillParams, from_strides, straight
from dsp.samples.row_buffer import RowBuffer
from dsp.samples.stage import CHUNK_S, MIN_RATE_HZ, SILENT_S, TOO_SLOW_HZ, chunk_samples, group_samples
from dsp.samples.trace import Trace
from dsp.signals import IMU6, NS_PER_S, Layout, SampleBlock

CHANNELS = len(IMU6)

NEVER_NS = -(1 << 62)

LEARN_SAMPLES = 17
"""A sensor without a nominal rate is timed by the median spacing of this many samples."""

LEARN_S, MIN_LEARN_SAMPLES = 0.16, 5
"""A nominal rate is checked against the samples of this time, at least five, at most `LEARN_SAMPLES`: it is shorter
than the longest chunk, and no event of a sensor is reported so early."""

FALSE_RATE = 1.4
"""A nominal rate is rejected if three quarters of the spacings are longer or shorter by this factor: lost samples,
jitter or a clock that is 8 % off do not reach it, and it is below the factor that makes every spacing a gap (1.5)."""

MAX_CHUNKS = 8
"""Maximum number of chunks averaged at once: limits the work that is void when the owner changes the chunk length."""


@dataclass(frozen=True, slots=True)
class IntakeParams:
    """Parameters of the intake of one sensor.

    fill_s          longest gap filled with a straight line (15 lost samples at 104 Hz are 0.15 s)
    fill_strides_s  longest gap filled from the strides before it. 15 samples at 52 Hz are 0.29 s: not filled, they
                    cost one or two steps
    memory_s        how much of the past a gap is filled from
    alone_s         once there was force without gyro, or more channels than before, for this long, the trace restarts
                    with the channels that are there
    min_rate_hz     faster sensors are averaged down to this at the lowest
    chunk_s         length of a chunk
    turns           whether the trace gets `turns`
    each_axis       whether single axes are checked for being dead, or only the gyro as a whole: see `DeadAxes`
    raw             whether raw samples are kept for `Intake.take_raw`: the owner must take them regularly, or they
                    accumulate without limit
    gap_fill        how strides are aligned with a gap
    """

    fill_s: float = 0.26
    fill_strides_s: float = 0.36
    memory_s: float = 3.8
    alone_s: float = 1.0
    min_rate_hz: float = MIN_RATE_HZ
    chunk_s: float = CHUNK_S
    turns: bool = False
    each_axis: bool = False
    raw: bool = False
    gap_fill: GapFillParams = field(default_factory=GapFillParams)


Ready: TypeAlias = Literal["restart", "samples", "filled"]
"""What `Intake.take` has just done to the trace: emptied it, since what came before cannot be continued; added samples;
added samples of which some are filled in (see `Intake.gap_s`). Strings, since to name a member of an `Enum` takes five
times as long in Python 3.11."""


class Intake:
    """Puts the blocks of one IMU into its `trace`, in whole chunks on a near-regular grid.

    A short gap is filled: from the preceding strides if the stride time is known, else with a straight line. Missing
    channels are zeros in the trace; which ones are missing changes only with a restart. A nominal rate that the first
    samples contradict is rejected: for a sensor at half of it, every other sample would be filled in, at a hundred
    times the cost.

    stride_s     stride time, s, set by the owner; 0: unknown
    chunk        samples of the trace per chunk; the owner may change it for the following chunks
    group        raw samples averaged into one sample of the trace
    period_s     sample period of the trace; 0: unknown yet
    gap_s        time between the samples around the gap filled last
    gap_end_s    time of the first sample after that gap
    gap_lags_s   how far back the strides lie that it was aligned with
    joined_s     time of the first sample, or of the first after a silence (`SILENT_S`)
    is_too_slow  the sensor is too slow (`TOO_SLOW_HZ`); its samples are discarded
    """

    def __init__(self, trace: Trace, params: IntakeParams | None = None) -> None:
        self._p = params or IntakeParams()
        self._trace = trace
        self._channels = NO_CHANNELS
        self._candidate: tuple[Channels | None, float] = (None, 0.0)  # more channels than now, and for how long, s
        self._dead = DeadAxes(each_axis=self._p.each_axis)
        self._must_restart = True  # with the next good sample
        self._is_imu6 = False
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
        self._needed = LEARN_SAMPLES
        self._last_ns = NEVER_NS
        self._layout: Layout = ()
        self._columns: list[int] = []
        # Samples not yet in the trace; their rows are preceded by the last `lead` ones that are. The first `_checked`
        # continue the trace without a gap; `_last_ns` is the newest timestamp of those.
        self._checked = 0
        self._stamps: list[int] = []
        self._buffer = RowBuffer()
        self._raw: tuple[list[int], list[Array]] = ([], [])

    @property
    def has_gyro(self) -> bool:
        """Whether the trace has the gyro; changes only with a restart."""
        return self._channels.has_gyro

    @property
    def is_complete(self) -> bool:
        """Whether the trace has the gyro and all three axes of force; changes only with a restart."""
        return not self._channels.missing

    def take_dead_count(self) -> int | None:
        """Return the number of dead axes if it has changed since the last call, else None."""
        return self._dead.take_count()

    def put(self, block: SampleBlock) -> bool:
        """Buffer a block's samples; return whether `take` may find a whole chunk."""
        if self.is_too_slow:
            return False
        stamps = self._stamps
        stamps += block.t_ns.tolist()
        self._buffer.add(block.rows if self._is_imu6 and block.layout is self._layout else self._imu6_of(block))
        if not self.period_s and not self._nominal_s and block.rate_hz > 0.0:
            self._nominal_s = 1.0 / block.rate_hz
            self._needed = min(LEARN_SAMPLES, max(MIN_LEARN_SAMPLES, 1 + int(LEARN_S * block.rate_hz)))
        return len(stamps) >= self._needed

    def end(self) -> None:
        """Make what is buffered a whole chunk: no more will come."""
        held = len(self._stamps) // self.group
        if self.period_s and 0 < held < self.chunk:
            self.chunk = held
            self._begin_chunk()

    def take(self) -> Iterator[Ready]:
        """Put whole buffered chunks into the trace, yielding after each change of it.

        A generator on purpose: the owner processes the samples, and may learn the stride from them, before the next
        gap is filled. Gaps are detected chunk by chunk, so the result does not depend on how much is buffered.
        """
        if not self.period_s:
            if len(self._stamps) < self._needed:
                return
            raw_s = self._true_period_s(self._stamps[: self._needed])
            if raw_s > 1.0 / TOO_SLOW_HZ:
                self.is_too_slow = True
                self._stamps, self._buffer = [], RowBuffer()
                return
            self._set_period(raw_s)
        stamps = self._stamps
        n = self._needed
        while len(stamps) >= n:
            values = self._buffer.values()
            first = self._averaging.lead + self._checked
            good = chunks = min(len(stamps) // n, MAX_CHUNKS)
            if self._channels.missing:
                self._learn_channels(values[first : self._averaging.lead + n])
            if self._channels.missing or not (
                self._buffer.are_plausible or self._channels.whole(values[first : self._averaging.lead + chunks * n])
            ):
                good = int(self._channels.whole(values[first : self._averaging.lead + n]))
            if good and not self._must_restart and self._is_steady():
                yield from self._take_steady(values, good)
            else:
                fresh = values[first : self._averaging.lead + n]
                plausible = fresh if good else only_plausible(fresh)
                if not np.isnan(plausible[:, :3]).all():  # with no force at all the owner never takes raw samples
                    self._keep_raw(stamps[self._checked : n], plausible)
                yield from self._take_carefully(values)
            n = self._begin_chunk()

    def check_axes(self, first: int, end: int) -> None:
        """Check samples `first` to `end` of the trace for dead axes; the owner calls it every `dead_axes.WINDOW_S`."""
        if self._dead.check(self._trace.axes, first, end, self._channels.missing):
            self._must_restart = True

    def take_raw(self) -> tuple[list[int], list[Array]]:
        """Return and forget the raw samples of all chunks since the last call: timestamps, ns, and rows, (n, 6) in all.

        Empty without `IntakeParams.raw`.
        """
        raw, self._raw = self._raw, ([], [])
        return raw

    def _imu6_of(self, block: SampleBlock) -> Rows:
        """Return the (n, 6) IMU channels of a block, NaN where absent; still packed if its layout allows."""
        if block.layout != self._layout:
            self._columns = [block.layout.index(q) if q in block.layout else -1 for q in IMU6]
        self._layout = block.layout
        self._is_imu6 = self._columns == list(range(6)) and len(block.layout) == len(IMU6)
        if self._is_imu6:
            return block.rows
        values, out = block.values, np.full((len(block.t_ns), len(IMU6)), np.nan)
        for to, k in enumerate(self._columns):
            if k >= 0:
                out[:, to] = values[:, k]
        return out

    def _learn_channels(self, fresh: Array) -> None:
        """Learn the channels from the first chunk; add channels once later chunks had them for long enough."""
        if not self._channels.has_force:
            self._channels = channels_of(fresh)
        elif len(fresh):
            self._dead.recheck(fresh, len(fresh) * self._raw_period_s)
            more = self._channels.more(fresh, self._dead.axes)
            before, duration_s = self._candidate
            duration_s = len(fresh) * self._raw_period_s + (duration_s if more == before else 0.0)
            self._candidate = more, duration_s
            if more is not None and duration_s > self._p.alone_s:
                self._channels, self._must_restart = more, True
                self._candidate = None, 0.0

    def _true_period_s(self, stamps: list[int]) -> float:
        """Return the nominal period, s, or that of these first samples if they contradict it."""
        spacings_ns = sorted(b - a for a, b in pairwise(stamps))
        quarter, nominal_ns = len(spacings_ns) // 4, self._nominal_s * NS_PER_S
        low_ns, high_ns = spacings_ns[quarter], spacings_ns[-1 - quarter]
        is_plausible = nominal_ns / FALSE_RATE <= high_ns and low_ns <= FALSE_RATE * nominal_ns
        return self._nominal_s if self._nominal_s and is_plausible else 1e-9 * median(spacings_ns)

    def _set_period(self, raw_s: float) -> None:
        """Set up averaging and chunks for this period of the raw samples."""
        self._raw_period_s = raw_s
        self.group = group_samples(1.0 / raw_s, self._p.min_rate_hz)
        self.period_s = self.group * raw_s
        self.chunk, self._needed = chunk_samples(self.period_s, self._p.chunk_s), 0
        self._begin_chunk()
        # Placeholder before the first sample; the restart at that sample replaces it.
        self._buffer.add_before(np.zeros((self._averaging.lead, CHANNELS)))

    def _begin_chunk(self) -> int:
        """Apply the owner's chunk length; return the number of raw samples that the next chunk needs."""
        if self._needed != self.group * self.chunk:
            self._averaging = averaging_of(self.group, self.chunk, turns=self._p.turns)
            self._needed = self._averaging.raw
        return self._needed

    def _is_steady(self, gone: int = 0) -> bool:
        """Whether the chunk after `gone` samples lacks none: it is less than half a period too long."""
        n = self._needed
        fresh = n - self._checked
        longest_ns = (fresh + 0.5) * self._raw_period_s * NS_PER_S
        return fresh <= 0 or self._stamps[gone + n - 1] - self._last_ns < longest_ns

    def _take_steady(self, values: Array, chunks: int) -> Iterator[Ready]:
        """Add chunks of good samples, averaged all at once, up to a gap or until the owner changes their length."""
        stamps, averaging, length = self._stamps, self._averaging, self.chunk
        n, lead, gone = self._needed, averaging.lead, 0
        t_s = averaging.times_s(stamps, chunks)
        for k, means in enumerate(averaging.means(self._channels.blank(values), chunks)):
            if k and (self._must_restart or self.chunk != length or not self._is_steady(gone)):
                break
            checked = min(self._checked, n)
            self._keep_raw(stamps[gone + checked : gone + n], values[lead + gone + checked : lead + gone + n])
            self._emit(t_s[k * length : (k + 1) * length], means)
            if checked < n:
                self._last_ns = stamps[gone + n - 1]
            self._checked -= checked
            gone += n
            yield "samples"
        self._buffer.forget(gone, values)
        del stamps[:gone]

    def _keep_raw(self, stamps: list[int], rows: Array) -> None:
        """Keep a chunk's raw samples for `take_raw`."""
        if self._p.raw:
            self._raw[0].extend(stamps)
            self._raw[1].append(self._channels.blank(rows))

    def _emit(self, t_s: list[float], means: list[list[float]]) -> None:
        """Add one chunk to the trace."""
        trace = self._trace
        trace.t_s += t_s
        for kept, new in zip(trace.measured, means, strict=self._p.turns):  # without turns, only the axes
            kept += new

    def _take_carefully(self, values: Array) -> Iterator[Ready]:
        """Add as many samples as make a chunk one by one, filling gaps or restarting."""
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
                self._channels, self._must_restart = self._channels.without_gyro(), True
                self._candidate = None, 0.0
            row = self._channels.blank(fresh[k])
            longest_s = self._p.fill_strides_s if self.stride_s > 0.0 else self._p.fill_s
            if self._must_restart or stamp - before > longest_s * NS_PER_S:
                self._must_restart = False
                if stamp - before > SILENT_S * NS_PER_S:
                    self.joined_s = stamp * 1e-9
                self._trace.clear()
                if self._dead.axes:
                    self._channels, self._candidate = self._channels.without(self._dead.axes), (None, 0.0)
                    row = self._channels.blank(row)
                kept, rows = [], np.repeat(row[None, :], lead, axis=0)
                yield "restart"
            elif stamp - before > limit_ns:
                self.gap_s = (stamp - before) * 1e-9
                between, filled = self._fill(before, stamp, kept, rows[lead:], rows[-1], row)
                kept += between
                rows = self._emit_all(kept, np.concatenate([rows, filled]))
                yield "filled"
            before = stamp
            kept.append(stamp)
            rows = np.concatenate([rows, row[None, :]])
            if len(kept) >= n:
                rows = self._emit_all(kept, rows)
                yield "samples"
        self._last_ns = before
        self._checked = len(kept)
        self._stamps[:n] = kept
        self._buffer = RowBuffer(rows, values[lead + n :])

    def _emit_all(self, stamps: list[int], rows: Array) -> Array:
        """Add whole chunks to the trace and remove their timestamps; return the rows left over."""
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
        """Return samples between `last`, at `before_ns`, and `following`, at `next_ns`: timestamps and (n, 6) rows.

        waiting_ns, waiting  samples up to `last` that are not in the trace yet
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
