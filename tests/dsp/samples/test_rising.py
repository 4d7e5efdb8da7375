"""Timestamps that repeat, go back or jump ahead: only their samples are lost, and they are counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Step
from dsp.samples.rising import CONFIRM_NS, Rising
from dsp.signals import IMU6, NS_PER_S, Placement, SampleBlock
from tests.dsp.reloaded import reloaded
from tests.dsp.synthetic import blocks_of, make
from tests.dsp.test_stream_contract import cut, play
from tests.dsp.virtual import in_order

RATE_HZ = 104.0
FAR_NS = 3600 * NS_PER_S


def block(*t_ns: int, rate_hz: float = 0.0) -> SampleBlock:
    rows = np.repeat(np.array(t_ns, float)[:, None], 6, 1)
    return SampleBlock("s", Placement.SACRUM, IMU6, np.array(t_ns, dtype=np.int64), rows, rate_hz)


def take(rising: Rising, blocks: Iterable[SampleBlock]) -> list[int]:
    """Return the accepted timestamps; every row keeps its timestamp."""
    out = [part for each in blocks for part in rising.take(each)] + rising.finish()
    stamps = [t for part in out for t in part.t_ns.tolist()]
    assert [row[0] for part in out for row in part.values.tolist()] == stamps
    return stamps


def pieces(stamps: Sequence[int], sizes: Sequence[int], rate_hz: float = 0.0) -> list[SampleBlock]:
    out, start, k = [], 0, 0
    while start < len(stamps):
        out.append(block(*stamps[start : start + sizes[k % len(sizes)]], rate_hz=rate_hz))
        start, k = start + sizes[k % len(sizes)], k + 1
    return out


def test_increasing_timestamps_leave_the_blocks_as_they_are() -> None:
    rising, blocks = Rising(), [block(-CONFIRM_NS, -5, 1, 2), block(3), block(4, 9)]
    assert [part for b in blocks for part in rising.take(b)] == blocks
    assert rising.lost == 0


@pytest.mark.parametrize("sizes", [(9,), (4, 5), (1,)])
def test_a_sample_no_later_than_an_earlier_one_is_lost(sizes: Sequence[int]) -> None:
    rising = Rising()
    assert take(rising, pieces([1, 2, 2, 3, 9, 4, 9, 10, 1], sizes)) == [1, 2, 3, 9, 10]
    assert rising.lost == 4


@st.composite
def streams(draw: st.DrawFn) -> tuple[list[int], list[int], float]:
    """Timestamps of a sensor with jitter and gaps, sizes of its blocks, and its nominal rate, Hz; 0: unknown."""
    rate_hz = draw(st.sampled_from([0.0, 52.0, 104.0, 416.0]))
    period = round(NS_PER_S / (rate_hz or 104.0))
    n = draw(st.integers(3, 60))
    gaps = draw(st.lists(st.sampled_from([0] * 20 + [2, 9, 60, 95]), min_size=n, max_size=n))
    jitter = draw(st.lists(st.integers(-period // 5, period // 5), min_size=n, max_size=n))
    stamps = (np.cumsum(np.array(gaps) + 1) * period + np.array(jitter)).tolist()
    return stamps, draw(st.lists(st.integers(1, 12), min_size=1, max_size=6)), rate_hz


@settings(max_examples=300, deadline=None)
@given(streams(), st.data())
def test_one_damaged_timestamp_costs_only_its_own_sample(
    stream: tuple[list[int], list[int], float], data: st.DataObject
) -> None:
    stamps, sizes, rate_hz = stream
    lacking, rising = Rising(), Rising()
    at = data.draw(st.integers(0, len(stamps) - 2))
    # Ahead of all that follow: by little, or far.
    ahead = stamps[-1] - stamps[at] + data.draw(st.sampled_from([NS_PER_S // 5, 10 * NS_PER_S, FAR_NS, 1 << 61]))
    damaged = [*stamps[:at], stamps[at] + ahead, *stamps[at + 1 :]]
    left = take(rising, pieces(damaged, sizes, rate_hz))
    kept = take(lacking, pieces([*stamps[:at], *stamps[at + 1 :]], sizes, rate_hz))
    assert rising.lost == len(stamps) - len(left)
    # A sample alone between a gap and the damaged one may be lost with it, or kept because of it; and if only one
    # follows, that one may be the damaged one as well.
    is_alone = at < 2 or stamps[at - 1] - stamps[at - 2] > 1.5 * NS_PER_S / (rate_hz or 50.0)
    unsure = {stamps[at - 1], *(damaged[at:] if at == len(stamps) - 2 else [])}
    assert set(kept) ^ set(left) <= unsure if is_alone else kept == left


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(-40, 40), st.sampled_from([1, 10, 10, 10, 300, 3000, -2500])), max_size=80))
def test_cutting_or_saving_the_stream_anywhere_changes_nothing(moves: list[tuple[int, int]]) -> None:
    """With any timestamps at all."""
    stamps = (np.cumsum([step * 1_000_000 for _, step in moves], dtype=np.int64)).tolist()
    stamps = [t + jitter * 1_000_000 for t, (jitter, _) in zip(stamps, moves, strict=True)]
    reference, rising = Rising(), Rising()
    kept = take(reference, [block(*stamps)] if stamps else [])
    assert all(b > a for a, b in pairwise(kept))
    out = []
    for each in pieces(stamps, [1, 3, 2, 7]):
        out += [t for part in rising.take(each) for t in part.t_ns.tolist()]
        rising = reloaded(rising)
    assert out + [t for part in rising.finish() for t in part.t_ns.tolist()] == kept
    assert rising.lost == reference.lost == len(stamps) - len(kept)


@pytest.mark.parametrize("jump_ns", [NS_PER_S // 5, 3 * NS_PER_S, FAR_NS])
def test_a_clock_that_jumps_is_followed_soon_and_nothing_is_lost(jump_ns: int) -> None:
    stamps = [10_000_000 * k + jump_ns * (k >= 50) for k in range(200)]
    rising, waited = Rising(), 0
    for k, stamp in enumerate(stamps):
        if not rising.take(block(stamp)) and k > 50:
            waited = k - 49
    assert waited * 10_000_000 <= 1.1 * CONFIRM_NS
    assert take(Rising(), [block(*stamps)]) == stamps


def test_only_a_damaged_packet_is_lost() -> None:
    stamps = [10_000_000 * k + FAR_NS * (50 <= k < 70) for k in range(200)]
    rising = Rising()
    assert take(rising, pieces(stamps, [10])) == stamps[:50] + stamps[70:]
    assert rising.lost == 20


@pytest.mark.parametrize("sizes", [(26,), (5,), (1,)])
@pytest.mark.parametrize("ahead_ns", [NS_PER_S // 2, FAR_NS, 10**14, -10 * NS_PER_S])
@pytest.mark.parametrize("n", [1, 2, 5, 25])
def test_only_a_damaged_first_packet_is_lost(n: int, ahead_ns: int, sizes: Sequence[int]) -> None:
    """Regression: such a packet silenced its sensor for the whole run."""
    stamps = [10_000_000 * k + ahead_ns * (k < n) for k in range(200)]
    assert take(Rising(), pieces(stamps, sizes)) == stamps[n:]


@pytest.mark.parametrize("value", [0, 1 << 61])
def test_a_damaged_timestamp_in_every_packet_costs_only_these_samples(value: int) -> None:
    stamps = [value if k % 8 == 0 else 10**12 + 10_000_000 * k for k in range(200)]
    assert take(Rising(), pieces(stamps, [8])) == [t for t in stamps if t != value]


def test_the_first_quarter_second_is_held_back_and_nothing_of_it_is_lost() -> None:
    rising, stamps = Rising(), [10_000_000 * k for k in range(40)]
    returned = [rising.take(block(stamp)) for stamp in stamps]
    assert next(k for k, out in enumerate(returned) if out) == CONFIRM_NS // 10_000_000
    assert [t for out in returned for part in out for t in part.t_ns.tolist()] == stamps
    assert take(Rising(), [block(*stamps[:9])]) == stamps[:9]


@pytest.mark.parametrize("rate_hz", [6.0, 12.0, 26.0, 30.0])
def test_a_slow_sensor_without_a_nominal_rate_is_not_delayed(rate_hz: float) -> None:
    stamps = [round(k * NS_PER_S / rate_hz) + (k % 2) * round(0.2 * NS_PER_S / rate_hz) for k in range(60)]
    rising = Rising()
    returned = [[t for part in rising.take(block(stamp)) for t in part.t_ns.tolist()] for stamp in stamps]
    assert returned[10:] == [[stamp] for stamp in stamps[10:]]
    assert rising.lost == 0


@pytest.mark.parametrize("rate_hz", [5.0, 12.0, 26.0, 104.0])
def test_nothing_after_a_far_jump_is_lost_at_any_rate(rate_hz: float) -> None:
    stamps = [round(k * NS_PER_S / rate_hz) + 5 * NS_PER_S * (k >= 30) for k in range(90)]
    assert take(Rising(), pieces(stamps, [1], rate_hz)) == stamps


@pytest.mark.parametrize("rate_hz", [5.0, 52.0])
def test_a_sensor_slower_than_its_nominal_rate_loses_nothing(rate_hz: float) -> None:
    stamps = [round(k * NS_PER_S / rate_hz) for k in range(60)]
    assert take(Rising(), pieces(stamps, [7], rate_hz=208.0)) == stamps


@pytest.mark.parametrize("shift_ns", [0, -30_000_000])
@pytest.mark.parametrize("place", [Placement.LEFT_HIP, Placement.SACRUM, Placement.LEFT_FOOT])
def test_a_repeated_sample_costs_nothing(place: Placement, shift_ns: int) -> None:
    """Regression: equal timestamps made the lever arm divide by zero; timestamps going back counted as steady."""
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


@pytest.mark.parametrize("ahead_ns", [500_000_000, FAR_NS])
@pytest.mark.parametrize("place", [Placement.SACRUM, Placement.LEFT_FOOT])
def test_a_timestamp_far_ahead_silences_no_sensor(place: Placement, ahead_ns: int) -> None:
    """Regression: such a timestamp silenced its sensor until that time, and moved the time of all the others."""
    made = make(seconds=14.0, rate_hz=RATE_HZ, noise=0.02)
    clean = blocks_of(made, [place], 10, rate_hz=RATE_HZ)
    ahead = clean[80].t_ns.copy()
    ahead[6] += ahead_ns
    damaged = [*clean[:80], replace(clean[80], t_ns=ahead), *clean[81:]]
    lacking = [replace(clean[80], t_ns=np.delete(clean[80].t_ns, 6), rows=np.delete(clean[80].values, 6, axis=0))]
    params = PipelineParams(signals=True)
    pipeline = Pipeline(params)
    found = [r for b in damaged for r in pipeline.update(b)] + pipeline.finish()
    assert found == play([*clean[:80], *lacking, *clean[81:]], params)
    assert pipeline.lost == 1
    assert sum(isinstance(r, Step) for r in found) > 10
