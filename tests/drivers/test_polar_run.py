"""A Verity Sense decoded as in a run: the response with the factor, then separate acceleration and angular rate."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt
import pytest

from drivers.ingest import Ingest
from drivers.packets import DeviceInfo, Packet
from dsp.signals import IMU6, Placement
from firmware_profiles.catalog import load_catalog

RATE_HZ = 104.0
N = 20
EPOCH_NS = 762_028_708_863_099_136
HEAD = struct.Struct("<BQB")


def frame(kind: int, last: int, rows: npt.NDArray[np.int64]) -> bytes:
    """Encode type 0, 16-bit deltas, as sent by a device with a factor."""
    differences = rows[1:] - rows[:-1]
    data = rows[:1].astype("<i2").tobytes() + bytes([16, len(rows) - 1]) + differences.astype("<i2").tobytes()
    return HEAD.pack(kind, EPOCH_NS + round(last / RATE_HZ * 1e9), 0x80) + data


def test_a_verity_becomes_one_motion_sensor_on_the_hub_s_time() -> None:
    hub = Ingest(load_catalog())
    hub.add_device(DeviceInfo("hip", "polar.verity", Placement.SACRUM, "hip", params={"rate_hz": RATE_HZ}))
    answers = [("f00202000005 01", 16 / 32768), ("f00205000005 01", 2000 / 32768)]
    for text, factor in answers:
        assert hub.update(Packet("hip", "control", 0, bytes.fromhex(text) + struct.pack("<f", factor))) == []
    blocks = []
    for i in range(0, 100 * N, N):
        if i == 40 * N:
            continue  # lost on the radio: both
        number = np.arange(i, i + N)
        acc = np.stack([number % 1000, 0 * number, 0 * number + 2048], axis=1)
        gyro = np.stack([number % 1000, 0 * number, 0 * number], axis=1)
        for kind, rows in ((2, acc), (5, gyro)):
            blocks += hub.update(Packet("hip", "data", round((i + N) / RATE_HZ * 1e9), frame(kind, i + N - 1, rows)))
    assert {block.layout for block in blocks} == {IMU6}
    assert [block.lost for block in blocks if block.lost] == [N]
    values = np.concatenate([block.values for block in blocks])
    times = np.concatenate([block.t_ns for block in blocks]) * 1e-9
    assert values[:, 2] == pytest.approx(9.80665, rel=1e-6)
    assert hub.quality(0)[0].dropped == 0
    # Both count the same samples: 1 count is 16/32768 g and 2000/32768 deg/s.
    inside = ~np.isnan(values[:, 3])
    count_acc = values[inside, 0] / 9.80665 * 2048
    count_gyro = np.degrees(values[inside, 3]) / (2000 / 32768)
    steady = (count_acc > 5) & (count_acc < 990)
    assert np.abs(count_acc - count_gyro)[steady].max() < 0.2
    late_s = times[inside][steady] - (count_acc[steady] / RATE_HZ)
    assert np.ptp(np.mod(late_s, 1000 / RATE_HZ)) < 0.002
