"""Ground contact time from the force of a trunk: the fit's inputs are read correctly, and it has the right sign."""

from __future__ import annotations

import numpy as np
import pytest

from dsp.gait.contact_time import ContactTimeParams, contact_time_s
from dsp.samples.trace import Trace
from dsp.signals import GRAVITY_MPS2

STEP_S = 0.36
CENTRE_ONLY = ContactTimeParams(base_s=0.0, of_step=0.0, of_centre=1.0, of_peak=0.0, shortest_share=0.0)
PEAK_ONLY = ContactTimeParams(base_s=0.0, of_step=0.0, of_centre=0.0, of_peak=1.0, shortest_share=0.0)


def trace_of(
    contact_s: float, step_s: float = STEP_S, hz: float = 200.0, start_s: float = 0.0, seconds: float = 4.0
) -> Trace:
    """Return half-sines of 1 g on the mean, one per step, from `start_s` on."""
    trace = Trace()
    t = start_s + np.arange(int(seconds * hz)) / hz
    x = ((t - start_s) % step_s) / contact_s
    peak = GRAVITY_MPS2 * np.pi / 2 * step_s / contact_s
    trace.t_s += t.tolist()
    trace.force += np.where(x < 1.0, peak * np.sin(np.pi * x), 0.0).tolist()
    return trace


def found(
    contact_s: float,
    params: ContactTimeParams | None = None,
    step_s: float = STEP_S,
    hz: float = 200.0,
    start_s: float = 0.0,
) -> float:
    at = start_s + 4 * step_s
    return contact_time_s(trace_of(contact_s, step_s, hz, start_s), at, at + step_s, params or ContactTimeParams())


@pytest.mark.parametrize("contact_s", [0.18, 0.24, 0.30])
@pytest.mark.parametrize("hz", [66.0, 104.0, 200.0])
def test_the_load_is_centred_in_the_middle_of_the_stance(contact_s: float, hz: float) -> None:
    assert found(contact_s, CENTRE_ONLY, hz=hz) == pytest.approx(contact_s / 2, abs=0.003)


def test_a_load_late_in_the_step_is_centred_late() -> None:
    at = 4 * STEP_S - 0.1
    assert contact_time_s(trace_of(0.24), at, at + STEP_S, CENTRE_ONLY) == pytest.approx(0.22, abs=0.003)


@pytest.mark.parametrize("hz", [66.0, 104.0, 200.0])
def test_the_peak_is_that_of_the_curve_between_samples(hz: float) -> None:
    assert found(0.24, PEAK_ONLY, hz=hz) == pytest.approx(0.24 * 2 / np.pi, rel=0.02)


def test_longer_stances_have_longer_contact_times_whatever_the_clock() -> None:
    times = [found(contact_s) for contact_s in (0.18, 0.21, 0.24, 0.27)]
    assert np.all(np.diff(times) > 0.02)
    assert found(0.24, start_s=-1000.0) == pytest.approx(times[2], abs=1e-6)


def test_contact_time_is_limited_to_a_share_of_the_step() -> None:
    p = ContactTimeParams()
    assert found(0.355, ContactTimeParams(base_s=1.0)) == pytest.approx(p.longest_share * STEP_S)
    assert found(0.10, ContactTimeParams(base_s=-1.0)) == pytest.approx(p.shortest_share * STEP_S)
