"""The virtual runner's sensors as sample blocks, and the pipeline's records for them."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable

import numpy as np

from drivers.virtual.runner import VirtualRunner
from dsp.pipeline import LAG_NS, Pipeline, PipelineParams
from dsp.records import Record
from dsp.signals import IMU6, Placement, SampleBlock
from tests.dsp.reloaded import reloaded


def worn_by(
    runner: VirtualRunner, placements: list[Placement], until_s: float, rate_hz: float = 104.0
) -> list[SampleBlock]:
    """Return blocks of ten samples of each sensor, in the order of their last samples."""
    out = []
    for placement in placements:
        t_ns = np.round(np.arange(int(until_s * rate_hz)) / rate_hz * 1e9).astype(np.int64)
        for a in range(0, len(t_ns), 10):
            stamps = t_ns[a : a + 10]
            values = np.array(runner.imu(placement, a, len(stamps), rate_hz))
            out.append(SampleBlock(placement.value, placement, IMU6, stamps, values, rate_hz))
    return in_order(out)


def in_order(blocks: Iterable[SampleBlock]) -> list[SampleBlock]:
    """Return the blocks in the order of arrival, that of their last samples."""
    return sorted(blocks, key=lambda b: int(b.t_ns[-1]))


def in_any_order(blocks: Iterable[SampleBlock], choose: Callable[[int], int]) -> list[SampleBlock]:
    """Return the blocks in an order that the core allows; `choose` returns one of the first n integers, given n.

    A sensor's next block may come if every other sensor has delivered the time up to `LAG_S` before its last sample,
    or before its first if it is longer than `LAG_S`.
    """
    to_come: defaultdict[str, deque[SampleBlock]] = defaultdict(deque)
    for block in blocks:
        to_come[block.source].append(block)
    out = []
    while to_come:
        may_come = []
        for source, (block, *_) in to_come.items():
            first_ns, last_ns = int(block.t_ns[0]), int(block.t_ns[-1])
            needed_ns = (last_ns if last_ns - first_ns <= LAG_NS else first_ns) - LAG_NS
            if all(int(others[0].t_ns[0]) > needed_ns for other, others in to_come.items() if other != source):
                may_come.append(source)
        source = may_come[choose(len(may_come))]
        out.append(to_come[source].popleft())
        if not to_come[source]:
            del to_come[source]
    return out


def play(blocks: Iterable[SampleBlock], params: PipelineParams | None = None) -> list[Record]:
    """Return all records of a pipeline for these blocks."""
    pipeline, records = Pipeline(params), []
    for block in blocks:
        records += pipeline.update(block)
    return records + pipeline.finish()


def play_restored(blocks: Iterable[SampleBlock], params: PipelineParams | None = None, every: int = 50) -> list[Record]:
    """Return the same as `play`, from pipelines each of which continues the saved state of the one before (pickled)."""
    pipeline, records = Pipeline(params), []
    for k, block in enumerate(blocks):
        if k % every == every - 1:
            state = reloaded(pipeline.state())
            pipeline = Pipeline(params)
            pipeline.restore(state)
        records += pipeline.update(block)
    return records + pipeline.finish()
