"""Stamps of one sensor rise, one after the other, or the sample is lost: what divides by the time between needs that.

A stamp that leaps ahead waits for the sensor's next sample. Where that goes on from before the leap, the stamp was
damaged and only its own sample is lost; where it goes on behind the leap, there was a hole, or the clock was set, and
nothing is lost. A far leap, believed wrongly, would cost seconds of samples: a packet that is damaged as a whole is no
proof of it. A clock that is set back is followed once it has come to where it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeAlias

from dsp.samples.stage import GIVEN_UP_S
from dsp.signals import NS_PER_S, SampleBlock

STEADY_PERIODS = 1.5
"""A longer step is a leap. Where a sensor gives half the samples it should, all are, and each waits for the next."""

STEADY_NS = 30_000_000
"""The same for a sensor that does not say how fast it samples."""

FAR_NS = round(GIVEN_UP_S * NS_PER_S)
"""A sensor this far behind is not waited for by the others: a leap further than that is far."""

SURE_NS = 250_000_000
"""Samples of so long must lie behind a far leap: most packets are shorter."""

TOO_LATE_NS = 300_000_000
"""What has waited for longer, alone between two holes, comes too late for the others, and is lost."""

_Sample: TypeAlias = tuple[int, SampleBlock, int]
"""Stamp, ns, and where the sample stands: block, and which of its rows."""


class Rising:
    """The samples of one sensor that are later than all before them; `lost` counts the others.

    steady_ns  longest step that is no leap, of a sensor without a nominal rate    far_ns  longer leaps are far
    newest_ns  where the stamps begin, if that is known: else the first one waits for the second
    """

    def __init__(self, steady_ns: int = STEADY_NS, far_ns: int = FAR_NS, newest_ns: int | None = None) -> None:
        self._steady_ns, self._far_ns = steady_ns, far_ns
        self._newest_ns = newest_ns
        self._held: list[_Sample] = []  # behind one leap
        self.lost = 0

    def take(self, block: SampleBlock) -> list[SampleBlock]:
        """What is believed now, of what waited and of `block`, which is not empty; mostly the block as it is."""
        t_ns = block.t_ns.tolist()
        steady_ns = STEADY_PERIODS * NS_PER_S / block.rate_hz if block.rate_hz > 0.0 else self._steady_ns
        newest_ns = self._newest_ns
        if newest_ns is not None and not self._held:
            for stamp in t_ns:
                if not 0 < stamp - newest_ns <= steady_ns:
                    break
                newest_ns = stamp
            else:
                self._newest_ns = newest_ns
                return [block]
        return _blocks(sample for k in range(len(t_ns)) for sample in self._next((t_ns[k], block, k), steady_ns))

    def finish(self) -> list[SampleBlock]:
        """What still waits, unless it is behind a far leap."""
        return _blocks(self._end())

    def _next(self, sample: _Sample, steady_ns: float) -> list[_Sample]:
        """Take one sample; those that are believed now."""
        stamp, newest_ns, held = sample[0], self._newest_ns, self._held
        if newest_ns is not None and stamp <= newest_ns:
            self.lost += 1
            return []
        while held and held[-1][0] > stamp:
            held.pop()
            self.lost += 1
        if held and held[-1][0] == stamp:
            self.lost += 1
            return []
        goes_on = bool(held) and stamp - held[-1][0] <= self._far_ns
        if goes_on and self._is_far() and held[-1][0] - held[0][0] < SURE_NS:
            held.append(sample)
            return []
        out = self._release(stamp) if goes_on else self._end()
        if self._newest_ns is not None and stamp - self._newest_ns <= steady_ns:
            self._newest_ns = stamp
            out.append(sample)
        else:
            self._held = [sample]
        return out

    def _is_far(self) -> bool:
        return self._newest_ns is not None and self._held[0][0] - self._newest_ns > self._far_ns

    def _release(self, stamp: int) -> list[_Sample]:
        """Believe what waits, now that `stamp` has come too."""
        self._newest_ns = self._held[-1][0]
        out = [sample for sample in self._held if stamp - sample[0] <= TOO_LATE_NS]
        self.lost += len(self._held) - len(out)
        self._held = []
        return out

    def _end(self) -> list[_Sample]:
        """Nothing goes on behind this leap: believe what waits unless the leap is far."""
        if self._held and not self._is_far():
            return self._release(self._held[-1][0])
        self.lost += len(self._held)
        self._held = []
        return []


def _blocks(samples: Iterable[_Sample]) -> list[SampleBlock]:
    """Neighbours in one block together."""
    parts: list[tuple[SampleBlock, int, int]] = []
    for _, block, k in samples:
        if parts and parts[-1][0] is block and parts[-1][2] == k:
            parts[-1] = block, parts[-1][1], k + 1
        else:
            parts.append((block, k, k + 1))
    return [replace(b, t_ns=b.t_ns[i:j], rows=b.values[i:j]) if j - i < len(b.t_ns) else b for b, i, j in parts]
