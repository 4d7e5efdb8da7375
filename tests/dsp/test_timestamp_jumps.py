"""Timestamp jumps and idle time cost bounded work; an IMU mounted on the treadmill contributes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dsp.pipeline import REPORTS_GO_ON_S, Pipeline
from dsp.records import Metric, Record, Step
from dsp.signals import NS_PER_S, Placement, SampleBlock
from tests.dsp.reloaded import reloaded
from tests.dsp.synthetic import Made, blocks_of, make
from tests.dsp.test_stream_contract import cut
from tests.dsp.virtual import in_order, play

HIP, LEFT, RIGHT = Placement.SACRUM, Placement.LEFT_FOOT, Placement.RIGHT_FOOT
RATE_HZ = 104.0
SHORT_NS, LONG_NS, DAMAGED_NS = 600 * NS_PER_S, 300_000 * NS_PER_S, 10**17


@pytest.fixture(scope="module")
def made() -> Made:
    return make(seconds=14.0, rate_hz=RATE_HZ, noise=0.02)


def with_jump(made: Made, by_ns: int, places: tuple[Placement, ...] = (HIP,)) -> list[SampleBlock]:
    """Return the blocks of all sensors, followed by the same blocks `by_ns` later."""
    blocks = in_order(blocks_of(made, list(places), 10, rate_hz=RATE_HZ))
    return blocks + [replace(b, t_ns=b.t_ns + by_ns) for b in blocks]


def reports_ns(records: list[Record]) -> list[int]:
    return [r.t_ns for r in records if isinstance(r, Metric) and r.key == "running"]


@pytest.mark.parametrize("by_ns", [LONG_NS, DAMAGED_NS])
def test_a_jump_of_any_length_costs_no_more_than_an_hour(made: Made, by_ns: int) -> None:
    pipeline, most = Pipeline(), 0
    for block in with_jump(made, by_ns):
        most = max(most, len(reports_ns(pipeline.update(block))))
    assert most < REPORTS_GO_ON_S + 20


@pytest.mark.parametrize("by_ns", [SHORT_NS, LONG_NS, DAMAGED_NS])
def test_after_a_jump_everything_is_reported_as_before(made: Made, by_ns: int) -> None:
    blocks = with_jump(made, by_ns)
    records = play(blocks)
    once = [r for r in play(blocks[: len(blocks) // 2]) if isinstance(r, Step)]
    assert sum(isinstance(r, Step) for r in records) >= 2 * len(once) - 2
    report_ns = reports_ns(records)
    assert report_ns == sorted(set(report_ns))
    if by_ns == SHORT_NS:
        assert len(report_ns) == report_ns[-1] // NS_PER_S - report_ns[0] // NS_PER_S + 1
    runs = [r.value for r in records if isinstance(r, Metric) and r.key == "running" and r.t_ns > by_ns + 8 * NS_PER_S]
    assert runs == [1.0] * len(runs) != []


def test_a_run_with_a_jump_is_the_same_however_it_is_cut_interleaved_or_saved(made: Made) -> None:
    blocks = with_jump(made, LONG_NS, (HIP, LEFT, RIGHT))
    reference = play(blocks)
    late = {HIP: 0.4, LEFT: 0.0, RIGHT: 0.2}
    small = [c for b in blocks for c in cut(b, [3, 1, 7])]
    small.sort(key=lambda b: b.t_ns[-1] * 1e-9 + late[b.placement])
    pipeline, records = Pipeline(), []
    for k, block in enumerate(small):
        records += pipeline.update(block)
        if k % 97 == 0:
            saved, pipeline = reloaded(pipeline.state()), Pipeline()
            pipeline.restore(saved)
    assert records + pipeline.finish() == reference


def test_an_imu_on_the_treadmill_reports_nothing_and_disturbs_no_sensor(made: Made) -> None:
    worn = blocks_of(made, [HIP, LEFT, RIGHT], 10, rate_hz=RATE_HZ)
    frame = [replace(b, source="frame", placement=Placement.TREADMILL) for b in worn if b.placement is HIP]
    assert play(frame) == []
    assert play(in_order(worn + frame)) == play(in_order(worn))
