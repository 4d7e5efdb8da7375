"""Stamps that stand still or go back: the samples are lost, and counted, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Step
from dsp.samples.rising import Rising
from dsp.signals import IMU6, Placement, SampleBlock
from tests.dsp.synthetic import blocks_of, make
from tests.dsp.test_stream_contract import cut, in_order, play

RATE_HZ = 104.0


def block(*t_ns):
    return SampleBlock("s", Placement.SACRUM, IMU6, np.array(t_ns), np.repeat(np.array(t_ns, float)[:, None], 6, 1))


def test_blocks_that_rise_are_left_as_they_are():
    rising, blocks = Rising(), [block(-5, 1, 2), block(3), block(4, 9)]
    assert [rising.take(b) for b in blocks] == blocks
    assert rising.lost == 0


@pytest.mark.parametrize("sizes", [(9,), (4, 5), (1,) * 9])
def test_what_is_no_later_than_one_before_is_lost(sizes):
    stamps, rising, kept, start = [1, 2, 2, 3, 9, 4, 9, 10, 1], Rising(), [], 0
    for size in sizes:
        left = rising.take(block(*stamps[start : start + size]))
        assert left.values[:, 0].tolist() == left.t_ns.tolist()
        kept += left.t_ns.tolist()
        start += size
    assert kept == [1, 2, 3, 9, 10]
    assert rising.lost == 4


@pytest.mark.parametrize("shift_ns", [0, -30_000_000])
@pytest.mark.parametrize("place", [Placement.LEFT_HIP, Placement.SACRUM, Placement.LEFT_FOOT])
def test_a_sample_that_comes_twice_costs_nothing(place, shift_ns):
    """Equal stamps made the lever arm divide by zero; stamps going back were taken for steady ones."""
    made = make(seconds=14.0, rate_hz=RATE_HZ, noise=0.02)
    sensor = Placement.SACRUM if place is Placement.LEFT_HIP else place
    clean = [replace(b, placement=place) for b in blocks_of(made, [sensor], 10, rate_hz=RATE_HZ)]
    twice = [
        replace(
            b,
            t_ns=np.insert(b.t_ns, 6, b.t_ns[5] + shift_ns),
            rows=np.insert(b.values, 6, b.values[5], axis=0),
        )
        for b in clean
    ]
    params = PipelineParams(signals=True)
    pipeline = Pipeline(params)
    found = [r for b in in_order(twice) for r in pipeline.update(b)] + pipeline.finish()
    assert found == play(clean, params)
    assert pipeline.lost == len(clean)
    assert sum(isinstance(r, Step) for r in found) > 5
    assert play([c for b in twice for c in cut(b, [3])], params) == found
