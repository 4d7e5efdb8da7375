"""The second-order low-pass: gain and delay, whatever pieces the samples arrive in."""

from __future__ import annotations

import numpy as np
import pytest

from dsp.samples.filters import LowPass2

HZ, CUTOFF_HZ = 104.0, 15.0


def gain(hz: float) -> float:
    """Return the steady-state gain at a frequency."""
    t = np.arange(2000) / HZ
    out = np.array(LowPass2(CUTOFF_HZ, HZ).run(np.sin(2 * np.pi * hz * t).tolist()))[1000:]
    both = np.stack([np.sin(2 * np.pi * hz * t), np.cos(2 * np.pi * hz * t)], 1)[1000:]
    return float(np.hypot(*np.linalg.lstsq(both, out, rcond=None)[0]))


def test_unit_gain_half_power_at_the_cutoff_and_second_order_rolloff() -> None:
    assert gain(0.1) == pytest.approx(1.0, abs=1e-4)
    assert gain(CUTOFF_HZ) == pytest.approx(np.sqrt(0.5), abs=1e-3)
    assert gain(30.0) < (CUTOFF_HZ / 30.0) ** 2


def test_a_ramp_is_delayed_by_delay_s() -> None:
    for rate_hz in (52.0, 69.0, 208.0):
        low_pass = LowPass2(CUTOFF_HZ, rate_hz)
        t = np.arange(400) / rate_hz
        assert t[-1] - low_pass.run(t.tolist())[-1] == pytest.approx(low_pass.delay_s, rel=1e-6)


def test_the_first_sample_is_the_steady_state() -> None:
    low_pass = LowPass2(CUTOFF_HZ, HZ)
    assert low_pass.run([9.81] * 20) == pytest.approx([9.81] * 20)
    low_pass.reset()
    assert low_pass.run([-3.0] * 20) == pytest.approx([-3.0] * 20)


def test_cutting_the_input_does_not_change_the_output() -> None:
    values = np.random.default_rng(1).normal(size=100).tolist()
    whole, parts = LowPass2(CUTOFF_HZ, HZ).run(values), LowPass2(CUTOFF_HZ, HZ)
    cut = [parts.run(values[a:b]) for a, b in ((0, 0), (0, 1), (1, 40), (40, 40), (40, 100))]
    assert [y for part in cut for y in part] == whole


def test_a_cutoff_above_half_the_rate_is_limited() -> None:
    assert np.isfinite(LowPass2(100.0, HZ).run([1.0, -1.0] * 50)).all()
