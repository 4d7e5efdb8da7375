"""Damaged device timestamps: the sample times remain the same as without the damage."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from drivers.decoders.imu6 import encode_imu6
from drivers.ingest import Ingest
from drivers.packets import DeviceInfo, Packet
from drivers.timing.clocksync import DeviceTimeline
from drivers.timing.timestamp_check import COMPARED, TimestampCheck
from dsp.signals import Placement
from firmware_profiles.catalog import load_catalog
from tests.drivers.radio_delay import Link, Sent, send

CATALOG = load_catalog()
GOOD, TYPICAL = Link(0.015, 0.01, 0.0005), Link(0.030, 0.03, 0.001)
RATE_HZ, N = 208, 5
SHIFTS_S = [shift * sign for shift in (0.001, 0.004, 0.02, 0.1, 0.5, 1.0) for sign in (1, -1)]
HALF_SAMPLE_S = 0.5 / RATE_HZ
SOON_S = 1.5


def imu_times(sent: Sent, damage: dict[int, float]) -> np.ndarray:
    """Return (packets, samples) s of our reference IMU, which numbers its samples, decoded up to blocks."""
    hub = Ingest(CATALOG)
    hub.add_device(DeviceInfo("hip", "stridecue.imu6", Placement.SACRUM, "hip", params={"rate_hz": RATE_HZ}))
    rows = np.zeros((N, 6))
    blocks = []
    for i, (device_s, arrival_s) in enumerate(zip(sent.device_s, sent.arrival_s, strict=True)):
        stamp_us = round((4294.0 + device_s + damage.get(i, 0.0)) * 1e6) % 2**32  # wraps after a second
        blocks += hub.update(Packet("hip", "data", round(arrival_s * 1e9), encode_imu6(i * N, stamp_us, rows)))
    quality = hub.quality(0)[0]
    assert (quality.samples, quality.lost, quality.dropped) == (len(sent.device_s) * N, 0, 0)
    times = np.array([block.t_ns for block in blocks])
    assert (np.diff(times.ravel()) > 0).all()
    return times * 1e-9


def line_times(sent: Sent, damage: dict[int, float]) -> np.ndarray:
    """Return (packets,) s of a sensor without a counter: only arrivals distinguish a gap from a damaged timestamp."""
    timeline = DeviceTimeline()
    stamps = [device_s + damage.get(i, 0.0) for i, device_s in enumerate(sent.device_s)]
    placed = [
        timeline.place(stamp_s, sent.period_s, N, round(arrival_s * 1e9))[0]
        for stamp_s, arrival_s in zip(stamps, sent.arrival_s, strict=True)
    ]
    assert (np.diff(placed) > 0).all()
    return np.array(placed) * 1e-9


def away_s(sent: Sent, damage: dict[int, float]) -> tuple[float, float]:
    """Return the largest deviation from the times without damage: overall, and from SOON_S after the last damage."""
    away = np.abs(imu_times(sent, damage) - imu_times(sent, {})).max(axis=1)
    return float(away.max()), float(away[sent.last_s > sent.last_s[max(damage)] + SOON_S].max())


@pytest.mark.parametrize("shift_s", SHIFTS_S)
@pytest.mark.parametrize("link", [GOOD, TYPICAL], ids=["good", "typical"])
def test_one_damaged_timestamp_in_mid_stream_moves_nothing(link: Link, shift_s: float) -> None:
    """Except that packet itself, if it is off by less than half a sample, or ahead by less than the packet's delay."""
    for at in (20, 700):
        sent = send(25, RATE_HZ, N, 150, link, at)
        max_s, after_s = away_s(sent, {at: shift_s})
        is_accepted = -HALF_SAMPLE_S < shift_s < sent.arrival_s[at] - sent.last_s[at]
        assert max_s < (abs(shift_s) + 1e-3 if is_accepted else 1e-3)
        assert after_s < 1e-3


@pytest.mark.parametrize("shift_s", SHIFTS_S)
def test_damage_among_the_first_packets_costs_milliseconds_for_a_second(shift_s: float) -> None:
    """It is not known yet which timestamp is right, nor, to 20 %, how fast the sensor samples."""
    for at in (0, 1, 2, 3):
        max_s, after_s = away_s(send(8, RATE_HZ, N, -200, TYPICAL, at), {at: shift_s})
        assert max_s < min(0.025, 2 * abs(shift_s) + 0.003)
        assert after_s < 2e-3


@pytest.mark.parametrize("seed", range(6))
def test_two_of_any_five_may_be_damaged(seed: int) -> None:
    """Adjacent ones, the same or different, ahead or behind."""
    chance = np.random.default_rng(seed)
    sent = send(30, RATE_HZ, N, 100, GOOD, seed)
    damage: dict[int, float] = {}
    for at in range(300, 900, 100):
        shifts_s = chance.choice([-1, 1], 2) * 10 ** chance.uniform(-2.3, 0, 2)
        other = at + int(chance.integers(1, COMPARED))
        damage |= {at: float(shifts_s[0]), other: float(shifts_s[seed % 2])}
    max_s, after_s = away_s(sent, damage)
    assert max_s < 0.1  # ahead by less than a packet was late
    assert after_s < 1e-3


@pytest.mark.parametrize("shift_s", SHIFTS_S)
@pytest.mark.parametrize("link", [GOOD, TYPICAL], ids=["good", "typical"])
def test_without_a_counter_a_packet_is_ahead_by_no_more_than_its_arrival_allows(link: Link, shift_s: float) -> None:
    """A possible gap is accepted for that packet; the clock does not follow."""
    for at in (20, 700):
        sent = send(25, RATE_HZ, N, 150, link, at)
        away = np.abs(line_times(sent, {at: shift_s}) - line_times(sent, {}))
        assert away.max() < min(abs(shift_s) + 1e-3, 0.1)
        assert away[sent.last_s > sent.last_s[at] + SOON_S].max() < 1e-3


def test_a_clock_that_is_set_is_followed_with_the_third_packet() -> None:
    stamps = TimestampCheck()
    placed = [stamps.place(i * 0.025 + 100.0 * (i >= 50), 0.005, 5, i * 0.025 + 0.01) for i in range(60)]
    expected = [i * 0.025 + 100.0 * (i >= 52) for i in range(60)]
    assert placed == pytest.approx(expected)


def test_gaps_are_not_mistaken_for_damage() -> None:
    """One packet in seven is missing: with a counter, and without one as far as arrival times show."""
    kept = [i for i in range(400) if i % 7]
    for missing in (None, 5):
        stamps = TimestampCheck()
        for i, before in zip(kept, [0, *kept], strict=False):
            lost = None if missing is None else (i - before - 1) * missing if before else 0
            assert stamps.place(i * 0.025, 0.005, 5, i * 0.025, lost) == i * 0.025


def test_uneven_timestamps_that_agree_with_arrivals_are_accepted() -> None:
    """An imported file, whose samples may be irregular."""
    stamps = TimestampCheck()
    for stamp_s in np.cumsum(np.random.default_rng(1).uniform(0.004, 0.016, 2000)).tolist():
        assert stamps.place(stamp_s, 0.01, 1, stamp_s, 0) == stamp_s


def test_a_state_saved_near_the_damage_continues_identically() -> None:
    sent = send(10, RATE_HZ, N, 50, GOOD, 3)
    timeline = DeviceTimeline()
    for i in range(300):
        shift_s = 0.05 * (i in {2, 299})
        timeline.place(sent.device_s[i] + shift_s, sent.period_s, N, round(sent.arrival_s[i] * 1e9))
    other = copy.deepcopy(timeline)
    for i in range(300, 400):
        packet = sent.device_s[i], sent.period_s, N, round(sent.arrival_s[i] * 1e9)
        assert timeline.place(*packet) == other.place(*packet)
