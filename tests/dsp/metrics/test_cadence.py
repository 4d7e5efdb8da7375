"""Cadence is never halved or doubled by missing contacts."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

import pytest

from dsp.metrics.cadence_spm import Stage
from dsp.records import Side, Step
from dsp.signals import NS_PER_S, Placement

STEP_S = 0.36
SPM = 60.0 / STEP_S


def reported(missing: Collection[int], end: int, trunk: Collection[int] = ()) -> list[float]:
    """Return cadence after each step; even steps are left ones, those in `trunk` are seen by the trunk only."""
    stage, out = Stage(), []
    there = [k for k in range(end) if k not in missing]
    for k, following in pairwise(there):
        foot, side = (Placement.RIGHT_FOOT, Side.RIGHT) if k % 2 else (Placement.LEFT_FOOT, Side.LEFT)
        gap_s = (following - k) * STEP_S
        step_s = gap_s if (following - k) % 2 and gap_s < 1.1 else None
        place = Placement.SACRUM if k in trunk else foot
        t_ns = round(k * STEP_S * NS_PER_S)
        stage.step(Step(t_ns, None, step_s, None, None, side, None, None, place, None, 0.95))
        out += [m.value for m in stage.report(t_ns + NS_PER_S)]
    return out


LEFT_DIES = range(20, 80, 2)
LEFT_IS_AWAY = range(20, 26, 2)
BOTH_ARE_AWAY = range(20, 25)
BY_TURNS = [*range(8, 14, 2), *range(15, 21, 2), *range(24, 30, 2), *range(31, 37, 2)]


@pytest.mark.parametrize("missing", [(), LEFT_DIES, LEFT_IS_AWAY, BOTH_ARE_AWAY, BY_TURNS, [21], [20, 21]])
def test_it_is_right_whatever_is_missing(missing: Collection[int]) -> None:
    values = reported(missing, 60)
    assert len(values) > 25
    assert values == pytest.approx([SPM] * len(values), abs=0.1)


@pytest.mark.parametrize("missing", [(), range(21, 80, 2), [21], [20]])
def test_the_other_leg_may_be_seen_by_the_hip(missing: Collection[int]) -> None:
    values = reported(missing, 60, trunk=range(1, 60, 2))
    assert values == pytest.approx([SPM] * len(values), abs=0.1)
