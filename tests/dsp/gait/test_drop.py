"""Drop excursion of one stance, from a hand-made trace."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dsp.gait.drop import MAX_DROP_DEG, drop_of
from dsp.orientation.mount import Mount
from dsp.records import Side
from dsp.samples.trace import Trace

CONTACT_S = 1.0
FORWARD_LEFT_UP = Mount((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def trace_of(knots: dict[float, float], rate_hz: float = 200.0) -> Trace:
    """Return a trace with the drop of a left stance in degrees through these knots (s after the hip's contact)."""
    trace = Trace()
    t = np.arange(0.0, 2.0, 1.0 / rate_hz)
    drop = np.radians(np.interp(t, [CONTACT_S + s for s in knots], list(knots.values())))
    trace.t_s += t.tolist()
    trace.force += [10.0] * len(t)
    for channel, values in zip(trace.up, (0.0 * t, np.sin(drop), np.cos(drop)), strict=True):
        channel += values.tolist()
    return trace


def excursion(knots: dict[float, float]) -> float:
    drop = drop_of(trace_of(knots), FORWARD_LEFT_UP, Side.LEFT, CONTACT_S, CONTACT_S + 0.25)
    assert drop is not None
    return drop.excursion_deg


def test_from_the_lowest_before_contact_to_the_peak_in_stance() -> None:
    assert excursion({-0.3: 1.0, -0.03: -2.0, 0.1: 4.0, 0.3: 0.0}) == pytest.approx(6.0, abs=0.2)


def test_a_free_side_that_falls_through_contact_has_its_peak_there() -> None:
    # The foot lands 12 ms before the hip detects it: 3.0 deg there is the peak in stance, not 2.5 deg later.
    two_peaks = {-0.2: -1.0, -0.08: 0.0, -0.012: 3.0, 0.05: -1.0, 0.12: 2.5, 0.3: 0.0}
    lowest = np.interp(-0.06, list(two_peaks), list(two_peaks.values()))
    assert excursion(two_peaks) == pytest.approx(3.0 - lowest, abs=0.3)


def test_no_drop_before_the_trace_begins_or_after_it_ends() -> None:
    trace = trace_of({-0.3: 0.0, 0.3: 0.0})
    assert drop_of(trace, FORWARD_LEFT_UP, Side.LEFT, 0.05, 0.3) is None
    assert drop_of(trace, FORWARD_LEFT_UP, Side.LEFT, 1.9, 2.1) is None


def test_the_right_leg_drops_the_other_way() -> None:
    knots = {-0.3: 1.0, -0.03: -2.0, 0.1: 4.0, 0.3: 0.0}
    mirrored = trace_of({at: -deg for at, deg in knots.items()})
    right = drop_of(mirrored, FORWARD_LEFT_UP, Side.RIGHT, CONTACT_S, CONTACT_S + 0.25)
    assert right == drop_of(trace_of(knots), FORWARD_LEFT_UP, Side.LEFT, CONTACT_S, CONTACT_S + 0.25)


def test_a_peak_is_reported_only_against_standing() -> None:
    knots, level = {-0.3: 1.0, -0.03: -2.0, 0.1: 4.0, 0.3: 0.0}, replace(FORWARD_LEFT_UP, level=True)
    drops = [drop_of(trace_of(knots), m, Side.LEFT, CONTACT_S, CONTACT_S + 0.25) for m in (FORWARD_LEFT_UP, level)]
    assert drops[0] is not None
    assert drops[1] is not None
    assert drops[0].peak_deg is None
    assert drops[1].peak_deg == pytest.approx(4.0, abs=0.2)


@pytest.mark.parametrize("fall_deg", [0.9 * MAX_DROP_DEG, 1.1 * MAX_DROP_DEG, 80.0])
def test_an_excursion_that_no_pelvis_makes_is_not_reported(fall_deg: float) -> None:
    trace = trace_of({-0.3: 0.0, -0.03: -0.5 * fall_deg, 0.1: 0.5 * fall_deg, 0.3: 0.0})
    drop = drop_of(trace, FORWARD_LEFT_UP, Side.LEFT, CONTACT_S, CONTACT_S + 0.25)
    assert (drop is not None) is (fall_deg < MAX_DROP_DEG)


@pytest.mark.parametrize("at_deg", [1.1 * MAX_DROP_DEG, -1.3 * MAX_DROP_DEG])
def test_of_a_pelvis_further_from_standing_than_it_can_be_only_the_excursion_is_reported(at_deg: float) -> None:
    trace = trace_of({-0.3: at_deg, -0.03: at_deg - 2.0, 0.1: at_deg + 2.0, 0.3: at_deg})
    drop = drop_of(trace, replace(FORWARD_LEFT_UP, level=True), Side.LEFT, CONTACT_S, CONTACT_S + 0.25)
    assert drop is not None
    assert drop.peak_deg is None
    assert drop.excursion_deg == pytest.approx(4.0, abs=0.3)


@pytest.mark.parametrize("rate_hz", [52.0, 69.0, 104.0, 416.0])
def test_a_smooth_drop_is_the_same_at_any_rate(rate_hz: float) -> None:
    wave = {float(s): 3.0 * float(np.sin(2 * np.pi * s / 0.7)) for s in np.linspace(-0.9, 0.9, 2000)}
    trace = trace_of(wave, rate_hz)
    drop = drop_of(trace, FORWARD_LEFT_UP, Side.LEFT, CONTACT_S, CONTACT_S + 0.25)
    assert drop is not None
    lowest_deg = 3.0 * np.sin(-2 * np.pi * 0.06 / 0.7)
    assert drop.excursion_deg == pytest.approx(3.0 - lowest_deg, abs=0.3)
    assert drop.excursion_deg < 3.0 - lowest_deg + 0.01
