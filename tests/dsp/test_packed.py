"""Packed samples give the same records as their values, in packets of any size and across a saved state."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from dsp.packed import Packed, Packing, Rows, values_of
from dsp.pipeline import Pipeline
from dsp.records import Record
from dsp.signals import IMU6, NS_PER_S, Placement, SampleBlock
from tests.dsp.reloaded import reloaded
from tests.dsp.synthetic import make

Stamps = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int16]

RATE_HZ = 104.0
SCALE = np.array([0.01, 0.01, 0.01, 0.002, 0.002, 0.002])
ABSENT = -32768
PACKING = Packing(np.dtype("<i2"), SCALE, ABSENT)


def sent(seconds: float) -> tuple[Stamps, Counts]:
    """Timestamps in ns and counts of a synthetic runner, some absent."""
    made = make(seconds=seconds, rate_hz=RATE_HZ)
    counts = np.rint(made.sensors[Placement.SACRUM] / SCALE).astype("<i2")
    counts[1000:1003] = ABSENT
    return np.rint(made.t_s * NS_PER_S).astype(np.int64), counts


def block(t_ns: Stamps, rows: Rows) -> SampleBlock:
    return SampleBlock("hip", Placement.SACRUM, IMU6, t_ns, rows, RATE_HZ)


def records(blocks: list[SampleBlock], *, saved: str = "") -> list[Record]:
    """Return the records for these blocks, with the state saved and restored halfway."""
    pipeline, out = Pipeline(), []
    for k, each in enumerate(blocks):
        if k == len(blocks) // 2 and saved:
            state, pipeline = pipeline.state(), Pipeline()
            pipeline.restore(reloaded(state) if saved == "on disk" else state)
        out += pipeline.update(each)
    return out + pipeline.finish()


def test_values_of_packed_samples_are_counts_times_scale() -> None:
    _, counts = sent(12.0)
    values = values_of(Packed(counts.tobytes(), PACKING))
    expected = np.where(counts == ABSENT, np.nan, counts * SCALE)
    np.testing.assert_array_equal(values, expected)
    assert len(Packed(counts.tobytes(), PACKING)) == len(counts)


@pytest.mark.parametrize("size", [1, 5, 23])
@pytest.mark.parametrize("saved", ["", "in memory", "on disk"])
def test_packed_or_not_the_records_are_the_same(size: int, saved: str) -> None:
    t_ns, counts = sent(14.0)
    cuts = [slice(a, a + size) for a in range(0, len(t_ns), size)]
    plain = records([block(t_ns[c], np.where(counts[c] == ABSENT, np.nan, counts[c] * SCALE)) for c in cuts])
    packed = [block(t_ns[c], Packed(counts[c].tobytes(), PACKING)) for c in cuts]
    assert len(plain) > 50
    assert records(packed, saved=saved) == plain


def test_a_source_may_mix_packed_samples_and_values() -> None:
    t_ns, counts = sent(12.0)
    other = Packing(np.dtype(">i2"), SCALE, ABSENT)
    cuts = [slice(a, a + 5) for a in range(0, len(t_ns), 5)]
    packed = [
        block(t_ns[c], Packed(counts[c].astype(f"{'<>'[k // 2 % 2]}i2").tobytes(), (PACKING, other)[k // 2 % 2]))
        for k, c in enumerate(cuts)
    ]
    plain = [block(each.t_ns, each.values) for each in packed]
    mixed = [(packed, plain)[k // 3 % 2][k] for k in range(len(cuts))]
    assert records(packed) == records(plain) == records(mixed)
