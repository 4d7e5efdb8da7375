from __future__ import annotations

import math
import struct
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.decoders.factory import build_decoder
from drivers.decoders.polar_control import parse_settings
from drivers.decoders.polar_frames import decode_deltas, sample_times_ns
from drivers.decoders.reading import Learner
from drivers.errors import DecodeError
from firmware_profiles.catalog import load_catalog
from tests.drivers.readings import read

VERITY = load_catalog().get("polar.verity")
HEAD = struct.Struct("<BQB")


def encoded(values: list[list[int]], width: int, bits: int = 16) -> bytes:
    """Encode a reference sample and one delta block; deltas must fit `width` bits."""
    size = math.ceil(bits / 8)
    data = b"".join(value.to_bytes(size, "little", signed=True) for value in values[0])
    deltas = [b - a for one, other in pairwise(values) for a, b in zip(one, other, strict=True)]
    whole = sum((delta & (1 << width) - 1) << width * i for i, delta in enumerate(deltas))
    block = bytes([width, len(values) - 1]) + whole.to_bytes(math.ceil(width * len(deltas) / 8), "little")
    return data + (block if len(values) > 1 else b"")


@settings(deadline=None)
@given(channels=st.integers(1, 4), n=st.integers(1, 40), width=st.integers(13, 16), seed=st.integers(0, 2**32 - 1))
def test_deltas_come_back(channels: int, n: int, width: int, seed: int) -> None:
    values = np.random.default_rng(seed).integers(-2000, 2000, (n, channels)).tolist()
    read, truncated = decode_deltas(encoded(values, width), channels, 16)
    assert read.tolist() == values
    assert not truncated


def test_a_block_without_bits_repeats_the_sample() -> None:
    assert decode_deltas(bytes.fromhex("0100 0200 0300 00 02"), 3, 16)[0].tolist() == [[1, 2, 3]] * 3


def test_a_cut_block_is_refused_or_kept_as_far_as_it_goes() -> None:
    values = [[i, 2 * i, 3 * i] for i in range(20)]
    data = encoded(values, 8)
    with pytest.raises(DecodeError, match="end inside a block"):
        decode_deltas(data[:-4], 3, 16)
    kept, truncated = decode_deltas(data[:-4], 3, 16, keep_cut=True)
    assert truncated
    assert kept.tolist() == values[:18]


def test_times_share_the_time_since_the_frame_before() -> None:
    assert sample_times_ns(1000, 2000, 4, 0.0) == [1250, 1500, 1750, 2000]
    # A frame was lost: the samples are not stretched over the gap.
    assert sample_times_ns(1_000_000_000, 3_000_000_000, 2, 100.0) == [2_990_000_000, 3_000_000_000]
    assert sample_times_ns(None, 3_000_000_000, 2, 100.0) == [2_990_000_000, 3_000_000_000]


def test_the_factor_is_learned_from_the_response_and_reset_without_one() -> None:
    decoder = build_decoder(VERITY, "acc", {})
    assert isinstance(decoder, Learner)
    frame = HEAD.pack(2, 10**18, 0x80) + struct.pack("<3h", 0, 0, 4096)
    decoder.learn(bytes.fromhex("f0020200000501") + struct.pack("<f", 2.44e-4))
    assert read(decoder, frame).values[0, 2] == pytest.approx(4.096 * 0.244 * 9.80665, rel=1e-6)
    decoder.learn(bytes.fromhex("f002050000050100000040"))  # of the gyroscope
    decoder.learn(b"\xf0\x02")
    assert decoder.fields(frame).sampled["acc_mg"][0, 2] == pytest.approx(999.4, abs=0.1)
    decoder.learn(bytes.fromhex("f0020200"))
    # Without a factor the values would be in g, and 4096 g is implausible.
    assert np.isnan(read(decoder, frame).values[0, 2])


def test_settings_in_any_order_and_cut_off() -> None:
    assert parse_settings(bytes.fromhex("04010300013400")) == {"channels": [3], "sample_rate_hz": [52]}
    for wrong in ("0001", "00013", "07010000", "0502 00000000"):
        with pytest.raises((DecodeError, ValueError)):
            parse_settings(bytes.fromhex(wrong))
