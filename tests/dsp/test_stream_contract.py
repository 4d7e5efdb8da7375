"""The core's streaming contract, on a synthetic runner with all sensors."""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Attitude, Metric, Record, Step
from dsp.signals import Placement, Quantity, SampleBlock
from tests.dsp import virtual
from tests.dsp.synthetic import Made, blocks_of, make
from tests.dsp.virtual import in_any_order, in_order

ALL = [Placement.SACRUM, Placement.LEFT_FOOT, Placement.RIGHT_FOOT]


def heart(seconds: int) -> list[SampleBlock]:
    return [
        SampleBlock(
            "strap",
            Placement.CHEST,
            (Quantity.HEART_RATE_BPM,),
            np.array([int(s * 1e9) + 300_000_000], dtype=np.int64),
            np.array([[140.0 + s]]),
        )
        for s in range(seconds)
    ]


def cut(block: SampleBlock, sizes: Sequence[int]) -> list[SampleBlock]:
    out, a = [], 0
    k = 0
    while a < len(block.t_ns):
        b = min(len(block.t_ns), a + sizes[k % len(sizes)])
        out.append(
            SampleBlock(
                block.source,
                block.placement,
                block.layout,
                block.t_ns[a:b],
                block.values[a:b],
                block.rate_hz,
                block.lost,
            )
        )
        a, k = b, k + 1
    return out


def whole(made: Made, placements: list[Placement]) -> list[SampleBlock]:
    return [b for p in placements for b in blocks_of(made, [p], len(made.t_s))]


def play(blocks: Iterable[SampleBlock], params: PipelineParams | None = None) -> list[Record]:
    """Return all records, attitude at sample rate among them unless `params` says otherwise."""
    return virtual.play(blocks, params or PipelineParams(signals=True))


@pytest.fixture(scope="module")
def made() -> Made:
    return make(seconds=16.0, noise=0.02)


@pytest.fixture(scope="module")
def reference(made: Made) -> list[Record]:
    return play(in_order([c for b in whole(made, ALL) for c in cut(b, [10])] + heart(16)))


def test_there_is_something_to_compare(reference: list[Record]) -> None:
    steps = [r for r in reference if isinstance(r, Step)]
    assert len(steps) > 20
    assert any(s.drop_excursion_deg is not None for s in steps)
    assert any(isinstance(r, Attitude) and r.obliquity_deg is not None for r in reference)
    assert {r.key for r in reference if isinstance(r, Metric)} >= {"cadence_spm", "heart_rate_bpm", "running"}


@pytest.mark.parametrize("sizes", [[1], [3, 17, 1, 64], [7]])
def test_cutting_the_input_changes_nothing(made: Made, reference: list[Record], sizes: list[int]) -> None:
    blocks = in_order([c for b in whole(made, ALL) for c in cut(b, sizes)] + heart(16))
    assert play(blocks) == reference


@pytest.mark.parametrize("seed", [1, 2])
def test_interleaving_the_sensors_changes_nothing(made: Made, reference: list[Record], seed: int) -> None:
    rng = np.random.default_rng(seed)
    lag = {str(p): float(rng.uniform(0.0, 0.3)) for p in [*ALL, "strap"]}
    blocks = [c for b in whole(made, ALL) for c in cut(b, [int(rng.integers(1, 30))])] + heart(16)
    blocks.sort(key=lambda b: b.t_ns[-1] * 1e-9 + lag[b.source])
    assert play(blocks) == reference


def by_first(block: SampleBlock) -> int:
    return int(block.t_ns[0])


def by_last(block: SampleBlock) -> int:
    return int(block.t_ns[-1])


def long_and_short(made: Made, sizes: Mapping[str, Sequence[int]]) -> list[SampleBlock]:
    """Return all sensors' blocks, cut by `sizes` of each source; the strap gives several values a block."""
    values = heart(16)
    strap = replace(
        values[0], t_ns=np.concatenate([b.t_ns for b in values]), rows=np.vstack([b.values for b in values])
    )
    return [c for b in [*whole(made, ALL), strap] for c in cut(b, sizes[b.source])]


@pytest.fixture(scope="module")
def without_strap(made: Made) -> list[Record]:
    return play(in_order([c for b in whole(made, ALL) for c in cut(b, [10])]))


@pytest.mark.parametrize("order", [by_first, by_last])
@pytest.mark.parametrize("samples", [150, 200, 400])
def test_equal_long_blocks_change_nothing(
    made: Made, without_strap: list[Record], samples: int, order: Callable[[SampleBlock], int]
) -> None:
    blocks = [c for b in whole(made, ALL) for c in cut(b, [samples])]
    assert play(sorted(blocks, key=order)) == without_strap


SIZES = st.lists(st.one_of(st.integers(1, 30), st.integers(90, 400)), min_size=1, max_size=4)
"""Samples per block at 200 Hz: up to 0.15 s, or 0.45 to 2 s."""


@settings(max_examples=6, deadline=None)
@given(
    sizes=st.fixed_dictionaries({p.value: SIZES for p in ALL} | {"strap": st.lists(st.integers(1, 2), min_size=1)}),
    seed=st.integers(0, 999),
)
def test_long_and_short_blocks_in_any_order_change_nothing(
    made: Made, reference: list[Record], sizes: dict[str, list[int]], seed: int
) -> None:
    blocks = in_any_order(long_and_short(made, sizes), random.Random(seed).randrange)
    every = 1 + len(blocks) // 10
    assert virtual.play_restored(blocks, PipelineParams(signals=True), every) == reference


@pytest.mark.parametrize("lost_s", [0.35, 0.6, 1.2])
def test_interleaving_changes_nothing_after_a_gap_in_one_sensor(made: Made, lost_s: float) -> None:
    def play_cut(size: int, lag_s: float) -> list[Record]:
        blocks = [
            c
            for b in whole(made, ALL)
            for c in cut(b, [size])
            if b.placement is not Placement.SACRUM or not 9.0 <= c.t_ns[0] * 1e-9 < 9.0 + lost_s
        ]
        late = {str(Placement.SACRUM): lag_s, str(Placement.LEFT_FOOT): 0.3 - lag_s}
        return play(sorted(blocks, key=lambda b: b.t_ns[-1] * 1e-9 + late.get(b.source, 0.0)))

    reference = play_cut(2, 0.0)
    assert play_cut(10, 0.25) == reference
    assert play_cut(5, 0.1) == reference


def test_saving_and_restoring_changes_nothing(made: Made, reference: list[Record]) -> None:
    blocks = in_order([c for b in whole(made, ALL) for c in cut(b, [10])] + heart(16))
    assert virtual.play_restored(blocks, PipelineParams(signals=True), every=97) == reference


def test_time_is_not_compressed_over_a_long_gap(made: Made) -> None:
    blocks = [b for b in blocks_of(made, [Placement.SACRUM], 10) if not 9.0 < b.t_ns[0] * 1e-9 < 11.0]
    steps = [r for r in play(blocks) if isinstance(r, Step)]
    times = np.array([s.t_ns * 1e-9 for s in steps])
    assert not np.any((times > 9.0) & (times < 10.9))
    assert np.sum(times > 11.5) >= 6
    across = next(s for s, t in zip(steps, times, strict=True) if t == times[times < 9.0][-1])
    assert across.step_time_s is None


def test_a_short_gap_costs_no_step(made: Made) -> None:
    rng = np.random.default_rng(3)
    blocks = [b for b in blocks_of(made, [Placement.SACRUM], 10) if rng.random() > 0.04]
    found = [r.t_ns * 1e-9 for r in play(blocks) if isinstance(r, Step)]
    wanted = made.contacts_s[made.contacts_s < 14.0]
    assert sum(min(abs(t - f) for f in found) < 0.08 for t in wanted) == len(wanted)
    assert all(b - a > 0.25 for a, b in pairwise(found))


@pytest.mark.parametrize("lost_s", [0.3, 0.6, 1.5])
def test_after_a_long_gap_the_pelvis_is_level_at_once(lost_s: float) -> None:
    made = make(seconds=20.0, noise=0.01)
    blocks = [b for b in blocks_of(made, [Placement.SACRUM], 5) if not 15.0 <= b.t_ns[0] * 1e-9 < 15.0 + lost_s]
    attitudes = [r for r in play(blocks) if isinstance(r, Attitude) and r.obliquity_deg is not None]
    t_s, obliquity_deg = np.array([(r.t_ns * 1e-9, r.obliquity_deg) for r in attitudes]).T
    error = np.abs(obliquity_deg - np.interp(t_s, made.t_s, made.obliquity_deg))
    assert np.sum(t_s > 15.0 + lost_s) > 3.0 * 200
    assert error[t_s > 14.0].max() < 0.6


def test_memory_stays_bounded() -> None:
    made = make(seconds=8.0)
    pipeline, sizes = Pipeline(), []
    for lap in range(6):
        for block in blocks_of(made, ALL, 10, t0_ns=lap * 8_000_000_000):
            pipeline.update(block)
        sizes.append(len(pickle.dumps(pipeline.state())))
    assert max(sizes[3:]) < 1.15 * sizes[2]


@pytest.mark.parametrize("start_s", [3_000, -100, -8, -9_000_000])
@pytest.mark.parametrize("worn", [ALL, [Placement.SACRUM], [Placement.LEFT_FOOT]])
def test_any_start_of_the_clock_gives_the_same_run(made: Made, start_s: int, worn: list[Placement]) -> None:
    start_ns = start_s * 1_000_000_000
    first = [r for r in play(blocks_of(made, worn, 10)) if isinstance(r, Step)]
    later = [r for r in play(blocks_of(made, worn, 10, t0_ns=start_ns)) if isinstance(r, Step)]
    assert len(first) == len(later) > 10
    for a, b in zip(first, later, strict=True):
        assert abs(b.t_ns - a.t_ns - start_ns) < 2_000
        assert (a.side, a.source) == (b.side, b.source)
        assert a.contact_ms == (b.contact_ms and pytest.approx(b.contact_ms, abs=0.05))
        assert a.drop_excursion_deg == (b.drop_excursion_deg and pytest.approx(b.drop_excursion_deg, abs=0.01))


def test_a_shoe_without_a_gyro_may_start_below_zero(made: Made) -> None:
    shoe = [
        SampleBlock(b.source, b.placement, b.layout[:3], b.t_ns, b.values[:, :3], b.rate_hz)
        for b in blocks_of(made, [Placement.LEFT_FOOT], 10)
    ]
    below = [SampleBlock(b.source, b.placement, b.layout, b.t_ns - 100 * 10**9, b.rows, b.rate_hz) for b in shoe]
    counts = [sum(isinstance(r, Step) for r in play(blocks)) for blocks in (shoe, below)]
    assert counts[0] == counts[1]


def test_pelvic_rotation_is_the_same_below_zero(made: Made) -> None:
    attitudes = [
        [r for r in play(blocks_of(made, [Placement.SACRUM], 10, t0_ns=t0)) if isinstance(r, Attitude)]
        for t0 in (100 * 10**9, -100 * 10**9)
    ]
    above, below = ([r.rotation_deg for r in each if r.rotation_deg is not None] for each in attitudes)
    assert above == pytest.approx(below, abs=1e-3)
    assert len(above) > 1000
