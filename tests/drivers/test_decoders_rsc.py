from __future__ import annotations

import math

import msgspec
import pytest

from drivers.decoders.rsc import CadenceRule, RscDecoder, decide_cadence_unit, encode_rsc
from dsp.signals import Quantity
from firmware_profiles.catalog import load_catalog
from firmware_profiles.schema import Semantics

PROFILE = load_catalog().get("sig.rsc")
AUTO = Semantics()


def decoder(semantics: Semantics = AUTO, steps_per_count: float = 0) -> RscDecoder:
    profile = msgspec.structs.replace(PROFILE, semantics=semantics)
    return RscDecoder(profile, "rsc", {"steps_per_count": steps_per_count})


def row(of: RscDecoder, *args: float, **kwargs: float) -> dict[Quantity, float]:
    reading = of.update(encode_rsc(*args, **kwargs))
    return dict(zip(reading.layout, reading.values[0].tolist(), strict=True))


@pytest.mark.parametrize(
    ("speed_mps", "per_min", "length_m", "rule"),
    [
        (1.99, 80, None, CadenceRule.OPEN),
        (math.nan, 80, None, CadenceRule.OPEN),
        (3.0, 0, None, CadenceRule.OPEN),
        (3.0, 44, None, CadenceRule.OPEN),
        (3.0, 85, None, CadenceRule.LOW),
        (3.0, 110, None, CadenceRule.LOW),
        (3.0, 130, None, CadenceRule.HIGH),
        (3.0, 170, None, CadenceRule.HIGH),
        (5.0, 115, None, CadenceRule.LONG),
        (2.2, 120, None, CadenceRule.SHORT),
        (2.5, 120, 2.5, CadenceRule.LENGTH_STEPS),
        (5.0, 100, 1.5, CadenceRule.LENGTH_STRIDES),
        (3.0, 85, 2.1, CadenceRule.LOW),
    ],
)
def test_the_rule_that_fires(speed_mps: float, per_min: float, length_m: float | None, rule: CadenceRule) -> None:
    assert decide_cadence_unit(speed_mps, per_min, length_m) is rule


def test_auto_waits_for_two_metres_a_second_and_then_sticks() -> None:
    pod = decoder()
    assert pod.detail == "its cadence is used once you run"
    assert math.isnan(row(pod, 1.5, 75)[Quantity.CADENCE_SPM])
    assert row(pod, 2.5, 80)[Quantity.CADENCE_SPM] == 160
    assert pod.rule is CadenceRule.LOW
    # A walk, a sprint, an inconsistent packet: the pod does not change what it counts.
    assert row(pod, 1.2, 55)[Quantity.CADENCE_SPM] == 110
    assert row(pod, 6.0, 135)[Quantity.CADENCE_SPM] == 270
    assert pod.rule is CadenceRule.LOW


def test_the_profile_and_the_sensor_setting_go_before_auto() -> None:
    assert row(decoder(Semantics(cadence_unit="strides")), 1.0, 50)[Quantity.CADENCE_SPM] == 100
    assert row(decoder(Semantics(cadence_unit="steps")), 3.0, 90)[Quantity.CADENCE_SPM] == 90
    pod = decoder(Semantics(cadence_unit="steps"), 2)
    assert row(pod, 3.0, 90)[Quantity.CADENCE_SPM] == 180
    assert pod.rule is CadenceRule.SET


def test_stride_length_is_always_two_steps() -> None:
    stride = row(decoder(), 3.0, 85, stride_length_m=2.12)
    assert stride[Quantity.STRIDE_LENGTH_M] == pytest.approx(2.12)
    per_step = row(decoder(), 3.5, 161, stride_length_m=1.30)
    assert per_step[Quantity.STRIDE_LENGTH_M] == pytest.approx(2.60)
    assert math.isnan(row(decoder(), 1.5, 75, stride_length_m=1.2)[Quantity.STRIDE_LENGTH_M])
    told = row(decoder(Semantics(stride_length_unit="step")), 1.5, 75, stride_length_m=0.6)
    assert told[Quantity.STRIDE_LENGTH_M] == 1.2


def test_what_no_runner_does_is_not_passed_on() -> None:
    values = row(decoder(Semantics(cadence_unit="strides")), 18.0, 200)
    assert math.isnan(values[Quantity.SPEED_MPS])
    assert math.isnan(values[Quantity.CADENCE_SPM])
