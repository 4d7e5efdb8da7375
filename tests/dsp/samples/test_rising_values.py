"""Ready-made values: one far ahead in time waits for the next; gaps and slow sources lose nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Metric
from dsp.samples.rising_values import RisingValues
from dsp.signals import NS_PER_S, Placement, Quantity
from tests.dsp.reloaded import reloaded
from tests.dsp.synthetic import blocks_of, make
from tests.dsp.test_stream_contract import heart, play
from tests.dsp.virtual import in_order

RATE_HZ = 104.0
FAR_NS = 3600 * NS_PER_S


def take(stamps: Sequence[int]) -> list[int]:
    """Return the accepted timestamps; every row keeps its timestamp."""
    values = RisingValues()
    out = [value for t in stamps for value in values.take((t, [float(t)]))]
    values.finish()
    assert [row for _, row in out] == [[float(t)] for t, _ in out]
    assert values.lost == len(stamps) - len(out)
    return [t for t, _ in out]


@pytest.mark.parametrize(
    "seconds",
    [
        range(60),
        range(0, 600, 11),
        [*range(20), *range(32, 60)],
        [*range(20), *range(3600, 3620)],
        [0, 100, 200, 201],
    ],
)
def test_no_value_is_lost_at_a_gap_or_from_a_slow_source(seconds: Sequence[int]) -> None:
    stamps = [s * NS_PER_S for s in seconds]
    assert take(stamps) == stamps


@pytest.mark.parametrize("at", [0, 1, 5, 18])
def test_a_value_far_ahead_costs_only_itself(at: int) -> None:
    stamps = [s * NS_PER_S for s in range(20)]
    assert take([*stamps[:at], stamps[at] + FAR_NS, *stamps[at + 1 :]]) == [*stamps[:at], *stamps[at + 1 :]]


def test_a_last_value_far_ahead_is_lost() -> None:
    assert take([0, 1, 2, FAR_NS]) == [0, 1, 2]


@given(st.lists(st.sampled_from([0, 1, 2, 3, 40, 41, 90, 4000]).map(lambda s: s * NS_PER_S)))
def test_accepted_values_rise_and_a_restored_state_continues_the_same(stamps: list[int]) -> None:
    kept, values, out = take(stamps), RisingValues(), []
    assert all(b > a for a, b in pairwise(kept))
    for t in stamps:
        values = reloaded(values)
        out += [stamp for stamp, _ in values.take((t, [0.0]))]
    assert out == kept


@pytest.mark.parametrize("at", [0, 5])
def test_a_reading_far_ahead_silences_no_sensor(at: int) -> None:
    made, strap = make(seconds=14.0, rate_hz=RATE_HZ), heart(14)
    strap[at] = replace(strap[at], t_ns=strap[at].t_ns + FAR_NS)
    clean = in_order([*blocks_of(made, [Placement.SACRUM], 10, rate_hz=RATE_HZ), *strap[:at], *strap[at + 1 :]])
    place = next(k for k, b in enumerate(clean) if b.source == "strap" and b.t_ns[0] == strap[at + 1].t_ns[0])
    pipeline = Pipeline()
    found = [r for b in [*clean[:place], strap[at], *clean[place:]] for r in pipeline.update(b)] + pipeline.finish()
    assert found == play(clean, PipelineParams())
    assert pipeline.lost == 1
    assert [r.value for r in found if isinstance(r, Metric) and r.key == Quantity.HEART_RATE_BPM][-1] == 152.0


@pytest.mark.parametrize("rate_hz", [0.0, 1.0, 4.0])
def test_a_strap_with_a_gap_of_a_minute_gives_the_same_however_late_it_arrives(rate_hz: float) -> None:
    made = make(seconds=70.0, rate_hz=RATE_HZ)
    worn = blocks_of(made, [Placement.SACRUM], 10, rate_hz=RATE_HZ)
    strap = [replace(b, rate_hz=rate_hz) for k, b in enumerate(heart(70)) if not 5 <= k < 65]
    found = []
    for late_ns in (0, 450_000_000):
        pipeline = Pipeline()
        order = sorted([*worn, *strap], key=lambda b: int(b.t_ns[-1]) + late_ns * (b.source == "strap"))
        found.append([r for b in order for r in pipeline.update(b)] + pipeline.finish())
        assert pipeline.lost == 0
    assert found[0] == found[1]
    assert np.any([isinstance(r, Metric) and r.key == Quantity.HEART_RATE_BPM and r.value > 205.0 for r in found[0]])
