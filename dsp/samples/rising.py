"""Checks the timestamps of one motion sensor: they rise, or the sample is lost. Later stages divide by time steps.

A sample whose timestamp jumps ahead waits for the sensor's next sample. If that continues from before the jump, the
timestamp was damaged and only its own sample is lost; if it continues after the jump, there was a gap and nothing is
lost.

A far jump that is wrongly accepted would move the time of all sensors, irreversibly, and a packet that is damaged as a
whole is no proof of one. So samples after a far jump, and the very first ones, wait until there are enough of them, and
are lost if the sensor continues from before. A clock that was set back is followed once it has reached its former time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median_high
from typing import TypeAlias

from dsp.samples.stage import GIVEN_UP_S
from dsp.signals import NS_PER_S, SampleBlock

STEADY_PERIODS = 1.5
"""A longer step is a jump."""

PERIOD_NS = 20_000_000
"""Minimum usual step of a sensor without a nominal rate."""

FAR_NS = round(GIVEN_UP_S * NS_PER_S)
"""A sensor this far behind is not waited for: any longer jump is far."""

CONFIRM_NS = 250_000_000
"""Samples must span this time after a far jump, or at a start. No longer: chains hold the first 0.75 s, and sensors may
be 0.5 s out of step, so that no event comes later for it, nor in another order."""

MAX_WAIT_NS = 300_000_000
"""A sample that has waited for longer, alone between two gaps, comes too late for the other sensors, and is lost."""

_Sample: TypeAlias = tuple[int, SampleBlock, int]
"""Timestamp, ns, and the place of the sample: block and index of its row."""


@dataclass(slots=True)
class _Line:
    """Samples that continue each other, settled up to `newest_ns`; `pending`, after a jump, waits for the next one."""

    newest_ns: int
    pending: _Sample | None = None

    def is_near(self, stamp: int) -> bool:
        """Whether `stamp` is not far ahead of the samples so far."""
        return stamp - (self.pending[0] if self.pending else self.newest_ns) <= FAR_NS

    def take(self, sample: _Sample, steady_ns: int) -> list[_Sample]:
        """Take `sample`, which is near; return those settled now. What is neither returned nor `pending` is lost."""
        stamp, pending = sample[0], self.pending
        if stamp <= self.newest_ns or (pending and stamp == pending[0]):
            return []
        out: list[_Sample] = []
        if pending and pending[0] < stamp:
            self.newest_ns = pending[0]
            out = [pending] if stamp - pending[0] <= MAX_WAIT_NS else []
        if stamp - self.newest_ns <= steady_ns:
            self.newest_ns, self.pending = stamp, None
            out.append(sample)
        else:
            self.pending = sample
        return out


class Rising:
    """Passes on the samples of one motion sensor that are later than all before them; `lost` counts the others."""

    def __init__(self) -> None:
        self._line: _Line | None = None
        self._far: _Line | None = None  # the start, or samples after a far jump; not accepted yet,
        self._waiting: list[_Sample] = []  # and its settled samples
        self._outlier: _Sample | None = None  # fits neither line; a third begins here if the next sample continues it
        self._settled: _Line | None = None  # the accepted line, while nothing waits
        self._rate_hz = -1.0
        self._typical_ns = 0  # typical step, learned when a line is accepted
        self.lost = 0

    def take(self, block: SampleBlock) -> list[SampleBlock]:
        """Take a block, which is not empty; return the samples accepted now: mostly the block itself."""
        t_ns, line = block.t_ns.tolist(), self._settled
        if block.rate_hz != self._rate_hz:
            self._set_rate(block.rate_hz)
        if line is not None:
            newest_ns, steady_ns = line.newest_ns, self._steady_ns
            for stamp in t_ns:
                if not 0 < stamp - newest_ns <= steady_ns:
                    break
                newest_ns = stamp
            else:
                line.newest_ns = newest_ns
                return [block]
        came = self._count_waiting() + len(t_ns)
        out = [sample for k in range(len(t_ns)) for sample in self._take_one((t_ns[k], block, k))]
        held = self._count_waiting()
        self._settled = None if held else self._line
        self.lost += came - len(out) - held
        return _blocks(out)

    def finish(self) -> list[SampleBlock]:
        """Return the samples that still wait, except those after a far jump, which are lost."""
        came, line, far = self._count_waiting(), self._line, self._far
        out = [] if line else self._waiting
        last = line or far
        if last is not None and last.pending is not None:
            out = [*out, last.pending]
            last.newest_ns, last.pending = last.pending[0], None
        self._forget_far()
        self.lost += came - len(out)
        return _blocks(out)

    def _take_one(self, sample: _Sample) -> list[_Sample]:
        """Take one sample; return those accepted now."""
        stamp, line, far, outlier = sample[0], self._line, self._far, self._outlier
        if line is not None and line.is_near(stamp):
            if stamp > line.newest_ns:
                self._forget_far()
            return line.take(sample, self._steady_ns)
        if far is None:
            far = self._begin(sample)
        elif stamp < self._waiting[0][0] or not far.is_near(stamp):
            if outlier is None or not 0 < stamp - outlier[0] <= FAR_NS:
                self._outlier = sample
                return []
            far = self._begin(outlier)
        self._outlier = None
        self._waiting += far.take(sample, self._steady_ns)
        if stamp - self._waiting[0][0] < CONFIRM_NS:
            return []
        steps = [b[0] - a[0] for a, b in pairwise(self._waiting)]
        self._typical_ns = median_high(steps) if steps else 0
        self._set_rate(self._rate_hz)
        out = self._waiting
        self._line = far
        self._forget_far()
        return out

    def _begin(self, first: _Sample) -> _Line:
        """Start a line that is not accepted yet."""
        self._far, self._waiting = _Line(first[0]), [first]
        return self._far

    def _forget_far(self) -> None:
        self._far, self._waiting, self._outlier = None, [], None

    def _count_waiting(self) -> int:
        """Return the number of samples that wait."""
        pending = [line.pending for line in (self._line, self._far) if line is not None]
        return len(self._waiting) + sum(sample is not None for sample in (*pending, self._outlier))

    def _set_rate(self, rate_hz: float) -> None:
        """Set the longest step that is no jump, for this nominal rate."""
        self._rate_hz = rate_hz
        period_ns = NS_PER_S / rate_hz if rate_hz > 0.0 else PERIOD_NS
        self._steady_ns = round(STEADY_PERIODS * max(period_ns, self._typical_ns))


def _blocks(samples: Iterable[_Sample]) -> list[SampleBlock]:
    """Return the samples as blocks, adjacent rows of a block in one."""
    parts: list[tuple[SampleBlock, int, int]] = []
    for _, block, k in samples:
        if parts and parts[-1][0] is block and parts[-1][2] == k:
            parts[-1] = block, parts[-1][1], k + 1
        else:
            parts.append((block, k, k + 1))
    return [replace(b, t_ns=b.t_ns[i:j], rows=b.values[i:j]) if j - i < len(b.t_ns) else b for b, i, j in parts]
