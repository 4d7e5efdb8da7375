"""Join samples into fewer, longer blocks: most of the cost of a block does not depend on its length.

Used for recordings that are processed as fast as possible. The core returns the same records however samples are cut
into blocks, and in whichever order sensors arrive as long as none lags by half a second (`dsp.pipeline`). So the
packets of a short time span can be processed stream by stream, provided that no stream lags by more than that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from drivers.packets import DeviceInfo, Packet, UserInput
from dsp.signals import IMU6, NS_PER_S, Layout, SampleBlock

MAX_LAG_NS = 45 * NS_PER_S // 100
"""A tenth less than the core allows."""
GAP_NS = 2 * NS_PER_S // 10
CAREFUL_NS = 3 * NS_PER_S
"""A gap that the core does not bridge (`fill_s`, or `fill_strides_s` once the stride is known: `dsp.samples.intake`;
`GAP_NS` is below both) restarts a sensor's processing; until it is levelled again its pending output may be late, and
then the order of blocks matters."""
SPAN_NS = 38 * NS_PER_S // 100
"""Packets that arrive within this span are processed together. A stream then lags by up to this plus one packet: within
`MAX_LAG_NS` for packets of 0.07 s or less; longer ones may lag too much, and `FewerBlocks.join` halves those."""


_MOTION = frozenset(IMU6)
Stream: TypeAlias = tuple[str, Layout, float]
"""Source, layout and rate."""


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive samples of one stream, from one packet or several.

    places  indices of the packets in the batch, increasing
    counts  samples per packet
    lost    samples missing before each packet
    """

    block: SampleBlock
    places: Sequence[int]
    counts: Sequence[int]
    lost: Sequence[int]

    def split(self) -> Iterator[Run]:
        """Yield the same samples packet by packet."""
        block, start = self.block, 0
        for place, n, lost in zip(self.places, self.counts, self.lost, strict=True):
            end = start + n
            if n:
                part = SampleBlock(
                    block.source,
                    block.placement,
                    block.layout,
                    block.t_ns[start:end],
                    block.values[start:end],
                    block.rate_hz,
                    lost,
                )
                yield Run(part, [place], [n], [lost])
            start = end


def taken_together(items: Iterable[DeviceInfo | Packet | UserInput]) -> Iterator[list[Packet] | DeviceInfo | UserInput]:
    """Yield the packets of each short time span as a list, and every other item on its own, in the original order."""
    held: list[Packet] = []
    first_ns = end_ns = 0
    for item in items:
        if isinstance(item, Packet):
            if first_ns <= item.t_recv_ns < end_ns:
                held.append(item)
                continue
            if held:
                yield held
            held = [item]
            first_ns, end_ns = item.t_recv_ns, item.t_recv_ns + SPAN_NS
        else:
            if held:
                yield held
            held, end_ns = [], 0
            yield item
    if held:
        yield held


class FewerBlocks:
    """Joins the blocks of each source and layout; it must be given every block, joined or not."""

    def __init__(self) -> None:
        self._newest_ns = 0
        self._careful_until_ns = 0
        self._reached_ns: dict[Stream, int] = {}  # last sample of each motion stream

    def note(self, block: SampleBlock) -> None:
        """Take note of a block that is passed on unchanged."""
        if len(block.t_ns):
            if self._has_gap(block):
                self._careful_until_ns = int(block.t_ns[-1]) + CAREFUL_NS
            self._advance(block)

    def join(self, runs: Sequence[Run]) -> list[SampleBlock]:
        """Return the samples of the runs as joined blocks, oldest first.

        If a stream lags too much, halves are tried recursively; what cannot be joined keeps its order of arrival.
        """
        by_stream: dict[Stream, list[SampleBlock]] = {}
        for run in runs:
            by_stream.setdefault((run.block.source, run.block.layout, run.block.rate_hz), []).append(run.block)
        joined = sorted(map(_joined, by_stream.values()), key=_first_ns)
        if not joined or self._can_join(joined):
            for block in joined:
                self._advance(block)
            return joined
        single = sorted((each for run in runs for each in run.split()), key=lambda each: each.places[0])
        if len(single) > 1:
            half = len(single) // 2
            return [*self.join(single[:half]), *self.join(single[half:])]
        for block in joined:
            self.note(block)
        return joined

    def _advance(self, block: SampleBlock) -> None:
        last_ns = int(block.t_ns[-1])
        self._reached_ns[block.source, block.layout, block.rate_hz] = last_ns
        self._newest_ns = max(self._newest_ns, last_ns)

    def _can_join(self, blocks: Sequence[SampleBlock]) -> bool:
        """Return whether no stream lags too much and none has a gap, now or within the last CAREFUL_NS."""
        newest_ns = max(self._newest_ns, max([int(block.t_ns[-1]) for block in blocks]))
        if newest_ns - min(map(self._since_ns, blocks)) > MAX_LAG_NS or newest_ns <= self._careful_until_ns:
            return False
        return not any(map(self._has_gap, blocks))

    def _has_gap(self, block: SampleBlock) -> bool:
        t_ns, since_ns = block.t_ns, self._since_ns(block)
        if int(t_ns[0]) - since_ns > GAP_NS:
            return True
        is_even = int(t_ns[-1]) - int(t_ns[0]) <= GAP_NS or _MOTION.isdisjoint(block.layout)
        return not is_even and int((t_ns[1:] - t_ns[:-1]).max()) > GAP_NS

    def _since_ns(self, block: SampleBlock) -> int:
        """Return the last sample time of a block's stream so far; only motion sensors can lag."""
        first_ns = _first_ns(block)
        if _MOTION.isdisjoint(block.layout):
            return first_ns
        return self._reached_ns.get((block.source, block.layout, block.rate_hz), first_ns)


def _joined(blocks: list[SampleBlock]) -> SampleBlock:
    first = blocks[0]
    if len(blocks) == 1:
        return first
    return SampleBlock(
        first.source,
        first.placement,
        first.layout,
        np.concatenate([block.t_ns for block in blocks]),
        np.concatenate([block.values for block in blocks]),
        first.rate_hz,
        sum(block.lost for block in blocks),
    )


def _first_ns(block: SampleBlock) -> int:
    return int(block.t_ns[0])
