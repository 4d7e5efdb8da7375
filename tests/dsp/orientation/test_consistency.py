"""Innovations of levelling: chance, a start, and a gyroscope whose bias has changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dsp.orientation.consistency import EXCEEDING, STRIDES, Consistency
from dsp.records import Metric, Record, Step
from dsp.signals import Placement
from tests.dsp.synthetic import Array, Made, make
from tests.dsp.test_synthetic_runner import drop_deg, play, steps_of

HIP = Placement.SACRUM
AT_S = 40.0
LATER_S = 28.0


def test_chance_innovations_are_trusted() -> None:
    found, trusts = Consistency(), []
    for square in np.random.default_rng(1).chisquare(2, 5000).tolist():
        found.add(square)
        trusts.append(found.trust)
    assert min(trusts) == 1.0
    assert not found.contradicted


def test_strides_that_speed_up_after_a_stop_are_ignored() -> None:
    found = Consistency()
    found.pause()
    for _ in range(STRIDES):
        found.add(100.0)
    assert (found.trust, found.contradicted) == (1.0, False)


def running() -> Consistency:
    found = Consistency()
    for _ in range(2 * STRIDES):
        found.add(2.0)
    return found


def test_four_large_innovations_of_eight_are_accepted_and_five_contradict() -> None:
    found = running()
    for _ in range(EXCEEDING - 1):
        found.add(100.0)
    assert (found.trust, found.contradicted) == (1.0, False)  # round a cone
    found.add(100.0)
    assert found.trust < 0.1
    assert found.contradicted
    found.bias_doubted()
    for _ in range(STRIDES - EXCEEDING):
        found.add(2.0)
        assert found.trust < 0.1
        assert not found.contradicted
    found.add(2.0)
    assert found.trust == 1.0


def test_an_innovation_no_runner_causes_contradicts_at_once() -> None:
    found = running()
    found.add(100.0)
    found.add(600.0)
    assert found.contradicted


def run() -> Made:
    return make(seconds=75.0, gyro_bias_radps=(0.0, 0.0, 0.0), noise=0.02)


def with_bias(made: Made, bias_radps: Array) -> Made:
    """Return the same run with the gyroscope off by this (n, 3)."""
    off = np.concatenate([np.zeros_like(bias_radps), bias_radps], axis=1)
    return replace(made, sensors={**made.sensors, HIP: made.sensors[HIP] + off})


def drops_between(records: list[Record], from_s: float, to_s: float) -> list[Step]:
    return [s for s in steps_of(records) if from_s < s.t_ns * 1e-9 < to_s and s.drop_excursion_deg is not None]


@pytest.fixture(scope="module")
def healthy() -> list[Record]:
    return play(run(), [HIP])


def test_a_constant_gyroscope_bias_is_trusted_all_run(healthy: list[Record]) -> None:
    assert {s.drop_trust for s in steps_of(healthy)} == {1.0}


@pytest.mark.parametrize("dps", [(3.0, -3.0, 3.0), (20.0, 0.0, 0.0)])
def test_a_bias_jump_lowers_trust_and_is_corrected_with_hardly_a_step_lost(
    healthy: list[Record], dps: tuple[float, float, float]
) -> None:
    made = run()
    jumped = play(with_bias(made, np.where(made.t_s[:, None] < AT_S, 0.0, np.radians(dps))), [HIP])
    assert len(steps_of(jumped)) == pytest.approx(len(steps_of(healthy)), abs=4)
    assert min(s.drop_trust for s in drops_between(jumped, AT_S, AT_S + 5.0)) < 0.25
    qualities = [m.quality for m in jumped if isinstance(m, Metric) and m.key == "drop_excursion_deg"]
    assert min(qualities[len(qualities) // 2 :]) < 0.5
    # Afterwards everything is as before.
    late, usual = (drops_between(records, AT_S + LATER_S, 1e9) for records in (jumped, healthy))
    assert {s.drop_trust for s in late} == {1.0}
    assert [drop_deg(s) for s in late] == pytest.approx([drop_deg(s) for s in usual], abs=0.3)


def test_a_drifting_bias_is_tracked() -> None:
    made = run()
    drift = np.radians(0.1) * np.clip(made.t_s - 20.0, 0.0, None)[:, None] * np.array([1.0, -1.0, 1.0])
    drifted, usual = (drops_between(play(each, [HIP]), 40.0, 1e9) for each in (with_bias(made, drift), made))
    off = [drop_deg(a) - drop_deg(b) for a, b in zip(drifted, usual, strict=True)]
    assert abs(np.mean(off)) < 0.4  # 2.0 when the bias was never doubted
    assert min(s.drop_trust for s in drifted) < 0.9
