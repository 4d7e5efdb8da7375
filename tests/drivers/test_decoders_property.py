"""Arbitrary bytes give DecodeError or numbers that the profile allows, never anything else."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.decoders.factory import build_decoder
from drivers.decoders.heart_rate import encode_heart_rate
from drivers.decoders.imu6 import MAX_SAMPLES, encode_imu6, full_scale
from drivers.decoders.reading import Decoded
from drivers.decoders.rsc import encode_rsc
from drivers.errors import DecodeError
from dsp.signals import Quantity
from firmware_profiles.catalog import load_catalog
from firmware_profiles.schema import Profile
from tests.drivers.readings import read

CATALOG = load_catalog()
STREAMS = [
    (profile, name)
    for profile in CATALOG
    for name in profile.stream
    if not any(name in CATALOG.get(parent).stream for parent in profile.profile.extends)
]


def limits(profile: Profile, name: str) -> dict[Quantity, tuple[float, float]]:
    """Return quantity -> plausible range of the profile."""
    stream = profile.stream[name]
    fields = [*stream.fields, *(stream.samples.fields if stream.samples else ())]
    return {quantity: field.plausible for field in fields for quantity in field.quantities if field.plausible}


def check_fields(profile: Profile, name: str, decoded: Decoded) -> None:
    """Check that there are only quantities of the profile, within its ranges."""
    stream = profile.stream[name]
    assert set(decoded.fields) <= {field.name for field in stream.fields} | set(stream.bits) | {"calibration"}
    assert set(decoded.sampled) <= {field.name for field in (stream.samples.fields if stream.samples else ())}
    for field in stream.fields:
        value = decoded.fields.get(field.name)
        if field.names:
            assert value is None or value in field.names.values()
        elif field.range is not None and value is not None:
            assert isinstance(value, (int, float))
            assert field.range[0] <= value <= field.range[1]


def check_any_bytes(profile: Profile, name: str, payloads: list[bytes]) -> int:
    decoder = build_decoder(profile, name, {})
    allowed = limits(profile, name)
    readable = 0
    for payload in payloads:
        try:
            decoded = decoder.fields(payload)
            reading = decoder.update(payload)
        except DecodeError:
            continue
        readable += 1
        check_fields(profile, name, decoded)
        if reading is None:
            continue
        assert reading.values.ndim == 2
        assert reading.values.shape[1] == len(reading.layout) == len(decoder.layout)
        assert not np.isinf(reading.values).any()
        for column, quantity in enumerate(reading.layout):
            if quantity in allowed:
                low, high = allowed[quantity]
                inside = reading.values[:, column]
                assert ((inside >= low) & (inside <= high) | np.isnan(inside)).all(), quantity
    return readable


@pytest.mark.parametrize(("profile", "name"), STREAMS, ids=[f"{profile.id}-{name}" for profile, name in STREAMS])
@settings(max_examples=150, deadline=None)
@given(payloads=st.lists(st.binary(max_size=64), min_size=1, max_size=4))
def test_random_bytes(profile: Profile, name: str, payloads: list[bytes]) -> None:
    check_any_bytes(profile, name, payloads)


@pytest.mark.parametrize(("profile", "name"), STREAMS, ids=[f"{profile.id}-{name}" for profile, name in STREAMS])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_truncated_prolonged_and_flipped_bytes(profile: Profile, name: str, data: st.DataObject) -> None:
    examples = [e.hex for e in profile.examples if e.stream == name and not e.error and isinstance(e.hex, str)]
    payload = bytes.fromhex(data.draw(st.sampled_from(examples)))
    cut = payload[: data.draw(st.integers(0, len(payload)))]
    longer = payload + data.draw(st.binary(min_size=1, max_size=8))
    bit = data.draw(st.integers(0, max(len(payload) * 8 - 1, 0)))
    flipped = bytearray(payload)
    flipped[bit // 8] ^= 1 << bit % 8
    assert check_any_bytes(profile, name, [payload, cut, longer, bytes(flipped)]) >= 1


@settings(max_examples=200, deadline=None)
@given(
    seq=st.integers(0, 2**40),
    t_us=st.integers(0, 2**40),
    n=st.integers(1, MAX_SAMPLES),
    acc_g=st.sampled_from([4.0, 16.0, 32.0, 256.0]),
    gyro_dps=st.sampled_from([500.0, 4000.0, 16000.0]),
    seed=st.integers(0, 2**32 - 1),
)
def test_imu6_comes_back_to_half_a_count(seq: int, t_us: int, n: int, acc_g: float, gyro_dps: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    acc_full, gyro_full = full_scale(acc_g, gyro_dps)
    most = np.array([acc_full] * 3 + [gyro_full] * 3)
    samples = rng.uniform(-1.2, 1.2, (n, 6)) * most
    samples[rng.random((n, 6)) < 0.1] = math.nan
    payload = encode_imu6(seq, t_us, samples, acc_range_g=acc_g, gyro_range_dps=gyro_dps)
    decoder = build_decoder(CATALOG.get("stridecue.imu6"), "imu", {"acc_range_g": acc_g, "gyro_range_dps": gyro_dps})
    reading = read(decoder, payload)
    assert (reading.sequence, reading.ticks) == (seq % 2**32, t_us % 2**32)
    expected = np.clip(samples, -most, most)
    assert np.array_equal(np.isnan(reading.values), np.isnan(samples))
    assert np.nanmax(np.abs(reading.values - expected) / most, initial=0.0) <= 0.5001 / 32767


@given(
    st.floats(0, 13), st.integers(0, 255), st.none() | st.floats(0, 6), st.none() | st.floats(0, 4e8)
)  # fmt: skip
def test_rsc_comes_back(speed_mps: float, per_min: int, length_m: float | None, distance_m: float | None) -> None:
    payload = encode_rsc(speed_mps, per_min, stride_length_m=length_m, distance_m=distance_m)
    fields = build_decoder(CATALOG.get("sig.rsc"), "rsc", {}).fields(payload).fields
    assert fields["speed_mps"] == pytest.approx(speed_mps, abs=0.5 / 256)
    assert fields["cadence_per_min"] == per_min
    assert ("stride_length_m" in fields) == (length_m is not None)
    assert length_m is None or fields["stride_length_m"] == pytest.approx(length_m, abs=0.005001)
    assert distance_m is None or fields["total_distance_m"] == pytest.approx(distance_m, abs=0.05001)


@given(st.integers(0, 65535), st.lists(st.floats(0.2, 3), max_size=8))
def test_heart_rate_comes_back(rate: int, rr_s: list[float]) -> None:
    fields = build_decoder(CATALOG.get("sig.hr"), "hr", {}).fields(encode_heart_rate(rate, rr_s)).fields
    assert fields["heart_rate_bpm"] == rate
    assert fields["contact"] is True
    assert fields.get("rr_s", ()) == pytest.approx(rr_s, abs=0.5 / 1024)
