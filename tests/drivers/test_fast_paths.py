"""The fast paths for consecutive packets give the same results as the general ones."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
import pytest

from drivers.decoders.fields import FieldsDecoder
from drivers.decoders.imu6 import encode_imu6
from drivers.decoders.reading import Reading
from drivers.errors import DecodeError
from drivers.timing.sequence import Order, SampleCounter, WrappingCounter
from firmware_profiles.catalog import load_catalog

PROFILE = load_catalog().get("stridecue.imu6")


def outcome(decode: Callable[[bytes], Reading | None], payload: bytes) -> Reading | str:
    try:
        reading = decode(payload)
    except DecodeError as error:
        return str(error)
    assert reading is not None
    return reading


@pytest.mark.parametrize("seed", range(20))
def test_packed_packets_read_as_the_table_reads_them(seed: int) -> None:
    rng, noise = np.random.default_rng(seed), random.Random(seed)
    decoder = FieldsDecoder(PROFILE, "imu", PROFILE.default_params())
    assert decoder.table.packed is not None

    def by_table(payload: bytes) -> Reading | None:
        return decoder.reading(decoder.table.decode(payload))

    for _ in range(100):
        samples = rng.normal(0, 100, (int(rng.integers(1, 42)), 6))
        samples[rng.random(samples.shape) < 0.01] = np.nan
        payload = bytearray(encode_imu6(int(rng.integers(2**32)), int(rng.integers(2**32)), samples))
        if noise.random() < 0.3:
            payload[noise.randrange(min(len(payload), 12))] ^= 1 << noise.randrange(8)
        if noise.random() < 0.2:
            payload = payload[: noise.randrange(len(payload))]
        if noise.random() < 0.1:
            payload += b"\x00"
        expected, found = outcome(by_table, bytes(payload)), outcome(decoder.update, bytes(payload))
        if isinstance(expected, str):
            assert found == expected
            continue
        assert isinstance(found, Reading)
        assert (found.layout, found.ticks, found.sequence) == (expected.layout, expected.ticks, expected.sequence)
        np.testing.assert_array_equal(found.values, expected.values)


def test_a_packet_that_follows_is_placed_next() -> None:
    short, long = SampleCounter(8, 100.0), SampleCounter(8, 100.0)
    for i in range(300):
        sequence, at_s = i * 5 % 256, i * 0.05
        place = long.place(sequence, 5, at_s, at_s)
        assert place.order is Order.NEXT
        index = short.follow(sequence, 5, at_s, at_s)
        assert index == place.index if i else index is None
        if not i:
            short.place(sequence, 5, at_s, at_s)
    assert short.follow(7, 5, 15.0, 15.0) is None


@pytest.mark.parametrize("device_clock", [True, False])
@pytest.mark.parametrize(
    ("bits", "silent_s"),
    [(16, 100.0), (16, 400.0), (16, 700.0), (16, 1300.0), (8, 1.5), (8, 2.4), (8, 2.5), (8, 5.0), (8, 60.0)],
)
def test_a_counter_that_wraps_during_a_silence_still_counts_the_loss(
    bits: int, silent_s: float, *, device_clock: bool
) -> None:
    rate_hz, n = 104.0, 5
    counter = SampleCounter(bits, rate_hz)
    counter.place(0, n, 0.0 if device_clock else math.nan, 0.0)
    missing = round(silent_s * rate_hz)
    at_s = (n + missing) / rate_hz
    sequence = (n + missing) % (1 << bits)
    assert counter.follow(sequence, n, at_s, at_s) is None
    place = counter.place(sequence, n, at_s if device_clock else math.nan, at_s + 0.03)
    assert (place.order, place.lost, place.index) == (Order.NEXT, missing, n + missing)


def test_a_stalled_link_is_no_loss_where_the_device_has_a_clock() -> None:
    """Two packets lost and a stall of 1.6 s, in which an 8-bit counter could have wrapped completely."""
    counter = SampleCounter(8, 104.0)
    counter.place(0, 5, 0.0, 0.0)
    assert counter.place(15, 5, 15 / 104.0, 1.6).lost == 10


def test_a_clock_unwraps_through_any_silence() -> None:
    rng = random.Random(3)
    clock, ticks = WrappingCounter(16, 0.001), 0
    for _ in range(2000):
        clock.accept(clock.unwrap(ticks % 65536, ticks * 0.001), ticks * 0.001)
        assert clock.unwrap(ticks % 65536, ticks * 0.001 + rng.uniform(-10, 10)) == ticks
        ticks += rng.choice([5, 50, 30_000, 40_000, 65_536, 200_000])
