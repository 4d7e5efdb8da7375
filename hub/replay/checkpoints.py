"""The places that a replay can go back to: evenly spaced, and never more than memory allows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from dsp.signals import NS_PER_S
from hub.flow.turns import Checkpoint, Snapshot

SPACING_S = 30.0
"""From one to the next at first: the core works that off, packet by packet, in a quarter of a second.

`python -m benchmarks.bench_reanalysis --signals` tells this and the next.
"""
MOST = 64
"""The core takes about 0.5 MB in each, with three motion sensors.

When there are more every other one goes: an hour has one a minute.
"""


class Checkpoints:
    """In the order of the recording; the first one, its start, is never given up."""

    def __init__(self, spacing_s: float = SPACING_S, most: int = MOST) -> None:
        self._spacing_ns = round(spacing_s * NS_PER_S)
        self._most = most
        self._kept: list[Checkpoint] = []

    def __len__(self) -> int:
        return len(self._kept)

    def is_due(self, t_ns: int) -> bool:
        """Tell whether there should be a further one at `t_ns`."""
        return not self._kept or t_ns >= self._kept[-1].t_ns + self._spacing_ns

    def add(self, item: int, t_ns: int, snapshot: Snapshot) -> None:
        """Keep the next one."""
        self._kept.append(Checkpoint(item, t_ns, snapshot))
        if len(self._kept) > self._most:
            del self._kept[1::2]
            self._spacing_ns *= 2

    def before(self, t_ns: int) -> Checkpoint | None:
        """Give the last one that is not after `t_ns`."""
        place = bisect_right(self._kept, t_ns, key=lambda each: each.t_ns)
        return self._kept[place - 1] if place else None

    def holds(self, checkpoint: Checkpoint) -> bool:
        """Tell whether it has not been given up."""
        return checkpoint in self._kept

    def forget_from(self, item: int) -> None:
        """Give up what is kept of places from this item on: they have become different."""
        place = bisect_left(self._kept, item, key=lambda each: each.item)
        del self._kept[max(1, place) :]
