from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from drivers.ingest import Ingest
from drivers.packets import DeviceInfo, Packet
from drivers.stream_merge import StreamMerge
from dsp.signals import IMU6, Placement, SampleBlock
from firmware_profiles.catalog import load_catalog

MS = 1_000_000


def block(kind: str, times_ms: list[float], lost: int = 0) -> SampleBlock:
    """Rows whose values are their times: interpolated values must be too."""
    layout = IMU6[:3] if kind == "acc" else IMU6[3:]
    t_ns = np.array([round(t * MS) for t in times_ms])
    values = np.repeat(np.array(times_ms, dtype=float)[:, np.newaxis], 3, axis=1)
    return SampleBlock("hip", Placement.SACRUM, layout, t_ns, values, 100.0, lost)


def merged(blocks: list[SampleBlock]) -> SampleBlock:
    merge = StreamMerge([IMU6[:3], IMU6[3:]])
    out = [made for one in blocks if (made := merge.update(one)) is not None]
    assert all(made.layout == IMU6 for made in out)
    assert all((np.diff(made.t_ns) > 0).all() for made in out)
    t_ns, values = np.concatenate([made.t_ns for made in out]), np.concatenate([made.values for made in out])
    return SampleBlock("hip", Placement.SACRUM, IMU6, t_ns, values, 100.0, sum(made.lost for made in out))


@pytest.mark.parametrize("size", [1, 3, 7, 50])
@pytest.mark.parametrize("order", ["acc", "gyro"])
def test_rows_have_both_whatever_the_packets(size: int, order: str) -> None:
    acc = [block("acc", [10.0 * k for k in range(i, i + size)]) for i in range(0, 100, size)]
    gyro = [block("gyro", [10.0 * k + 3 for k in range(i, i + size)]) for i in range(0, 100, size)]
    pairs = zip(acc, gyro, strict=True) if order == "acc" else zip(gyro, acc, strict=True)
    out = merged([one for pair in pairs for one in pair])
    assert len(out.t_ns) >= 98 - size
    assert np.abs(out.values - out.t_ns[:, np.newaxis] / MS).max() < 1e-6


def test_a_gap_of_the_gyroscope_is_no_straight_line() -> None:
    acc = block("acc", [10.0 * k for k in range(100)], lost=4)
    gyro = [block("gyro", [10.0 * k + 3 for k in range(-1, 30)]), block("gyro", [10.0 * k + 3 for k in range(60, 101)])]
    out = merged([acc, *gyro])
    silent = np.isnan(out.values[:, 3])
    assert 28 <= silent.sum() <= 31
    assert not np.isnan(out.values[:, :3]).any()
    assert out.lost == 4


def test_two_rates_make_one_sensor_at_the_rate_of_the_first() -> None:
    merge = StreamMerge([IMU6[:3], IMU6[3:]])
    told = set()
    for i in range(0, 400, 10):
        for one in (
            block("acc", [10.0 * k for k in range(i, i + 10)]),
            replace(block("gyro", [10.0 * k + 1 for k in range(i, i + 10, 2)]), rate_hz=50.0),
        ):
            out = merge.update(one)
            told |= {out.rate_hz} if out else set()
    assert told == {100.0}


def test_without_a_gyroscope_the_rest_comes_a_second_late() -> None:
    out = merged([block("acc", [10.0 * k for k in range(i, i + 10)]) for i in range(0, 400, 10)])
    assert 290 <= len(out.t_ns) <= 310
    assert np.isnan(out.values[:, 3:]).all()


def test_a_silent_first_stream_costs_bounded_memory() -> None:
    merge = StreamMerge([IMU6[:3], IMU6[3:]])
    for i in range(0, 4000, 10):
        assert merge.update(block("gyro", [10.0 * k for k in range(i, i + 10)])) is None
    assert merge.waiting == 1001
    out = merge.update(block("acc", [10.0 * k for k in range(3990, 4000)]))
    assert out is not None
    assert np.isfinite(out.values).all()


def test_metamotion_becomes_one_sensor() -> None:
    hub = Ingest(load_catalog())
    hub.add_device(DeviceInfo("hip", "metamotion", Placement.SACRUM, "hip"))
    blocks = []
    for i in range(100):
        for head in ("031c", "1307"):
            body = np.tile(np.array([0, 0, 2048], dtype="<i2"), 3).tobytes()
            blocks += hub.update(Packet("hip", "rx", i * 30 * MS, bytes.fromhex(head) + body))
    assert {one.layout for one in blocks} == {IMU6}
    rows = np.concatenate([one.values for one in blocks])
    assert 290 <= len(rows) <= 300
    assert rows[:, 2] == pytest.approx(9.80665)
    assert hub.quality(0)[0].dropped == 0
