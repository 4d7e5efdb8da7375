"""Lost samples of a runner, filled in from the preceding strides."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from dsp.packed import Array
from dsp.samples.gap_fill import GapFillParams, from_strides, straight

HZ, STRIDE_S = 104.0, 0.71


def runner(t_s: npt.ArrayLike) -> Array:
    """(n, 6) with three harmonics of the stride."""
    phase = 2.0 * np.pi * np.asarray(t_s)[:, None] / STRIDE_S
    parts = [np.sin(k * phase + k * np.arange(6)) / k for k in (1, 2, 3)]
    return sum(parts) * np.array([8.0, 4.0, 12.0, 3.0, 5.0, 2.0])


def filled(
    lost: int,
    stride_s: float = STRIDE_S,
    past: int = 220,
    at: Callable[[npt.ArrayLike], Array] = runner,
    params: GapFillParams | None = None,
) -> tuple[Array | None, Array]:
    """Return what is filled in for `lost` samples, (n, 6), and what was there."""
    t_s = np.arange(past) / HZ
    times = t_s[-1] + np.arange(1, lost + 1) / HZ
    after_s = times[-1] + 1.0 / HZ
    out = from_strides(
        t_s.tolist(),
        at(t_s).T.tolist(),
        times.tolist(),
        after_s,
        at([after_s])[0].tolist(),
        stride_s,
        params or GapFillParams(),
    )
    return (None if out is None else np.array(out.channels).T), at(times)


def test_a_straight_line_excludes_both_ends() -> None:
    assert straight([0.0, 8.0], [4.0, 0.0], 3) == [[1.0, 2.0, 3.0], [6.0, 4.0, 2.0]]


@pytest.mark.parametrize("lost", [1, 8, 15, 30])
@pytest.mark.parametrize("off", [0.97, 1.0, 1.03])
def test_equal_strides_restore_the_lost_samples(lost: int, off: float) -> None:
    found, true = filled(lost, STRIDE_S * off)
    assert found is not None
    assert np.abs(found - true).max() < 0.03 * np.abs(true).max() + 0.15


def test_the_filled_samples_meet_both_ends_of_the_gap() -> None:
    def drifts(t_s: npt.ArrayLike) -> Array:
        return runner(t_s) + 0.5 * np.asarray(t_s)[:, None]

    worst = []
    for blend_s in (GapFillParams().blend_s, 1e-6):
        found, true = filled(20, at=drifts, params=GapFillParams(blend_s=blend_s))
        assert found is not None
        worst.append(np.abs(found[[0, -1]] - true[[0, -1]]).mean())
    assert worst[0] < 0.6 * worst[1]


@pytest.mark.parametrize("past", [20, 80])
def test_without_a_preceding_stride_nothing_is_filled(past: int) -> None:
    assert filled(8, past=past)[0] is None


def test_one_preceding_stride_is_enough() -> None:
    found, true = filled(8, past=110)
    assert found is not None
    assert np.abs(found - true).max() < 0.8
