"""Drop excursion of one stance, from a trace made up by hand."""

from __future__ import annotations

import numpy as np
import pytest

from dsp.gait.drop import drop_of
from dsp.orientation.mount import Mount
from dsp.records import Side
from dsp.samples.trace import Trace

CONTACT_S = 1.0
FORWARD_LEFT_UP = Mount((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def trace_of(knots: dict[float, float], rate_hz: float = 200.0) -> Trace:
    """The drop of a left stance in degrees through these knots (s after the hip's contact)."""
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


def test_from_the_lowest_before_contact_to_the_peak_in_stance():
    assert excursion({-0.3: 1.0, -0.03: -2.0, 0.1: 4.0, 0.3: 0.0}) == pytest.approx(6.0, abs=0.2)


def test_a_free_side_that_falls_through_contact_has_its_peak_there():
    # The foot lands 12 ms before the hip tells: 3.0 deg there is the largest in stance, 2.5 deg later is not.
    two_peaks = {-0.2: -1.0, -0.08: 0.0, -0.012: 3.0, 0.05: -1.0, 0.12: 2.5, 0.3: 0.0}
    lowest = np.interp(-0.06, list(two_peaks), list(two_peaks.values()))
    assert excursion(two_peaks) == pytest.approx(3.0 - lowest, abs=0.3)


def test_no_drop_before_the_trace_begins_or_after_it_ends():
    trace = trace_of({-0.3: 0.0, 0.3: 0.0})
    assert drop_of(trace, FORWARD_LEFT_UP, Side.LEFT, 0.05, 0.3) is None
    assert drop_of(trace, FORWARD_LEFT_UP, Side.LEFT, 1.9, 2.1) is None
