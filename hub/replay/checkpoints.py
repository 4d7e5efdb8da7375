"""Checkpoints that a replay can go back to: evenly spaced, with a bounded number."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from dsp.signals import NS_PER_S
from hub.flow.turns import Checkpoint, Snapshot

SPACING_S = 30.0
"""Initial spacing: the engine processes that much, packet by packet, in a quarter of a second.

`python -m benchmarks.bench_reanalysis --signals` measures this and the size of a checkpoint.
"""
MAX_CHECKPOINTS = 64
"""Each takes about 0.5 MB with three motion sensors.

Beyond this number every other one is discarded and the spacing doubled: an hour has one a minute.
"""


class Checkpoints:
    """The checkpoints in the order of the recording; the first one, its start, is never discarded."""

    def __init__(self, spacing_s: float = SPACING_S, most: int = MAX_CHECKPOINTS) -> None:
        self._spacing_ns = round(spacing_s * NS_PER_S)
        self._most = most
        self._kept: list[Checkpoint] = []

    def __len__(self) -> int:
        return len(self._kept)

    def is_due(self, t_ns: int) -> bool:
        """Whether the next checkpoint is due at `t_ns`."""
        return not self._kept or t_ns >= self._kept[-1].t_ns + self._spacing_ns

    def add(self, item: int, t_ns: int, snapshot: Snapshot) -> None:
        """Add a checkpoint after all others."""
        self._kept.append(Checkpoint(item, t_ns, snapshot))
        if len(self._kept) > self._most:
            del self._kept[1::2]
            self._spacing_ns *= 2

    def before(self, t_ns: int) -> Checkpoint | None:
        """Return the last checkpoint at or before `t_ns`, None if there is none."""
        place = bisect_right(self._kept, t_ns, key=lambda each: each.t_ns)
        return self._kept[place - 1] if place else None

    def holds(self, checkpoint: Checkpoint) -> bool:
        """Whether a checkpoint has not been discarded."""
        return checkpoint in self._kept

    def forget_from(self, item: int) -> None:
        """Discard the checkpoints from this item on, as the run now differs there; the first one stays."""
        place = bisect_left(self._kept, item, key=lambda each: each.item)
        del self._kept[max(1, place) :]
