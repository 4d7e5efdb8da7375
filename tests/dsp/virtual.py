"""The virtual runner's sensors as sample blocks, and the pipeline's records for them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from drivers.virtual.runner import VirtualRunner
from dsp.pipeline import Pipeline, PipelineParams
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
