"""Damaged values of a sample counter: all other samples keep their times, and every sample is counted once."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.decoders.imu6 import encode_imu6
from drivers.ingest import Ingest
from drivers.packets import DeviceInfo, Packet
from drivers.timing.counted_clock import CountedClock
from dsp.signals import Placement
from firmware_profiles.catalog import load_catalog
from tests.drivers.radio_delay import Link, Sent, send

CATALOG = load_catalog()
LINKS = (Link(0.015, 0.01, 0.0005), Link(0.030, 0.03, 0.001), Link(0.050, 0.10, 0.003))
START = 3_000_000
SETTLED_S = 5.0
"""The rate of a stream without timestamps is known after eight blocks of half a second, give or take a packet."""


@cache
def sent(link: int, rate_off: float, n: int, seed: int) -> Sent:
    return send(12, 208 * (1 + rate_off), n, 0, LINKS[link], seed, 200)


class Received:
    """Times (ns) and losses by packet of one sensor whose counter is off by `damage` samples in some packets."""

    def __init__(self, of: Sent, n: int, bits: int, damage: Mapping[int, int], missing: Collection[int] = ()) -> None:
        self.clock = CountedClock(208, bits)
        self.times: dict[int, np.ndarray] = {}
        self.lost: dict[int, int] = {}
        for i, arrival_s in enumerate(of.arrival_s):
            if i not in missing:
                value = (START + i * n + damage.get(i, 0)) % (1 << bits)
                taken = self.clock.update(value, n, round(arrival_s * 1e9))
                if taken is not None:
                    self.times[i], self.lost[i] = taken

    def total_lost(self) -> int:
        return sum(self.lost.values())

    def deviation_ms(self, other: Received, except_packet: int) -> float:
        both = (self.times.keys() & other.times.keys()) - {except_packet}
        return max(float(np.abs(self.times[i] - other.times[i]).max()) for i in both) * 1e-6


def damages(bits: int) -> st.SearchStrategy[int]:
    """Return a strategy for any other value of the counter, and often one nearby."""
    return st.one_of(st.integers(1, (1 << bits) - 1), st.integers(-300, 300).filter(lambda by: by % (1 << bits) != 0))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_one_damaged_value_moves_nothing_but_its_own_packet(data: st.DataObject) -> None:
    """A value that looks like a repeated packet costs that packet; one that arrival allows, those it overlaps."""
    bits, n = data.draw(st.sampled_from([8, 16, 32])), data.draw(st.sampled_from([5, 8, 16]))
    of = sent(
        data.draw(st.integers(0, 2)), data.draw(st.sampled_from([-0.05, 0.0, 0.03])), n, data.draw(st.integers(0, 2))
    )
    first = int(np.searchsorted(of.last_s, SETTLED_S))
    last = len(of.arrival_s) - 40  # so that overlapping packets have been dropped and counted
    at, by = data.draw(st.integers(first, last)), data.draw(damages(bits))
    damaged = Received(of, n, bits, {at: by})
    without = Received(of, n, bits, {}, () if at in damaged.times else {at})
    assert damaged.deviation_ms(without, at) < 1.0
    assert damaged.total_lost() == (len(of.arrival_s) - len(damaged.times)) * n
    assert (np.diff(np.concatenate(list(damaged.times.values()))) > 0).all()
    late_s = float((of.arrival_s - of.last_s).max())
    assert damaged.total_lost() <= n + 208 * 1.1 * (late_s + 0.05)


@pytest.mark.parametrize("by", [17, 50, 100, 1000, 1_000_000, -1000, -1_000_000])
def test_nothing_is_lost_where_arrival_shows_the_damage(by: int) -> None:
    of = sent(0, 0.0, 5, 0)
    at = next(i for i in range(400, 500) if of.arrival_s[i] - of.last_s[i] < 0.008)
    damaged, sound = Received(of, 5, 32, {at: by}), Received(of, 5, 32, {})
    assert (len(damaged.times), damaged.total_lost(), damaged.clock.restarts) == (len(of.arrival_s), 0, 0)
    np.testing.assert_array_equal(
        np.concatenate(list(damaged.times.values())), np.concatenate(list(sound.times.values()))
    )


@pytest.mark.parametrize("bits", [8, 16, 32])
def test_a_value_that_looks_like_a_repeated_packet_costs_that_packet(bits: int) -> None:
    of = sent(0, 0.0, 5, 0)
    damaged, without = Received(of, 5, bits, {400: -70}), Received(of, 5, bits, {}, {400})
    assert 400 not in damaged.times
    assert damaged.lost == without.lost
    assert damaged.deviation_ms(without, 400) == 0.0


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([8, 16, 32]),
    st.integers(0, 2),
    st.sampled_from([-0.05, 0.0, 0.03]),
    st.dictionaries(st.integers(30, 400), st.integers(1, 12), max_size=5),
)
def test_true_gaps_are_counted_with_the_first_packet_after_them(
    bits: int, link: int, rate_off: float, gaps: dict[int, int]
) -> None:
    of = sent(link, rate_off, 5, 1)
    missing = {i for at, length in gaps.items() for i in range(at, at + length)}
    received = Received(of, 5, bits, {}, missing)
    kept = [i for i in range(len(of.arrival_s)) if i not in missing]
    expected = {now: 5 * (now - before - 1) for before, now in zip([-1, *kept], kept, strict=False)}
    assert received.lost == expected
    assert received.clock.restarts == 0


def test_a_device_that_restarts_is_followed_with_the_second_packet() -> None:
    of = sent(0, 0.0, 5, 0)
    clock = CountedClock(208, 32)
    lost = 0
    for i, arrival_s in enumerate(of.arrival_s):
        taken = clock.update(i * 5 if i >= 200 else 900_000 + i * 5, 5, round(arrival_s * 1e9))
        assert taken is not None
        lost += taken[1]
        assert clock.restarts == (i > 200)
    assert lost <= 5  # the loss is estimated by time


def test_a_state_saved_while_a_counter_is_in_doubt_continues_identically() -> None:
    of = sent(1, 0.0, 5, 0)
    for by in (3, 5, 100, -100_000):
        clock = Received(
            of, 5, 32, {len(of.arrival_s) - 41: by}, range(len(of.arrival_s) - 40, len(of.arrival_s))
        ).clock
        other = copy.deepcopy(clock)
        for i in range(len(of.arrival_s) - 40, len(of.arrival_s)):
            one, two = (each.update(START + i * 5, 5, round(of.arrival_s[i] * 1e9)) for each in (clock, other))
            assert (one is None) == (two is None)
            if one is not None and two is not None:
                assert (one[0].tolist(), one[1]) == (two[0].tolist(), two[1])


def imu_times(of: Sent, damage: Mapping[int, int]) -> dict[int, np.ndarray]:
    """Return times (ns) by packet of our reference IMU, which has both a counter and timestamps."""
    hub = Ingest(CATALOG)
    hub.add_device(DeviceInfo("hip", "stridecue.imu6", Placement.SACRUM, "hip", params={"rate_hz": 208}))
    rows, times = np.zeros((5, 6)), {}
    for i, (device_s, arrival_s) in enumerate(zip(of.device_s, of.arrival_s, strict=True)):
        value = (START + i * 5 + damage.get(i, 0)) % 2**32
        payload = encode_imu6(value, round((100.0 + device_s) * 1e6), rows)
        times[i] = hub.update(Packet("hip", "data", round(arrival_s * 1e9), payload))[0].t_ns
    quality = hub.quality(0)[0]
    assert (quality.samples, quality.lost, quality.dropped) == (5 * len(of.device_s), 0, 0)
    return times


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 400), damages(32), st.integers(0, 2))
def test_with_timestamps_a_damaged_counter_costs_nothing(at: int, by: int, link: int) -> None:
    of = sent(link, 0.0, 5, 2)
    damaged, sound = imu_times(of, {at: by}), imu_times(of, {})
    assert max(float(np.abs(damaged[i] - sound[i]).max()) for i in sound) * 1e-6 < 1.0


def test_long_packets_of_a_slow_sensor_are_no_breaks() -> None:
    """36 samples at 25 Hz, 4 % slow: a packet lasts 1.5 s."""
    of = send(90, 25 * 0.96, 36, 0, LINKS[0], 1)
    clock, lost, error_s = CountedClock(25, None), 0, []
    for first_s, arrival_s in zip(of.first_s, of.arrival_s, strict=True):
        taken = clock.update(None, 36, round(arrival_s * 1e9))
        assert taken is not None
        lost += taken[1]
        error_s.append(taken[0][0] * 1e-9 - first_s)
    assert (lost, clock.restarts) == (0, 0)
    assert clock.state.drift_ppm == pytest.approx((1 / 0.96 - 1) * 1e6, abs=500)
    assert np.abs(error_s[-20:]).max() < 0.02
