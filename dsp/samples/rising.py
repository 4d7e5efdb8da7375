"""Stamps of one sensor rise, or the sample is lost: what divides by the time between two needs that."""

from __future__ import annotations

from dataclasses import replace
from operator import lt

import numpy as np

from dsp.signals import SampleBlock

_BEFORE_ALL_NS = -(1 << 62)


class Rising:
    """The samples of one sensor that are later than all before them; `lost` counts the others."""

    def __init__(self) -> None:
        self._newest_ns = _BEFORE_ALL_NS
        self.lost = 0

    def take(self, block: SampleBlock) -> SampleBlock:
        """`block`, which is not empty, as it is where its stamps rise; else what is left of it, maybe nothing."""
        t_ns = block.t_ns.tolist()
        if t_ns[0] > self._newest_ns and all(map(lt, t_ns, t_ns[1:])):
            self._newest_ns = t_ns[-1]
            return block
        newest_ns = np.maximum.accumulate(np.array([self._newest_ns, *t_ns], dtype=np.int64))
        keep = block.t_ns > newest_ns[:-1]
        self._newest_ns = int(newest_ns[-1])
        self.lost += len(t_ns) - int(keep.sum())
        return replace(block, t_ns=block.t_ns[keep], rows=block.values[keep])
