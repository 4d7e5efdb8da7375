"""What all sensors saw of a stance becomes one step, from hand-made sightings."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from itertools import pairwise

import pytest

from dsp.gait.sightings import Contact, Drop, Release
from dsp.gait.step_fusion import FusionParams, StepFusion
from dsp.records import Side, Step
from dsp.signals import Placement

HIP, LEFT, RIGHT, FOOT = Placement.SACRUM, Placement.LEFT_FOOT, Placement.RIGHT_FOOT, Placement.FOOT
STEP_S, CONTACT_S = 0.36, 0.25
SIDES = (Side.LEFT, Side.RIGHT)


def seen(
    placement: Placement,
    contact_s: float,
    side: Side | None = None,
    confidence: float = 0.9,
    drop: Drop | None = None,
    delay_s: float = 0.05,
) -> tuple[Contact, Release]:
    """Return a contact and its release."""
    toe_off_s = contact_s + CONTACT_S
    return (
        Contact(contact_s + delay_s, contact_s, placement, side, running=True, confidence=confidence),
        Release(toe_off_s + delay_s, contact_s, toe_off_s, placement, side, drop, confidence),
    )


def hip(count: int, late_s: float = 0.0, first_s: float = 10.0) -> list[Contact | Release]:
    return [
        s for k in range(count) for s in seen(HIP, first_s + k * STEP_S + late_s, confidence=0.8, drop=Drop(4.0, None))
    ]


def shoes(count: int, first_s: float = 10.0, which: Sequence[Side] = SIDES) -> list[Contact | Release]:
    return [
        s
        for k in range(count)
        if SIDES[k % 2] in which
        for s in seen(LEFT if k % 2 == 0 else RIGHT, first_s + k * STEP_S, SIDES[k % 2], confidence=0.95)
    ]


def feed(fusion: StepFusion, sighting: Contact | Release) -> None:
    if isinstance(sighting, Contact):
        fusion.contact(sighting)
    else:
        fusion.release(sighting)


def fused(sightings: list[Contact | Release]) -> list[Step]:
    """Return the steps of sightings in the order in which they were decided, and those at the end."""
    fusion, out = StepFusion(), []
    for sighting in sorted(sightings, key=lambda s: s.decided_s):
        feed(fusion, sighting)
        out += fusion.take(sighting.decided_s)
    return out + fusion.take(float("inf"), end=True)


@pytest.mark.parametrize("first_s", [10.0, -500.0])
def test_one_sensor_alone(first_s: float) -> None:
    steps = fused(hip(10, first_s=first_s))
    assert [s.t_ns for s in steps] == [round((first_s + k * STEP_S) * 1e9) for k in range(10)]
    assert [s.step_time_s for s in steps[:-1]] == pytest.approx([STEP_S] * 9)
    assert steps[-1].step_time_s is None
    assert [s.contact_ms for s in steps] == pytest.approx([250.0] * 10)
    assert [s.flight_ms for s in steps[:-1]] == pytest.approx([110.0] * 9)
    assert {(s.source, s.drop_source, s.drop_excursion_deg) for s in steps} == {(HIP, HIP, 4.0)}


@pytest.mark.parametrize("late_s", [-0.1, 0.0, 0.03, 0.15])
def test_a_stance_gives_one_step_whichever_sensors_saw_it_and_however_their_clocks_differ(late_s: float) -> None:
    steps = fused(hip(40, late_s) + shoes(40))
    assert len(steps) == 40
    assert [s.side for s in steps] == list(SIDES) * 20
    assert {s.source for s in steps} == {LEFT, RIGHT}
    assert {s.drop_source for s in steps} == {HIP}
    assert [s.t_ns / 1e9 for s in steps] == pytest.approx([10.0 + k * STEP_S for k in range(40)])


def test_one_shoe_and_the_hip_name_both_legs_and_share_one_clock() -> None:
    steps = fused(hip(40, 0.06) + shoes(40, which=(Side.LEFT,)))
    assert [s.side for s in steps] == list(SIDES) * 20
    assert [s.source for s in steps] == [LEFT, HIP] * 20
    for one, two in pairwise(steps):  # while the offset is being learned, too
        assert one.step_time_s is not None
        assert two.t_ns - one.t_ns == pytest.approx(one.step_time_s * 1e9, abs=2)
    assert [s.step_time_s for s in steps[20:-1]] == pytest.approx([STEP_S] * 19, abs=1e-6)


def test_two_shoes_need_no_hip() -> None:
    steps = fused(shoes(20))
    assert len(steps) == 20
    assert [s.step_time_s for s in steps[:-1]] == pytest.approx([STEP_S] * 19)
    assert {s.drop_excursion_deg for s in steps} == {None}


def test_two_contacts_of_a_single_shoe_are_no_step() -> None:
    for steps in (fused(shoes(20, which=(Side.RIGHT,))), fused([s for k in range(10) for s in seen(FOOT, 0.7 * k)])):
        assert len(steps) == 10
        assert {s.step_time_s for s in steps} == {None}


def test_a_shoe_that_disappears_costs_no_step() -> None:
    steps = fused(hip(40, 0.05) + [s for s in shoes(40) if s.decided_s < 15.0])
    assert len(steps) == 40
    assert {s.source for s in steps[20:]} == {HIP}


def test_a_step_is_emitted_with_the_next_contact_and_the_last_one_after_a_wait() -> None:
    fusion, p = StepFusion(), FusionParams()
    sightings: list[Contact | Release] = [*seen(HIP, 10.0), seen(HIP, 10.36)[0]]
    for sighting in sightings:
        assert fusion.take(sighting.decided_s) == []
        feed(fusion, sighting)
    assert [s.t_ns for s in fusion.take(10.41)] == [10_000_000_000]
    assert fusion.take(10.36 + p.longest_wait_s - 0.01) == []
    assert fusion.due_s == pytest.approx(10.36 + p.longest_wait_s)
    (last,) = fusion.take(fusion.due_s)
    assert (last.step_time_s, last.contact_ms, last.toe_off_ns) == (None, None, None)
    assert fusion.due_s == float("inf")


def test_a_toe_off_later_than_the_next_contact_is_waited_for() -> None:
    fusion, p = StepFusion(), FusionParams()
    (first, toe_off), (second, _) = seen(HIP, 10.0, delay_s=0.05), seen(HIP, 10.36)
    fusion.contact(first)
    fusion.contact(second)
    assert fusion.take(10.5) == []
    fusion.release(toe_off)
    assert [s.contact_ms for s in fusion.take(10.5)] == pytest.approx([250.0])
    fusion.contact(seen(HIP, 10.72)[0])
    assert fusion.take(10.36 + p.release_wait_s - 0.01) == []
    assert [s.contact_ms for s in fusion.take(10.36 + p.release_wait_s)] == [None]


def test_after_a_pause_the_next_contact_is_no_step_of_the_one_before() -> None:
    steps = fused(hip(5) + hip(5, first_s=20.0))
    assert len(steps) == 10
    assert steps[4].step_time_s is None


def test_saving_between_a_contact_and_its_release_changes_nothing() -> None:
    sightings, fusion, steps = sorted(hip(20, 0.04) + shoes(20), key=lambda s: s.decided_s), StepFusion(), []
    for sighting in sightings:
        fusion = copy.deepcopy(fusion)
        feed(fusion, sighting)
        steps += fusion.take(sighting.decided_s)
    assert steps + fusion.take(float("inf"), end=True) == fused(sightings)
