"""The lift of a sensor on one hip by a rolling pelvis is removed where it is felt, and only there."""

from __future__ import annotations

import numpy as np
import pytest

from dsp.orientation.lever import Lever
from dsp.orientation.mount import Mount
from dsp.packed import Array
from dsp.samples.trace import Trace

STRIDE_S, RATE_HZ, LEFT_M = 0.7, 100.0, 0.15
MOUNT = Mount((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), level=True, quality=1.0)


def rolling(felt: float, seconds: float = 8.0) -> tuple[Trace, Array, Array]:
    """Return a bounce twice a stride, and a roll of 2 rad/s once a stride of whose lift a share is `felt`."""
    t_s = np.arange(0.0, seconds, 1.0 / RATE_HZ)
    turn = 2.0 * np.pi / STRIDE_S
    bounce = 9.8 + 12.0 * np.cos(2.0 * turn * t_s)
    vertical = bounce + felt * LEFT_M * 2.0 * turn * np.cos(turn * t_s)
    roll, still = 2.0 * np.sin(turn * t_s), [0.0] * len(t_s)
    trace = Trace()
    trace.t_s += t_s.tolist()
    for axis, values in zip(trace.axes, (still, still, vertical.tolist(), roll.tolist(), still, still), strict=True):
        axis += values
    return trace, bounce, vertical


def learned(trace: Trace) -> Lever:
    lever = Lever((0.0, LEFT_M))
    for k in range(1, 10):
        lever.learn((k * STRIDE_S, (k + 0.5) * STRIDE_S, (k + 1) * STRIDE_S), trace, MOUNT)
    return lever


@pytest.mark.parametrize("felt", [0.0, 0.5, 1.0])
def test_as_much_is_subtracted_as_is_felt(felt: float) -> None:
    trace, bounce, vertical = rolling(felt)
    lever = learned(trace)
    assert lever.share == pytest.approx(felt, abs=0.03)
    at_sacrum = lever.run(trace.t_s, vertical.tolist(), trace.axes[3:], MOUNT)
    assert np.abs(np.array(at_sacrum) - bounce)[1:].max() < 0.2


def test_block_size_does_not_matter() -> None:
    trace, _, vertical = rolling(1.0)
    whole, parts = learned(trace), learned(trace)
    want = whole.run(trace.t_s, vertical.tolist(), trace.axes[3:], MOUNT)
    got = []
    for part in (slice(0, 7), slice(7, 300), slice(300, None)):
        got += parts.run(trace.t_s[part], vertical[part].tolist(), [axis[part] for axis in trace.axes[3:]], MOUNT)
    assert got == want


def test_nothing_is_subtracted_before_a_stride_or_after_a_move() -> None:
    trace, _, vertical = rolling(1.0)
    lever = learned(trace)
    lever.forget()
    assert lever.run(trace.t_s, vertical.tolist(), trace.axes[3:], MOUNT) == vertical.tolist()
