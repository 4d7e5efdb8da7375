"""Sensors that die, are replaced, share a placement, or change their placement or sampling rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Metric, Record, Step
from dsp.signals import Placement, SampleBlock
from tests.dsp.synthetic import Made, blocks_of, make
from tests.dsp.test_stream_contract import cut, play
from tests.dsp.virtual import in_order

RATE_HZ = 104.0
HIP, LEFT = Placement.SACRUM, Placement.LEFT_FOOT


@pytest.fixture(scope="module")
def made() -> Made:
    return make(seconds=24.0, rate_hz=RATE_HZ, noise=0.02)


def worn(
    made: Made, placement: Placement, source: str | None = None, place: Placement | None = None, size: int = 5
) -> list[SampleBlock]:
    blocks = blocks_of(made, [placement], size, rate_hz=RATE_HZ)
    return [replace(b, source=source or b.source, placement=place or b.placement) for b in blocks]


def steps(records: list[Record]) -> list[Step]:
    return [r for r in records if isinstance(r, Step)]


def cadences(records: list[Record]) -> list[float]:
    return [r.value for r in records if isinstance(r, Metric) and r.key == "cadence_spm" and r.t_ns > 12e9]


def in_order_with(late: Placement, blocks: list[SampleBlock], by_s: float) -> list[SampleBlock]:
    """Return the blocks in the order of arrival when the packets of `late` are delayed `by_s`."""
    return sorted(blocks, key=lambda b: b.t_ns[-1] * 1e-9 + (by_s if b.placement is late else 0.0))


def latency_ms(blocks: list[SampleBlock]) -> float:
    """Return the median time from the next contact to the emission of the step, in the last seconds."""
    pipeline, waits_ms = Pipeline(), []
    for block in in_order(blocks):
        waits_ms += [
            (int(block.t_ns[-1]) - step.t_ns) * 1e-6 - 1e3 * step.step_time_s
            for step in steps(pipeline.update(block))
            if step.t_ns > 17e9 and step.step_time_s
        ]
    return float(np.median(waits_ms))


def test_a_dead_sensor_delays_nothing(made: Made) -> None:
    hip, shoe = worn(made, HIP), worn(made, LEFT)
    dies = [b for b in shoe if b.t_ns[0] < 12e9]
    alone, with_dead = latency_ms(hip), latency_ms(hip + dies)
    assert with_dead < alone + 20.0 < 300.0


@pytest.mark.parametrize("size", [104, 208])
def test_a_dead_sensor_holds_up_long_blocks_for_a_while_only(made: Made, size: int) -> None:
    shoe = [b for b in worn(made, LEFT, size=size) if b.t_ns[0] < 12.4e9]
    blocks = sorted(worn(made, HIP, size=size) + shoe, key=lambda b: int(b.t_ns[0]))
    short = [c for b in blocks for c in cut(b, [5])]
    pipeline = Pipeline(PipelineParams(signals=True))
    settled = [record for b in blocks for record in pipeline.update(b)]
    assert steps(settled)[-1].t_ns > int(blocks[-1].t_ns[0]) - 0.8e9
    assert settled + pipeline.finish() == play(in_order(short))


@pytest.mark.parametrize("away", [(10.0, 10.8), (9.0, 10.5), (8.0, 15.0)])
@pytest.mark.parametrize("who", [HIP, LEFT])
def test_any_order_gives_the_same_run_whenever_a_sensor_returns(
    made: Made, away: tuple[float, float], who: Placement
) -> None:
    whole = [b for p in (HIP, LEFT, Placement.RIGHT_FOOT) for b in worn(made, p)]
    blocks = [b for b in whole if b.placement is not who or not away[0] * 1e9 < b.t_ns[0] < away[1] * 1e9]
    reference = play(in_order(blocks))
    rng = np.random.default_rng(5)
    for late in (HIP, LEFT, Placement.RIGHT_FOOT):
        shuffled = [c for b in blocks for c in cut(b, [int(rng.integers(1, 6))])]
        assert play(in_order_with(late, shuffled, 0.45)) == reference
    assert sum(s.t_ns > 16e9 for s in steps(reference)) > 15


def torn(
    begin_s: float, hole_s: float, *, every_s: float = 0.7, end_s: float = float("inf"), before: bool = False
) -> Callable[[float], bool]:
    """Return whether there are samples at a time: gaps from `begin_s` until `end_s`, samples `before` or not."""

    def there(t_s: float) -> bool:
        if t_s < begin_s:
            return before
        return t_s > end_s or (t_s - begin_s) % every_s < every_s - hole_s

    return there


@pytest.mark.parametrize("signals", [False, True])
@pytest.mark.parametrize(
    "there",
    [
        torn(0.0, 0.4, end_s=3.5),
        torn(6.0, 0.4, end_s=9.0),
        torn(6.0, 0.4),
        torn(5.0, 0.38, every_s=0.41, end_s=8.5),  # never a chunk of samples between two gaps
        torn(0.0, 0.38, every_s=0.41, end_s=3.5),
        torn(7.0, 0.38, every_s=0.41, end_s=10.1, before=True),
    ],
)
@pytest.mark.parametrize("who", [HIP, LEFT])
def test_any_order_gives_the_same_run_with_a_start_full_of_gaps(
    made: Made, there: Callable[[float], bool], who: Placement, *, signals: bool
) -> None:
    blocks = [b for p in (HIP, LEFT, Placement.RIGHT_FOOT) for b in worn(made, p) if b.t_ns[-1] < 14e9]
    for n, b in enumerate(blocks):
        kept = [i for i, t in enumerate(b.t_ns.tolist()) if b.placement is not who or there(t * 1e-9)]
        blocks[n] = replace(b, t_ns=b.t_ns[kept], rows=b.values[kept])
    blocks = [b for b in blocks if len(b.t_ns)]
    params = PipelineParams(signals=signals)
    reference = play(in_order(blocks), params)
    for late in (HIP, LEFT, Placement.RIGHT_FOOT):
        assert play(in_order_with(late, blocks, 0.48), params) == reference
    assert len(steps(reference)) > 20


def test_old_lanes_of_a_sensor_that_changes_its_rate_are_removed(made: Made) -> None:
    pipeline = Pipeline()
    blocks = worn(made, HIP, size=104)
    for n, block in enumerate(blocks):
        pipeline.update(replace(block, rate_hz=RATE_HZ if n % 2 else RATE_HZ / 2))
    stages = pipeline.state()["stages"]
    assert isinstance(stages, dict)
    assert len(stages["_lanes"]) <= 3


@pytest.mark.parametrize("dies", [HIP, Placement.RIGHT_FOOT])
def test_the_cadence_stays_when_the_sensor_that_saw_the_other_leg_dies(made: Made, dies: Placement) -> None:
    blocks = [b for p in (dies, LEFT) for b in worn(made, p) if p is LEFT or b.t_ns[0] < 15e9]
    reported = cadences(play(in_order(blocks), PipelineParams()))
    usual = float(np.median(reported))
    assert reported[-1] == pytest.approx(usual, abs=2.0)
    assert max(abs(each - usual) for each in reported) < 5.0


@pytest.mark.parametrize("place", [HIP, LEFT])
def test_of_two_sensors_at_one_placement_one_is_used(made: Made, place: Placement) -> None:
    one, two = worn(made, place, "a"), worn(made, place, "b")
    alone, both = play(in_order(one), PipelineParams()), play(in_order(one + two), PipelineParams())
    assert len(steps(both)) == len(steps(alone))
    assert cadences(both) == cadences(alone) != []


def test_cadence_survives_a_right_shoe_that_is_declared_a_left_one(made: Made) -> None:
    left, wrong = worn(made, LEFT), worn(made, Placement.RIGHT_FOOT, "wrong", LEFT)
    assert cadences(play(in_order(left + wrong), PipelineParams())) != []


def test_another_sensor_replaces_a_dead_one(made: Made) -> None:
    first, spare = worn(made, HIP, "a"), worn(made, HIP, "b")
    dies = [b for b in first if b.t_ns[0] < 12e9]
    found = steps(play(in_order(dies + spare), PipelineParams()))
    assert len(found) >= len(steps(play(first, PipelineParams()))) - 8
    assert sum(s.t_ns > 16e9 and s.drop_excursion_deg is not None for s in found) > 15


def test_after_a_pause_the_same_sensor_is_used(made: Made) -> None:
    one, two = worn(made, HIP, "a"), worn(made, HIP, "b")
    pause = [replace(b, t_ns=b.t_ns + 24_000_000_000) for b in one + two]
    found = steps(play(in_order(one + two + pause), PipelineParams()))
    twice = [replace(b, t_ns=b.t_ns + 24_000_000_000) for b in one]
    assert found == steps(play(in_order(one + twice), PipelineParams()))


def test_a_sensor_with_a_new_placement_is_set_up_again(made: Made) -> None:
    shoe = worn(made, LEFT, "pod")
    moved = [b if b.t_ns[0] < 12e9 else replace(b, placement=Placement.RIGHT_FOOT) for b in shoe]
    found = steps(play(moved, PipelineParams()))
    assert {s.side for s in found if s.t_ns < 11e9} == {"left"}
    assert {s.side for s in found if s.t_ns > 15e9} == {"right"}
    assert sum(s.t_ns > 15e9 for s in found) >= 9


def test_a_sensor_with_a_new_sampling_rate_is_set_up_again() -> None:
    full = make(seconds=30.0, rate_hz=208.0, noise=0.02)
    fast = blocks_of(full, [HIP], 10, rate_hz=208.0)
    slow = replace(full, t_s=full.t_s[::4], sensors={HIP: full.sensors[HIP][::4]})
    before = [b for b in blocks_of(slow, [HIP], 10, rate_hz=52.0) if b.t_ns[-1] < 14e9]
    after = [b for b in fast if b.t_ns[0] > before[-1].t_ns[-1]]

    def mean_drop(blocks: list[SampleBlock]) -> float:
        drops_deg = [s.drop_excursion_deg for s in steps(play(blocks, PipelineParams())) if s.t_ns > 18e9]
        return float(np.mean([d for d in drops_deg if d is not None]))

    assert mean_drop(before + after) == pytest.approx(mean_drop(fast), abs=0.05)
