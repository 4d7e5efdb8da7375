"""A hip sensor that delivers only invalid numbers does not use more and more memory, however long the run."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from dsp.pipeline import Pipeline, PipelineParams
from dsp.signals import NS_PER_S, Placement
from tests.dsp.synthetic import blocks_of, make

RATE_HZ, FAILS_S = 104.0, 8.0


@pytest.mark.parametrize("value", [np.nan, 1e9])
def test_invalid_samples_are_not_kept(value: float) -> None:
    made = make(seconds=20.0, rate_hz=RATE_HZ)
    values = made.sensors[Placement.SACRUM].copy()
    values[made.t_s > FAILS_S] = value
    blocks = blocks_of(replace(made, sensors={Placement.SACRUM: values}), [Placement.SACRUM], 10, rate_hz=RATE_HZ)
    pipeline, sizes = Pipeline(PipelineParams(signals=True)), []
    for k, block in enumerate(blocks):
        pipeline.update(block)
        if k % 10 == 0 and block.t_ns[0] > (FAILS_S + 1.0) * NS_PER_S:
            sizes.append(len(pickle.dumps(pipeline.state())))
    assert len(sizes) > 8
    assert max(sizes) < sizes[0] + 1000
