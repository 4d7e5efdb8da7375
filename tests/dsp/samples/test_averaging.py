"""Means of groups of samples, and how far the sensor turned between their middles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dsp.packed import Array
from dsp.samples.averaging import Averaging, averaging_of

HZ = 200.0


def rows(averaging: Averaging, rate_of: Callable[[Array], Array], start_s: float = 0.0) -> Array:
    """(lead + raw, 6) samples with `rate_of(t_s)` on all gyro axes; those after the lead start at `start_s`."""
    t_s = start_s + (np.arange(averaging.lead + averaging.raw) - averaging.lead) / HZ
    values = np.stack([t_s + k for k in range(6)], 1)
    values[:, 3:] = np.stack([rate_of(t_s)] * 3, 1)
    return values


@pytest.mark.parametrize(("group", "groups"), [(1, 5), (2, 5), (3, 2), (4, 1)])
def test_means_and_times_of_groups(group: int, groups: int) -> None:
    averaging = averaging_of(group, groups, turns=False)
    values = rows(averaging, np.cos)
    (means,) = averaging.means(values, 1)
    expected = values[averaging.lead :].reshape(groups, group, 6).mean(axis=1)
    assert np.array(means).transpose() == pytest.approx(expected)
    stamps = (np.arange(averaging.raw) / HZ * 1e9).astype(np.int64)
    assert averaging.times_s(stamps.tolist(), 1) == pytest.approx(stamps.reshape(groups, group).mean(axis=1) * 1e-9)


@pytest.mark.parametrize("group", [1, 2, 3, 5])
def test_the_turn_between_two_means_is_exact_for_a_parabolic_rate(group: int) -> None:
    averaging = averaging_of(group, 4, turns=True)
    (means,) = averaging.means(rows(averaging, lambda t: 3.0 - 40.0 * t + 500.0 * t**2), 1)
    turns = means[6:]
    half_s = (group - 1) / 2 / HZ
    end = np.arange(4) * group / HZ + half_s
    begin = end - group / HZ

    def turned(t: Array) -> Array:
        return 3.0 * t - 20.0 * t**2 + 500.0 / 3.0 * t**3

    mean_rate = (turned(end) - turned(begin)) * HZ / group
    for axis in turns:
        assert axis == pytest.approx(mean_rate, rel=1e-9)


def test_groups_of_any_length_agree_on_the_turn_of_a_runner() -> None:
    swing = 2.0 * np.pi * 2.8
    for group in (1, 2, 3):
        averaging = averaging_of(group, 60 // group, turns=True)
        (means,) = averaging.means(rows(averaging, lambda t: 4.0 * np.sin(swing * t)), 1)
        turns = means[6]
        half_s = (group - 1) / 2 / HZ
        end_s = (averaging.raw - group) / HZ + half_s
        turned = sum(turns) * group / HZ
        expected = -4.0 / swing * (np.cos(swing * end_s) - np.cos(swing * (half_s - group / HZ)))
        assert turned == pytest.approx(expected, abs=np.radians(0.05))


@pytest.mark.parametrize("turns", [False, True])
@pytest.mark.parametrize(("group", "groups"), [(1, 5), (2, 5), (3, 12), (4, 1), (1, 41), (2, 26), (8, 13)])
def test_many_chunks_at_once_equal_single_chunks_exactly(group: int, groups: int, *, turns: bool) -> None:
    averaging = averaging_of(group, groups, turns=turns)
    n = averaging.raw
    values = np.random.default_rng(1).normal(size=(averaging.lead + 7 * n + 2, 6))
    stamps = list(range(10**15, 10**15 + (7 * n + 2) * 10**6, 10**6))
    one_by_one = [averaging.means(values[k * n :], 1)[0] for k in range(7)]
    assert averaging.means(values, 7) == one_by_one
    assert averaging.means(np.asfortranarray(values), 7) == one_by_one
    assert averaging.times_s(stamps, 7) == [t for k in range(7) for t in averaging.times_s(stamps[k * n :], 1)]
