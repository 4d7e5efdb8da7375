"""Running by what shoes say: strides that are alike, and that go somewhere where the shoe can tell."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dsp.metrics.running import FOOT_STAYS, Stage
from dsp.records import Metric, Side, Step
from dsp.signals import NS_PER_S, Placement

STRIDE_S = 0.7


def seconds_of_running(said: Sequence[int | None], contact_ms: float | None = 250.0) -> list[float]:
    """Reports of 1 a stride of one shoe; `said`: what it says of each stride before its step: 1 stays, 0 goes."""
    stage, out = Stage(), []
    for k, value in enumerate(said):
        t_ns = round((10.0 + STRIDE_S * k) * NS_PER_S)
        if value is not None:
            stage.reading(Metric(t_ns, FOOT_STAYS, float(value), Side.LEFT, 1.0))
        stage.step(Step(t_ns, None, None, contact_ms, None, Side.LEFT, None, None, Placement.LEFT_FOOT, None, 0.95))
        out.append(stage.report(t_ns + round(STRIDE_S * NS_PER_S))[0].value)
    return out


def test_a_shoe_that_goes_runs_after_three_like_strides() -> None:
    assert seconds_of_running([1, 0, 0, 0, 0, 0]) == [0.0, 0.0, 0.0, 0.0, 1.0, 1.0]


def test_a_shoe_that_cannot_tell_is_believed() -> None:
    assert seconds_of_running([None] * 6)[-1] == 1.0


@pytest.mark.parametrize("contact_ms", [250.0, None])
def test_a_shoe_that_goes_nowhere_never_runs(contact_ms: float | None) -> None:
    assert not any(seconds_of_running([1] * 12, contact_ms))


def test_a_runner_may_lose_a_stride_and_who_stops_going_stops() -> None:
    assert all(seconds_of_running([0] * 8 + [1, 0, 0, 1, 0])[5:])
    assert seconds_of_running([0] * 8 + [1] * 6)[-3:] == [0.0, 0.0, 0.0]
