"""Left and right exchanged, or a clock that is off: detected from the steps themselves."""

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
def reference(worn: list[SampleBlock]) -> list[Step]:
    return [each for each in play(worn) if isinstance(each, Step)]


@pytest.fixture(scope="module")
def worn() -> list[SampleBlock]:
    return worn_by(VirtualRunner(RunnerParams(standing_s=3.0)), ALL, 45.0)


def contacts_s(steps: list[Step]) -> list[float]:
    """Return the contacts from 32 to 42 s, when the sensors have been compared."""
    return [step.t_ns / 1e9 for step in steps if 32e9 < step.t_ns < 42e9]


def sides(steps: list[Step]) -> list[Side | None]:
    return [step.side for step in steps if 32e9 < step.t_ns < 42e9]


def reported(blocks: list[SampleBlock], *keys: str) -> list[Metric]:
    return [each for each in play(blocks) if isinstance(each, Metric) and each.key in keys]


def test_correctly_placed_sensors_agree(worn: list[SampleBlock]) -> None:
    assert reported(worn, SWAPPED_KEY, APART_KEY) == []


def test_exchanged_feet_are_reported(worn: list[SampleBlock]) -> None:
    exchanged = [
        dataclasses.replace(block, placement=EXCHANGED.get(block.placement, block.placement)) for block in worn
    ]
    found = reported(exchanged, SWAPPED_KEY)
    assert found
    assert all((each.value, each.side) == (1.0, None) for each in found)
    assert found[0].t_ns < 40e9


def test_one_shoe_on_the_other_foot_is_reported(worn: list[SampleBlock]) -> None:
    one = [
        dataclasses.replace(block, placement=Placement.LEFT_FOOT if block.source == "right_foot" else block.placement)
        for block in worn
        if block.source != "left_foot"
    ]
    assert reported(one, SWAPPED_KEY)


def test_a_clock_that_is_far_off_is_reported(worn: list[SampleBlock]) -> None:
    late = [
        dataclasses.replace(block, t_ns=block.t_ns + np.int64(90e6)) if block.source == "left_foot" else block
        for block in worn
    ]
    found = reported(late, APART_KEY)
    assert {each.side for each in found} == {Side.LEFT}
    assert found[-1].value == pytest.approx(90, abs=35)


def delayed(blocks: list[SampleBlock], source: str, late_s: float) -> list[SampleBlock]:
    return in_order(
        dataclasses.replace(block, t_ns=block.t_ns + np.int64(late_s * 1e9)) if block.source == source else block
        for block in blocks
    )


@pytest.mark.parametrize("late_s", [-0.2, 0.13, 0.2, 0.3, 0.36, 0.5])
def test_a_delayed_shoe_is_reported_and_excluded(worn: list[SampleBlock], reference: list[Step], late_s: float) -> None:
    records = play(delayed(worn, "left_foot", late_s))
    found = [each for each in records if isinstance(each, Metric) and each.key in (SWAPPED_KEY, APART_KEY)]
    assert {(each.key, each.side) for each in found} == {(APART_KEY, Side.LEFT)}
    assert found[-1].value == pytest.approx(1e3 * late_s, abs=35)
    steps = [each for each in records if isinstance(each, Step)]
    assert len(steps) <= len(reference) + 10
    assert contacts_s(steps) == pytest.approx(contacts_s(reference), abs=0.05)
    assert sides(steps) == sides(reference)
    assert all(a.t_ns < b.t_ns for a, b in pairwise(steps))


@pytest.mark.parametrize("late_s", [-0.36, 0.13, 0.2, 0.3, 0.36, 0.5])
def test_a_delayed_hip_is_reported_and_not_mistaken_for_exchanged_feet(
    worn: list[SampleBlock], reference: list[Step], late_s: float
) -> None:
    records = play(delayed(worn, "sacrum", late_s))
    found = [each for each in records if isinstance(each, Metric) and each.key in (SWAPPED_KEY, APART_KEY)]
    assert {(each.key, each.side) for each in found} == {(APART_KEY, Side.LEFT), (APART_KEY, Side.RIGHT)}
    assert found[-1].value == pytest.approx(-1e3 * late_s, abs=35)
    steps = [each for each in records if isinstance(each, Step)]
    assert contacts_s(steps) == pytest.approx(contacts_s(reference), abs=0.05)
    assert sides(steps) == sides(reference)
    assert all(a.t_ns < b.t_ns for a, b in pairwise(steps))


def test_saving_and_restoring_with_a_delayed_sensor_changes_nothing(worn: list[SampleBlock]) -> None:
    pipeline, records = Pipeline(), []
    blocks = delayed(worn, "left_foot", 0.3)
    for k, block in enumerate(blocks):
        if k % 300 == 0:
            saved, pipeline = pipeline.state(), Pipeline()
            pipeline.restore(saved)
        records += pipeline.update(block)
    assert records + pipeline.finish() == play(blocks)


def test_too_few_or_mixed_contradictions_are_not_reported() -> None:
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
