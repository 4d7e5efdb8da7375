"""Stamps of one sensor rise, one after the other, or the sample is lost: what divides by the time between needs that.

A stamp that leaps ahead waits for the sensor's next sample. Where that goes on from before the leap, the stamp was
damaged and only its own sample is lost; where it goes on behind the leap, there was a hole, and nothing is lost.

A far leap, believed wrongly, would take the time of all sensors along, and there is no way back: a packet that is
damaged as a whole is no proof of it. So samples behind a far leap, and the first ones of all, wait until there are
enough of them, and are lost should the sensor go on from before. A clock that is set back is followed once it has come
to where it was.
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
"""A longer step is a leap."""

PERIOD_NS = 20_000_000
"""Least usual step of a sensor that does not say how fast it samples."""

FAR_NS = round(GIVEN_UP_S * NS_PER_S)
"""A sensor this far behind is not waited for by the others: a leap further than that is far."""

SURE_NS = 250_000_000
"""Samples of so long must lie behind a far leap, or at a start. No more: chains hold the first 0.75 s, and sensors may
be 0.5 s out of step, so that nothing is told later for it, nor in another order."""

TOO_LATE_NS = 300_000_000
"""What has waited for longer, alone between two holes, comes too late for the others, and is lost."""

_Sample: TypeAlias = tuple[int, SampleBlock, int]
"""Stamp, ns, and where the sample stands: block, and which of its rows."""


@dataclass(slots=True)
class _Line:
    """Samples that go on from each other: `newest_ns` is settled, `leap` waits for the next one."""

    newest_ns: int
    leap: _Sample | None = None

    def is_near(self, stamp: int) -> bool:
        """Whether `stamp` is not far ahead of what has come."""
        return stamp - (self.leap[0] if self.leap else self.newest_ns) <= FAR_NS

    def take(self, sample: _Sample, steady_ns: int) -> list[_Sample]:
        """What is settled with `sample`, which is near; what neither is given nor waits as `leap` then is lost."""
        stamp, leap = sample[0], self.leap
        if stamp <= self.newest_ns or (leap and stamp == leap[0]):
            return []
        out: list[_Sample] = []
        if leap and leap[0] < stamp:
            self.newest_ns = leap[0]
            out = [leap] if stamp - leap[0] <= TOO_LATE_NS else []
        if stamp - self.newest_ns <= steady_ns:
            self.newest_ns, self.leap = stamp, None
            out.append(sample)
        else:
            self.leap = sample
        return out


class Rising:
    """The samples of one motion sensor that are later than all before them; `lost` counts the others."""

    def __init__(self) -> None:
        self._line: _Line | None = None
        self._far: _Line | None = None  # the start, or goes on behind a far leap; not believed yet,
        self._waiting: list[_Sample] = []  # with all that is settled of it
        self._odd: _Sample | None = None  # is of neither line; a third begins here if the next goes on from it
        self._calm: _Line | None = None  # the line that is believed, while nothing waits
        self._rate_hz = -1.0
        self._usual_ns = 0  # between samples, learned when a line is believed
        self.lost = 0

    def take(self, block: SampleBlock) -> list[SampleBlock]:
        """What is believed now, of what waited and of `block`, which is not empty; mostly the block as it is."""
        t_ns, line = block.t_ns.tolist(), self._calm
        if block.rate_hz != self._rate_hz:
            self._time(block.rate_hz)
        if line is not None:
            newest_ns, steady_ns = line.newest_ns, self._steady_ns
            for stamp in t_ns:
                if not 0 < stamp - newest_ns <= steady_ns:
                    break
                newest_ns = stamp
            else:
                line.newest_ns = newest_ns
                return [block]
        came = self._held() + len(t_ns)
        out = [sample for k in range(len(t_ns)) for sample in self._next((t_ns[k], block, k))]
        held = self._held()
        self._calm = None if held else self._line
        self.lost += came - len(out) - held
        return _blocks(out)

    def finish(self) -> list[SampleBlock]:
        """What still waits, unless it is behind a far leap."""
        came, line, far = self._held(), self._line, self._far
        out = [] if line else self._waiting
        last = line or far
        if last is not None and last.leap is not None:
            out = [*out, last.leap]
            last.newest_ns, last.leap = last.leap[0], None
        self._forget_far()
        self.lost += came - len(out)
        return _blocks(out)

    def _next(self, sample: _Sample) -> list[_Sample]:
        """Take one sample; those that are believed now."""
        stamp, line, far, odd = sample[0], self._line, self._far, self._odd
        if line is not None and line.is_near(stamp):
            if stamp > line.newest_ns:
                self._forget_far()
            return line.take(sample, self._steady_ns)
        if far is None:
            far = self._begin(sample)
        elif stamp < self._waiting[0][0] or not far.is_near(stamp):
            if odd is None or not 0 < stamp - odd[0] <= FAR_NS:
                self._odd = sample
                return []
            far = self._begin(odd)
        self._odd = None
        self._waiting += far.take(sample, self._steady_ns)
        if stamp - self._waiting[0][0] < SURE_NS:
            return []
        steps = [b[0] - a[0] for a, b in pairwise(self._waiting)]
        self._usual_ns = median_high(steps) if steps else 0
        self._time(self._rate_hz)
        out = self._waiting
        self._line = far
        self._forget_far()
        return out

    def _begin(self, first: _Sample) -> _Line:
        self._far, self._waiting = _Line(first[0]), [first]
        return self._far

    def _forget_far(self) -> None:
        self._far, self._waiting, self._odd = None, [], None

    def _held(self) -> int:
        """Samples that wait."""
        leaps = [line.leap for line in (self._line, self._far) if line is not None]
        return len(self._waiting) + sum(sample is not None for sample in (*leaps, self._odd))

    def _time(self, rate_hz: float) -> None:
        """Work out the longest step that is no leap."""
        self._rate_hz = rate_hz
        period_ns = NS_PER_S / rate_hz if rate_hz > 0.0 else PERIOD_NS
        self._steady_ns = round(STEADY_PERIODS * max(period_ns, self._usual_ns))


def _blocks(samples: Iterable[_Sample]) -> list[SampleBlock]:
    """Neighbours in one block together."""
    parts: list[tuple[SampleBlock, int, int]] = []
    for _, block, k in samples:
        if parts and parts[-1][0] is block and parts[-1][2] == k:
            parts[-1] = block, parts[-1][1], k + 1
        else:
            parts.append((block, k, k + 1))
    return [replace(b, t_ns=b.t_ns[i:j], rows=b.values[i:j]) if j - i < len(b.t_ns) else b for b, i, j in parts]
