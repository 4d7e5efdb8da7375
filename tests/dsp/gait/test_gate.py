"""Running or not, decided from a row of contacts with a hand-made force between them."""

from __future__ import annotations

import numpy as np
import pytest

from dsp.gait.gate import POCKET, GateParams, RunningGate, swing_square_g
from dsp.samples.trace import Trace
from dsp.signals import GRAVITY_MPS2

HZ = 200.0


def trace_of(step_s: float, swing_g: float, start_s: float = 0.0, seconds: float = 12.0) -> Trace:
    """Return a force that swings round 1 g by `swing_g`, root mean square, once a step."""
    trace = Trace()
    t = start_s + np.arange(int(seconds * HZ)) / HZ
    trace.t_s += t.tolist()
    trace.force += (GRAVITY_MPS2 * (1.0 + np.sqrt(2.0) * swing_g * np.sin(2 * np.pi * t / step_s))).tolist()
    return trace


def opens_at(
    steps_s: list[float],
    swing_g: float,
    depth_g: float,
    rise_gps: float = 20.0,
    params: GateParams | None = None,
    start_s: float = 0.0,
) -> int | None:
    """Return how many contacts it takes until the row is running; None: never."""
    gate = RunningGate(params)
    trace, at = trace_of(float(np.mean(steps_s)), swing_g, start_s), start_s + 0.5
    for k in range(16):
        gate.contact(at, depth_g, rise_gps, trace)
        if gate.open:
            return k + 1
        at += steps_s[k % len(steps_s)]
    return None


def test_the_swing_is_that_of_the_force_round_one_g() -> None:
    trace = trace_of(0.35, 0.9)
    assert np.sqrt(swing_square_g(trace, 1.0, 1.7)) == pytest.approx(0.9, abs=0.01)
    assert swing_square_g(Trace(), 1.0, 1.7) == 0.0


@pytest.mark.parametrize("start_s", [0.0, -1000.0])
def test_running_is_detected_after_two_strides_that_agree(start_s: float) -> None:
    assert opens_at([0.35], 0.9, 0.05, start_s=start_s) == GateParams().row


@pytest.mark.parametrize(
    ("why", "steps_s", "swing_g", "depth_g", "rise_gps"),
    [
        ("a walker: no flight", [0.52], 0.3, 0.75, 5.0),
        ("deep falls in a walker's rhythm", [0.55], 0.9, 0.05, 20.0),
        ("the quick shallow steps of a cyclist", [0.35], 0.4, 0.4, 7.0),
        ("too little swing for flights so deep", [0.35], 0.4, 0.05, 20.0),
        ("long and short in turn", [0.15, 0.55], 0.9, 0.05, 20.0),
    ],
)
def test_other_movement_never_opens_the_gate(
    why: str, steps_s: list[float], swing_g: float, depth_g: float, rise_gps: float
) -> None:
    assert opens_at(steps_s, swing_g, depth_g, rise_gps) is None, why


def test_a_shuffler_is_detected_by_rhythm_and_loading_rate() -> None:
    assert opens_at([0.36], 0.4, 0.4, rise_gps=20.0) == GateParams().row


@pytest.mark.parametrize("step_s", [0.26, 0.29, 0.35, 0.44, 0.46])
@pytest.mark.parametrize("rise_gps", [4.0, 20.0])
def test_shallow_flights_with_the_swing_of_a_flight_are_running_in_any_running_rhythm(
    step_s: float, rise_gps: float
) -> None:
    assert opens_at([step_s], 0.6, 0.4, rise_gps) == GateParams().row
    assert opens_at([step_s], 0.6, 0.4, rise_gps, params=POCKET) is None


@pytest.mark.parametrize("step_s", [0.26, 0.44, 0.46])
def test_the_largest_swing_of_the_recorded_walkers_is_not_running(step_s: float) -> None:
    assert opens_at([step_s], 0.46, 0.4) is None


def test_in_a_pocket_steps_may_alternate_but_must_swing_more() -> None:
    assert opens_at([0.30, 0.50], 0.9, 0.05, params=POCKET) == GateParams().row
    assert opens_at([0.35], 0.6, 0.05, params=POCKET) is None
    assert opens_at([0.35], 0.6, 0.05) is not None


def test_a_running_row_continues_through_shallow_flights_and_ends_with_a_slower_rhythm() -> None:
    gate, trace, at = RunningGate(), trace_of(0.35, 0.9), 0.5
    for _ in range(8):
        gate.contact(at, 0.05, 20.0, trace)
        at += 0.35
    assert gate.contact(at, 0.6, 4.0, trace)
    assert gate.open
    for _ in range(2):
        at += 0.45
        gate.contact(at, 0.7, 4.0, trace)
    assert not gate.open


def test_a_pause_begins_a_new_row() -> None:
    gate, trace = RunningGate(), trace_of(0.35, 0.9)
    continued = [gate.contact(at, 0.05, 20.0, trace) for at in (0.5, 0.85, 1.2, 1.55, 4.0, 4.35)]
    assert continued == [False, True, True, True, False, True]
    assert not gate.open
