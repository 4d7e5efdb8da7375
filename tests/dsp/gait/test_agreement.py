"""Left and right exchanged, or a clock that is off: noticed from the steps themselves."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from drivers.virtual.params import RunnerParams
from drivers.virtual.runner import VirtualRunner
from dsp.gait.agreement import APART_KEY, SWAPPED_KEY, Agreement
from dsp.gait.sightings import Contact, Release
from dsp.pipeline import Pipeline
from dsp.records import Metric, Side, Step
from dsp.signals import Placement, SampleBlock
from tests.dsp.virtual import in_order, play, worn_by

ALL = [Placement.SACRUM, Placement.LEFT_FOOT, Placement.RIGHT_FOOT]
EXCHANGED = {Placement.LEFT_FOOT: Placement.RIGHT_FOOT, Placement.RIGHT_FOOT: Placement.LEFT_FOOT}


@pytest.fixture(scope="module")
def as_it_is(worn: list[SampleBlock]) -> list[Step]:
    return [each for each in play(worn) if isinstance(each, Step)]


@pytest.fixture(scope="module")
def worn() -> list[SampleBlock]:
    return worn_by(VirtualRunner(RunnerParams(standing_s=3.0)), ALL, 45.0)


def settled(steps: list[Step]) -> list[float]:
    """Contacts from 32 to 42 s, when the sensors have been compared."""
    return [step.t_ns / 1e9 for step in steps if 32e9 < step.t_ns < 42e9]


def sides(steps: list[Step]) -> list[Side | None]:
    return [step.side for step in steps if 32e9 < step.t_ns < 42e9]


def told(blocks: list[SampleBlock], *keys: str) -> list[Metric]:
    return [each for each in play(blocks) if isinstance(each, Metric) and each.key in keys]


def test_sensors_on_the_right_feet_agree(worn: list[SampleBlock]) -> None:
    assert told(worn, SWAPPED_KEY, APART_KEY) == []


def test_exchanged_feet_are_noticed(worn: list[SampleBlock]) -> None:
    exchanged = [
        dataclasses.replace(block, placement=EXCHANGED.get(block.placement, block.placement)) for block in worn
    ]
    found = told(exchanged, SWAPPED_KEY)
    assert found
    assert all((each.value, each.side) == (1.0, None) for each in found)
    assert found[0].t_ns < 40e9


def test_one_shoe_on_the_other_foot_is_noticed(worn: list[SampleBlock]) -> None:
    one = [
        dataclasses.replace(block, placement=Placement.LEFT_FOOT if block.source == "right_foot" else block.placement)
        for block in worn
        if block.source != "left_foot"
    ]
    assert told(one, SWAPPED_KEY)


def test_a_clock_that_is_far_off_is_noticed(worn: list[SampleBlock]) -> None:
    late = [
        dataclasses.replace(block, t_ns=block.t_ns + np.int64(90e6)) if block.source == "left_foot" else block
        for block in worn
    ]
    found = told(late, APART_KEY)
    assert {each.side for each in found} == {Side.LEFT}
    assert found[-1].value == pytest.approx(90, abs=35)


def later(blocks: list[SampleBlock], source: str, late_s: float) -> list[SampleBlock]:
    return in_order(
        dataclasses.replace(block, t_ns=block.t_ns + np.int64(late_s * 1e9)) if block.source == source else block
        for block in blocks
    )


@pytest.mark.parametrize("late_s", [-0.2, 0.13, 0.2, 0.3, 0.36, 0.5])
def test_a_shoe_that_is_late_is_told_and_left_out(worn: list[SampleBlock], as_it_is: list[Step], late_s: float) -> None:
    records = play(later(worn, "left_foot", late_s))
    found = [each for each in records if isinstance(each, Metric) and each.key in (SWAPPED_KEY, APART_KEY)]
    assert {(each.key, each.side) for each in found} == {(APART_KEY, Side.LEFT)}
    assert found[-1].value == pytest.approx(1e3 * late_s, abs=35)
    steps = [each for each in records if isinstance(each, Step)]
    assert len(steps) <= len(as_it_is) + 10
    assert settled(steps) == pytest.approx(settled(as_it_is), abs=0.05)
    assert sides(steps) == sides(as_it_is)
    assert all(a.t_ns < b.t_ns for a, b in pairwise(steps))


@pytest.mark.parametrize("late_s", [-0.36, 0.13, 0.2, 0.3, 0.36, 0.5])
def test_a_hip_that_is_late_is_told_and_is_no_exchange_of_feet(
    worn: list[SampleBlock], as_it_is: list[Step], late_s: float
) -> None:
    records = play(later(worn, "sacrum", late_s))
    found = [each for each in records if isinstance(each, Metric) and each.key in (SWAPPED_KEY, APART_KEY)]
    assert {(each.key, each.side) for each in found} == {(APART_KEY, Side.LEFT), (APART_KEY, Side.RIGHT)}
    assert found[-1].value == pytest.approx(-1e3 * late_s, abs=35)
    steps = [each for each in records if isinstance(each, Step)]
    assert settled(steps) == pytest.approx(settled(as_it_is), abs=0.05)
    assert sides(steps) == sides(as_it_is)
    assert all(a.t_ns < b.t_ns for a, b in pairwise(steps))


def test_a_late_sensor_is_told_alike_however_the_run_is_cut(worn: list[SampleBlock]) -> None:
    pipeline, records = Pipeline(), []
    blocks = later(worn, "left_foot", 0.3)
    for k, block in enumerate(blocks):
        if k % 300 == 0:
            saved, pipeline = pipeline.state(), Pipeline()
            pipeline.restore(saved)
        records += pipeline.update(block)
    assert records + pipeline.finish() == play(blocks)


def test_few_or_mixed_steps_prove_nothing() -> None:
    agreement = Agreement()
    for i in range(60):
        t_s, side = 0.35 * i, (Side.LEFT, Side.RIGHT)[i % 2]
        worn = Placement.LEFT_FOOT if side is Side.LEFT else Placement.RIGHT_FOOT
        agreement.contact(Contact(t_s, t_s, worn, side, running=True, confidence=1.0))
        wrong = i % 4 < 2
        agreement.release(
            Release(t_s, t_s + 0.01, t_s + 0.25, Placement.SACRUM, side.other if wrong else side, None, 1.0)
        )
    assert agreement.report(0) == []
