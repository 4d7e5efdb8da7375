"""`running` from a shoe alone: similar strides in a row that travel, where the shoe can tell."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dsp.metrics.running import FOOT_STAYS, Stage
from dsp.records import Metric, Side, Step
from dsp.signals import NS_PER_S, Placement

STRIDE_S = 0.7


def reported(stays: Sequence[int | None], contact_ms: float | None = 250.0) -> list[float]:
    """Return `running` after each stride of one shoe; `stays`: its reading before each step, 1, 0 or none."""
    stage, out = Stage(), []
    for k, stayed in enumerate(stays):
        t_ns = round((10.0 + STRIDE_S * k) * NS_PER_S)
        if stayed is not None:
            stage.reading(Metric(t_ns, FOOT_STAYS, float(stayed), Side.LEFT, 1.0))
        stage.step(Step(t_ns, None, None, contact_ms, None, Side.LEFT, None, None, Placement.LEFT_FOOT, None, 0.95))
        out.append(stage.report(t_ns + round(STRIDE_S * NS_PER_S))[0].value)
    return out


def test_a_shoe_that_travels_is_running_after_three_similar_strides() -> None:
    assert reported([1, 0, 0, 0, 0, 0]) == [0.0, 0.0, 0.0, 0.0, 1.0, 1.0]


def test_a_shoe_without_readings_may_be_running() -> None:
    assert reported([None] * 6)[-1] == 1.0


@pytest.mark.parametrize("contact_ms", [250.0, None])
def test_a_shoe_that_does_not_travel_is_never_running(contact_ms: float | None) -> None:
    assert not any(reported([1] * 12, contact_ms))


def test_single_strides_that_did_not_travel_do_not_end_running_but_several_do() -> None:
    assert all(reported([0] * 8 + [1, 0, 0, 1, 0])[5:])
    assert reported([0] * 8 + [1] * 6)[-3:] == [0.0, 0.0, 0.0]
