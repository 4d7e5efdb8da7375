"""Device clocks mapped to the hub's by the minimum-delay line: agreement of two sensors, resets, stalls."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from drivers.timing.clocksync import DeviceTimeline, HostTimeline, MinimumDelay, SamplePeriod, even_times
from tests.drivers.radio_delay import Link, Sent, send

GOOD = Link(0.015, 0.01, 0.0005)
TYPICAL_FOOT, TYPICAL_HIP = Link(0.030, 0.03, 0.001), Link(0.045, 0.03, 0.001)
BAD = Link(0.050, 0.10, 0.003)


def recovered(sent: Sent, samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the errors of the recovered times of first samples, s, and all output times, ns."""
    timeline = DeviceTimeline()
    times = [
        even_times(*timeline.place(device_s, sent.period_s, samples, round(arrival_s * 1e9)), samples)
        for device_s, arrival_s in zip(sent.device_s, sent.arrival_s, strict=True)
    ]
    return np.array([block[0] for block in times]) * 1e-9 - sent.first_s, np.concatenate(times)


@pytest.mark.parametrize(
    ("foot_link", "hip_link", "hip_samples", "late_ms", "early_ms"),
    [(GOOD, GOOD, 5, 0.7, 1.5), (TYPICAL_FOOT, TYPICAL_HIP, 10, 1.0, 2.5), (BAD, BAD, 10, 2.5, 5.0)],
    ids=["good", "typical", "bad"],
)
def test_two_sensors_agree(foot_link: Link, hip_link: Link, hip_samples: int, late_ms: float, early_ms: float) -> None:
    """Residual between a foot and a hip sensor, p95: after 60 s, and between 10 and 30 s."""
    late, early = [], []
    for seed in range(3):
        foot = send(180, 104, 5, 80, foot_link, seed)
        hip = send(180, 208, hip_samples, -60, hip_link, seed + 100)
        foot_error, foot_times = recovered(foot, 5)
        hip_error, hip_times = recovered(hip, hip_samples)
        assert (np.diff(foot_times) > 0).all()
        assert (np.diff(hip_times) > 0).all()
        at = np.arange(1, 178, 0.1)
        apart = np.abs(np.interp(at, foot.first_s, foot_error) - np.interp(at, hip.first_s, hip_error)) * 1e3
        late.append(np.percentile(apart[at > 60], 95))
        early.append(np.percentile(apart[(at > 10) & (at < 30)], 95))
    assert np.median(late) < late_ms
    assert np.median(early) < early_ms


def test_drift_is_learned_and_readable() -> None:
    sent = send(180, 208, 5, -100, GOOD, 1)
    timeline = DeviceTimeline()
    for device_s, arrival_s in zip(sent.device_s, sent.arrival_s, strict=True):
        timeline.place(device_s, sent.period_s, 5, round(arrival_s * 1e9))
    assert timeline.state.drift_ppm == pytest.approx(100, abs=15)


def test_memory_stays_bounded() -> None:
    delay, sizes = MinimumDelay(), []
    for i in range(60_000):
        delay.update(i * 0.1, i * 0.1 + 0.01)
        if i in {20_000, 59_999}:
            sizes.append(len(pickle.dumps(delay)))
    assert sizes[1] < 1.05 * sizes[0]


def test_the_same_packets_give_the_same_times() -> None:
    sent = send(30, 208, 5, 50, TYPICAL_HIP, 7)
    assert np.array_equal(recovered(sent, 5)[1], recovered(sent, 5)[1])


def test_no_delay_means_no_error() -> None:
    """An imported recording: every packet arrives with its last sample."""
    timeline = DeviceTimeline()
    for i in range(3000):
        times = even_times(*timeline.place(i * 0.05, 0.01, 5, round((i * 0.05 + 0.04) * 1e9)), 5)
        assert np.abs(times - (i * 50_000_000 + np.arange(5) * 10_000_000)).max() <= 1


def test_times_recover_from_late_first_packets_without_going_back() -> None:
    """A link that starts with 0.4 s of queue: times converge to the true ones and always increase."""
    timeline = DeviceTimeline()
    last_ns, errors_s = -1, []
    for i in range(1000):
        delay_s = max(0.0, 0.4 - 0.02 * i)
        first_s = i * 0.025
        times = even_times(*timeline.place(first_s, 0.005, 5, round((first_s + 0.02 + delay_s) * 1e9)), 5)
        assert times[0] > last_ns
        assert (np.diff(times) > 0).all()
        last_ns = times[-1]
        errors_s.append(times[0] * 1e-9 - first_s)
    assert errors_s[0] == pytest.approx(0.4, abs=1e-6)
    assert abs(errors_s[200]) < 1e-6


@pytest.mark.parametrize("restart_s", [0.0, 1000.0])
def test_a_clock_that_was_reset_starts_a_new_line(restart_s: float) -> None:
    timeline = DeviceTimeline()
    for i in range(400):
        last = even_times(*timeline.place(50 + i * 0.025, 0.005, 5, round((i * 0.025 + 0.02) * 1e9)), 5)
    for i in range(400):
        times = even_times(*timeline.place(restart_s + i * 0.025, 0.005, 5, round((20 + i * 0.025 + 0.02) * 1e9)), 5)
        assert times[0] > last[-1]
        last = times
        assert times[0] * 1e-9 == pytest.approx(20 + i * 0.025, abs=1e-6)
    assert timeline.restarts == 1


def test_a_long_stall_is_delay_not_a_reset() -> None:
    timeline = DeviceTimeline()
    for i in range(2000):
        due_s = i * 0.025 + 0.02
        arrival_s = 24.0 if 20 <= due_s < 24 else due_s
        times = even_times(*timeline.place(i * 0.025, 0.005, 5, round(arrival_s * 1e9)), 5)
        assert times[0] * 1e-9 == pytest.approx(i * 0.025, abs=1e-4)
    assert timeline.restarts == 0


def test_the_period_is_learned_and_nonsense_is_rejected() -> None:
    period = SamplePeriod(1 / 208)
    for i in range(50):
        learned_s = period.update(i * 5, round(i * 5 / 203 * 1e6))
    assert learned_s == pytest.approx(1 / 203, rel=1e-4)
    assert SamplePeriod(1 / 208).update(0, 5) == 1 / 208
    wrong = SamplePeriod(1 / 208)
    wrong.update(0, 0)
    assert wrong.update(5, 5_000_000) == 1 / 208


def test_host_times_rise_even_when_packets_arrive_together() -> None:
    timeline = HostTimeline()
    zero = np.zeros(1)
    first, second = timeline.map(1000, zero), timeline.map(1000, zero)
    assert second[0] > first[0]
    beats = timeline.map(5_000_000_000, np.array([1.0, 0.5, 0.0]))
    assert beats.tolist() == [4_000_000_000, 4_500_000_000, 5_000_000_000]
    more = timeline.map(5_100_000_000, np.array([0.9, 0.4, 0.0]))
    assert (np.diff([*beats, *more]) > 0).all()
