"""Left and right exchanged, or a clock that is off: noticed from the steps themselves."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from drivers.virtual.params import RunnerParams
from drivers.virtual.runner import VirtualRunner
from dsp.gait.agreement import APART_KEY, SWAPPED_KEY, Agreement
from dsp.gait.sightings import Contact, Release
from dsp.records import Metric, Side
from dsp.signals import Placement, SampleBlock
from tests.dsp.virtual import play, worn_by

ALL = [Placement.SACRUM, Placement.LEFT_FOOT, Placement.RIGHT_FOOT]
EXCHANGED = {Placement.LEFT_FOOT: Placement.RIGHT_FOOT, Placement.RIGHT_FOOT: Placement.LEFT_FOOT}


@pytest.fixture(scope="module")
def worn() -> list[SampleBlock]:
    return worn_by(VirtualRunner(RunnerParams(standing_s=3.0)), ALL, 45.0)


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
