"""Devices with a clock and without a counter: gaps are determined from their timestamps."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pytest

from drivers.ingest import Ingest
from drivers.packets import DeviceInfo, Packet
from dsp.signals import IMU6, Placement
from firmware_profiles.catalog import load_catalog

CATALOG = load_catalog()
N = 8


def movesense(first: int, rate_hz: float, boot_ms: int = 0) -> Packet:
    """Eight samples as if joined from two notifications; the clock counts whole ms and wraps."""
    t_ms = (boot_ms + int(first * 1000 / rate_hz)) % 2**32
    acc = np.tile([0.0, 0.0, 9.80665], (N, 1))
    acc[:, 0] = np.arange(first, first + N) * 0.01
    payload = struct.pack("<BBI", 2, 0x63, t_ms) + acc.astype("<f4").tobytes() + np.zeros((N, 3), "<f4").tobytes()
    return Packet("hip", "rx", round((first + N) / rate_hz * 1e9), payload)


@pytest.mark.parametrize("rate_hz", [52.0, 104.0, 208.0])
def test_lost_packets_are_counted_by_the_clock(rate_hz: float) -> None:
    hub = Ingest(CATALOG)
    hub.add_device(DeviceInfo("hip", "movesense.gsp", Placement.SACRUM, "hip", params={"rate_hz": rate_hz}))
    packets = [movesense(i, rate_hz, boot_ms=2**32 - 3000) for i in range(0, 200 * N, N)]
    del packets[50:53], packets[120]
    packets.insert(30, packets[29])
    blocks = [block for packet in packets for block in hub.update(packet)]
    assert [block.lost for block in blocks if block.lost] == [3 * N, N]
    quality = hub.quality(0)[0]
    assert (quality.samples, quality.lost, quality.dropped) == (196 * N, 4 * N, 1)
    times = np.concatenate([block.t_ns for block in blocks]) * 1e-9
    number = np.concatenate([block.values[:, 0] for block in blocks]) / 0.01
    assert {block.layout for block in blocks} == {IMU6}
    assert (np.diff(times) > 0).all()
    # The clock of whole milliseconds is good to one; the last samples are timed by a settled period.
    assert np.abs((times - number / rate_hz) - np.median(times - number / rate_hz))[-400:].max() < 1.5e-3


def test_a_clock_that_is_set_back_loses_nothing() -> None:
    hub = Ingest(CATALOG)
    hub.add_device(DeviceInfo("hip", "movesense.gsp", Placement.SACRUM, "hip", params={"rate_hz": 104.0}))
    packets = [movesense(i, 104.0, boot_ms=900_000) for i in range(0, 50 * N, N)]
    later = [movesense(i, 104.0, boot_ms=-3000) for i in range(50 * N, 100 * N, N)]
    blocks = [block for packet in [*packets, *later] for block in hub.update(packet)]
    assert sum(block.lost for block in blocks) == 0
    assert len(blocks) == 100


@pytest.mark.parametrize("at", [0, 30])
@pytest.mark.parametrize("ahead_s", [0.5, 5.0, 3600.0, 1_000_000.0])
def test_one_damaged_clock_reading_silences_nothing(at: int, ahead_s: float) -> None:
    """Arrival times bound the timestamps; after five seconds they are the same as in an undamaged stream."""

    def stamps(packets: list[Packet]) -> list[np.ndarray]:
        hub = Ingest(CATALOG)
        hub.add_device(DeviceInfo("hip", "movesense.gsp", Placement.SACRUM, "hip", params={"rate_hz": 104.0}))
        return [block.t_ns for packet in packets for block in hub.update(packet)]

    packets = [movesense(i, 104.0, boot_ms=900_000) for i in range(0, 100 * N, N)]
    damaged = movesense(at * N, 104.0, boot_ms=900_000 + int(1000 * ahead_s)).payload
    ours = stamps([*packets[:at], replace(packets[at], payload=damaged), *packets[at + 1 :]])
    clean = stamps(packets)
    assert len(ours) == len(clean)
    assert (np.diff(np.concatenate(ours)) > 0).all()
    assert max(np.abs(a - b).max() for a, b in zip(ours, clean, strict=True)) < 0.6e9
    assert max(np.abs(a - b).max() for a, b in zip(ours[at + 60 :], clean[at + 60 :], strict=True)) < 2e6
