"""Events from a shoe's pitch rate: landings heel first, toes first and flat; moves that are steps, and others."""

from __future__ import annotations

from math import exp, radians

import pytest

from drivers.virtual.runner import RunnerParams, VirtualRunner
from dsp.detectors.foot import EventKind, FootEvent
from dsp.detectors.foot_moves import FootMoves
from dsp.detectors.landing import Landing, LandingParams
from dsp.detectors.push_off import PushOff, PushOffParams, Stance
from dsp.detectors.touch_down import TouchDownParams, TouchDowns, first_jolt_s
from dsp.records import Step
from dsp.samples.trace import Trace
from dsp.signals import GRAVITY_MPS2, Placement
from tests.dsp.virtual import play, worn_by

FEET = [Placement.LEFT_FOOT, Placement.RIGHT_FOOT]


def landing(rates: list[float], *, toes_first: bool = False, usual: float = 10.0, rate_hz: float = 100.0) -> float:
    """Return the contact in samples after the first one above zero, s."""
    seen = Landing(LandingParams(), (-1.0 / rate_hz, -1.0), (0.0, rates[0]))
    for k, rate in enumerate(rates[1:], start=1):
        if seen.add(k / rate_hz, rate, usual):
            return seen.contact_s(toes_first=toes_first)
    raise AssertionError("it has not landed")


def test_heel_first_contact_is_half_way_up_the_jump() -> None:
    assert landing([0.5, 1.0, 4.5, 8.0, 7.0, 3.0]) == pytest.approx(0.02, abs=0.005)


def test_a_soft_rise_before_the_jump_is_not_the_contact() -> None:
    assert landing([0.5, 1.8, 1.5, 1.0, 4.5, 8.0, 7.0, 3.0]) == pytest.approx(0.04, abs=0.005)


def test_toes_first_contact_is_where_the_heel_begins_to_come_down() -> None:
    assert landing([1.0, 4.0, 8.0, 6.0, -3.0], toes_first=True) == pytest.approx(0.03, abs=0.01)


def test_flat_contact_is_the_end_of_the_turn() -> None:
    assert landing([0.2, 0.5, 0.4, *[0.1] * 9]) == pytest.approx(LandingParams().flat_s)


@pytest.mark.parametrize("strike_deg", [-15.0, -5.0, 5.0, 25.0])
def test_contacts_are_timed_whatever_part_of_the_foot_lands_first(strike_deg: float) -> None:
    runner = VirtualRunner(RunnerParams(seed=3, strike_deg=strike_deg))
    steps = [r for r in play(worn_by(runner, FEET, 24.0)) if isinstance(r, Step)]
    true = runner.truth_steps(8.0, 23.0)
    errors = [min((s.t_ns * 1e-9 - t.ic_s for s in steps if s.side is t.side), key=abs) for t in true]
    assert all(abs(error) < 0.05 for error in errors)


def rolling(toe_off_s: float, rate_hz: float = 100.0) -> Stance:
    """Return a stance that begins at 0 and rolls faster and faster until `toe_off_s`; no low-pass."""
    t_s = [k / rate_hz for k in range(round(toe_off_s * rate_hz) + 8)]
    rate = [9.0 * exp(-(((t - toe_off_s) / 0.06) ** 2)) for t in t_s]
    return Stance(t_s, rate, rate, 0.0)


def toe_off_s(push_off: PushOff, stance: Stance) -> float:
    found = push_off.toe_off_s(stance, 0.0, 9.0)
    assert found is not None
    return found


def rolled_s(stance: Stance) -> float:
    found = stance.rolled_s(0.1, PushOffParams().rolled)
    assert found is not None
    return found


def test_toe_off_follows_the_roll() -> None:
    push_off = PushOff()
    found = [toe_off_s(push_off, rolling(at_s)) for at_s in (0.22, 0.22, 0.24)]
    assert found[0] == pytest.approx(found[1])
    assert found[2] - found[0] == pytest.approx(0.02, abs=0.006)


def test_a_step_that_rolls_faster_than_usual_leaves_later() -> None:
    push_off = PushOff()
    usual = [toe_off_s(push_off, rolling(0.22)) for _ in range(3)]
    slow = rolling(0.22)
    fast = Stance(slow.t_s, [1.2 * rate for rate in slow.rate], slow.smooth, 0.0)
    after = toe_off_s(push_off, fast) - rolled_s(fast)
    assert after > usual[-1] - rolled_s(slow) + 0.0005


def test_an_outlier_does_not_move_the_usual_toe_off() -> None:
    """With means a tenth of the error of the first stance from standing remained for twenty steps."""
    push_off, with_outlier = PushOff(), PushOff()
    toe_off_s(with_outlier, rolling(0.32))
    after = [[toe_off_s(each, rolling(0.22)) for _ in range(4)][-1] for each in (push_off, with_outlier)]
    assert after[1] == pytest.approx(after[0], abs=1e-4)


def test_a_foot_that_hardly_rolls_has_no_toe_off() -> None:
    assert PushOff(PushOffParams(rolled=radians(120.0))).toe_off_s(rolling(0.22), 0.0, 9.0) is None


def test_a_foot_that_rolls_less_far_than_steep_has_a_toe_off() -> None:
    usual, flat = PushOff(), PushOff(PushOffParams(steep=radians(120.0)))
    assert toe_off_s(flat, rolling(0.22)) == pytest.approx(toe_off_s(usual, rolling(0.22)))


def moves_in(rates: list[float], forces: list[float]) -> list[tuple[float, float]]:
    """Return the moves (start and end, s) in chunks of one sample each, 0.05 s apart."""
    moves = FootMoves()
    chunks = (
        [[0.0], [0.0], [force], [0.6 * rate], [0.0], [0.8 * rate]] for rate, force in zip(rates, forces, strict=True)
    )
    found = (moves.update(0.05 * k, chunk) for k, chunk in enumerate(chunks))
    return [(move.start_s, move.end_s) for move in found if move is not None]


def test_a_move_lies_between_two_rests() -> None:
    rates = [*[0.1] * 6, *[5.0] * 8, *[0.1] * 6, *[5.0] * 2, *[0.1] * 6]
    assert moves_in(rates, [GRAVITY_MPS2] * 28) == [pytest.approx((0.3, 0.7))]


def test_a_foot_that_glides_without_turning_is_still_moving() -> None:
    forces = [*[GRAVITY_MPS2] * 14, *[0.7 * GRAVITY_MPS2] * 5, *[GRAVITY_MPS2] * 6]
    found = moves_in([*[0.1] * 6, *[5.0] * 8, *[0.1] * 11], forces)
    assert found == [pytest.approx((0.3, 0.95))]


def trace_with_knocks(*knocks: tuple[float, float], rate_hz: float = 100.0) -> Trace:
    """Return a second of a shoe at rest with knocks: when, s, and how hard, m/s2; each 20 ms long."""
    trace = Trace()
    trace.t_s = [k / rate_hz for k in range(round(rate_hz))]
    for axis, still in zip(trace.axes, (0.0, 0.0, GRAVITY_MPS2, 0.0, 0.0, 0.0), strict=True):
        axis[:] = [still] * len(trace.t_s)
    for when_s, size in knocks:
        for k in range(round(when_s * rate_hz), round((when_s + 0.02) * rate_hz)):
            trace.axes[2][k] += size
    return trace


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 200.0])
def test_a_foot_lands_with_its_first_large_jolt(rate_hz: float) -> None:
    trace = trace_with_knocks((0.2, 9.0), (0.62, 4.0), (0.72, 8.0), (0.78, 10.0), rate_hz=rate_hz)
    assert first_jolt_s(trace, 0.55, 0.9, TouchDownParams()) == pytest.approx(0.72, abs=0.015)


def test_an_unclear_contact_waits_for_the_jolt() -> None:
    trace, touch_downs = trace_with_knocks((0.55, 8.0)), TouchDowns()
    soft = FootEvent(EventKind.INITIAL_CONTACT, 0.4, 0.4, 5.0, jump=1.2)
    assert touch_downs.hold(soft, 0.4)
    assert touch_downs.take_jolted(trace, 0.65) is None
    contact = touch_downs.take_jolted(trace, 0.72)
    assert contact is not None
    assert contact.t_s == contact.contact_s == pytest.approx(0.55, abs=0.011)
    assert touch_downs.take_jolted(trace, 0.8) is None


@pytest.mark.parametrize(("jump", "held"), [(1.9, True), (2.4, True), (2.6, False)])
def test_the_contact_of_a_slapping_heel_is_not_held(jump: float, *, held: bool) -> None:
    assert TouchDowns().hold(FootEvent(EventKind.INITIAL_CONTACT, 0.4, 0.4, 5.0, jump=jump), 0.4) is held


def test_a_held_contact_is_released_unchanged_before_another_event() -> None:
    touch_downs, soft = TouchDowns(), FootEvent(EventKind.INITIAL_CONTACT, 0.4, 0.4, 5.0)
    touch_downs.hold(soft, 0.4)
    assert touch_downs.release() is soft
    assert touch_downs.release() is None
