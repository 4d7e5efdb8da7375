from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from drivers.decoders.imu6 import encode_imu6
from drivers.decoders.rsc import encode_rsc
from drivers.errors import DecodeError
from drivers.ingest import Ingest
from drivers.packets import DeviceInfo, Packet
from dsp.signals import IMU6, Placement, Quantity, SampleBlock
from firmware_profiles.catalog import load_catalog

CATALOG = load_catalog()
RATE_HZ = 208.0
HIP = DeviceInfo("hip", "stridecue.imu6", Placement.SACRUM, "hip", params={"rate_hz": RATE_HZ})
POD = DeviceInfo("pod", "sig.rsc", Placement.FOOT, "pod")


def ingest(*devices: DeviceInfo) -> Ingest:
    made = Ingest(CATALOG)
    for device in devices or (HIP,):
        made.add_device(device)
    return made


def imu_packet(
    first: int, n: int = 5, *, epoch_s: float = 0.0, counter: int | None = None, boot_s: float = 0.0
) -> Packet:
    """Samples first … first+n of a sensor that booted at `epoch_s`; x acceleration = sample number."""
    samples = np.zeros((n, 6))
    samples[:, 0] = np.arange(first, first + n) * 0.1
    sequence = first if counter is None else counter
    payload = encode_imu6(sequence, round((boot_s + first / RATE_HZ) * 1e6), samples)
    return Packet("hip", "data", round((epoch_s + (first + n - 1) / RATE_HZ) * 1e9), payload)


def feed(to: Ingest, packets: list[Packet]) -> list[SampleBlock]:
    return [block for packet in packets for block in to.update(packet)]


def totals(of: Ingest) -> tuple[int, int, int, int]:
    quality = of.quality(0)[0]
    return quality.packets, quality.samples, quality.lost, quality.dropped


def test_packets_become_blocks_on_the_hub_s_time() -> None:
    blocks = feed(ingest(), [imu_packet(i) for i in range(0, 1000, 5)])
    assert {block.layout for block in blocks} == {IMU6}
    assert {(block.source, block.placement, block.rate_hz, block.lost) for block in blocks} == {
        ("hip", "sacrum", 208.0, 0)
    }
    t_s = np.concatenate([block.t_ns for block in blocks]) * 1e-9
    assert np.abs(t_s - np.arange(1000) / RATE_HZ).max() < 2e-6
    assert blocks[3].values[2, 0] == pytest.approx(1.7, abs=0.005)


def test_gaps_are_counted_where_they_are() -> None:
    hub = ingest()
    packets = [imu_packet(i) for i in range(0, 500, 5)]
    del packets[20:23], packets[50]
    blocks = feed(hub, packets)
    assert [block.lost for block in blocks if block.lost] == [15, 5]
    assert totals(hub) == (96, 480, 20, 0)


@pytest.mark.parametrize("seed", range(5))
def test_made_is_delivered_plus_lost_whatever_the_link_does(seed: int) -> None:
    """Loss, duplicates and late packets; the first and the last packet arrive."""
    rng = np.random.default_rng(seed)
    starts = list(range(0, 2000, 5))
    sent = [start for i, start in enumerate(starts) if i in {0, len(starts) - 1} or rng.random() > 0.1]
    heard = sent + [int(start) for start in rng.choice(sent[:-1], 40)]
    # Every packet is up to two places late, the first and the last are not.
    order = sorted(range(len(heard)), key=lambda i: heard[i] + rng.uniform(0, 12) * (0 < heard[i] < 1990))
    hub = ingest()
    blocks = feed(hub, [imu_packet(heard[i]) for i in order])
    packets, samples, lost, dropped = totals(hub)
    assert samples + lost == 2000
    assert packets == len(heard) == len(blocks) + dropped
    assert dropped >= 40 - 5
    times = np.concatenate([block.t_ns for block in blocks])
    assert (np.diff(times) > 0).all()
    seen = np.concatenate([block.values[:, 0] for block in blocks])
    assert (np.diff(seen) > 0).all()


def test_counters_and_clocks_wrap() -> None:
    hub = ingest()
    boot_s = (2**32 - 500_000) * 1e-6
    packets = [imu_packet(i, counter=(2**32 - 100 + i) % 2**32, boot_s=boot_s) for i in range(0, 1000, 5)]
    blocks = feed(hub, packets)
    assert totals(hub) == (200, 1000, 0, 0)
    t_s = np.concatenate([block.t_ns for block in blocks]) * 1e-9
    assert np.abs(t_s - np.arange(1000) / RATE_HZ).max() < 2e-6


def test_a_silence_longer_than_the_clock_s_wrap() -> None:
    hub = ingest()
    after = round(9000 * RATE_HZ)
    feed(hub, [imu_packet(0), imu_packet(5)])
    blocks = feed(hub, [imu_packet(after)])
    assert blocks[0].lost == after - 10
    assert blocks[0].t_ns[0] * 1e-9 == pytest.approx(after / RATE_HZ, abs=1e-4)


@pytest.mark.parametrize("ran_for", [50, 100, 400, 5000])
def test_a_sensor_that_restarts_is_a_new_epoch(ran_for: int) -> None:
    hub = ingest()
    before = feed(hub, [imu_packet(i) for i in range(0, ran_for, 5)])
    down_s = ran_for / RATE_HZ + 3.0
    after = feed(hub, [imu_packet(i, epoch_s=down_s) for i in range(0, 1000, 5)])
    # A sensor restarted within its first second is distinguished from repeated packets only at the eighth.
    assert len(after) >= 193
    # The new counter does not include the 3 s without power: they are counted by time, with the unrecognised packets.
    assert 3.0 * RATE_HZ - 1 <= totals(hub)[2] <= 3.0 * RATE_HZ + 5 * (201 - len(after))
    assert after[0].t_ns[0] > before[-1].t_ns[-1]
    end_s = after[-1].t_ns[-1] * 1e-9
    assert end_s == pytest.approx(down_s + 999 / RATE_HZ, abs=0.001)


def test_bad_packets_are_counted_and_never_raised() -> None:
    hub = ingest()
    for payload in (b"", b"\x00" * 9, b"\xff" * 30, b"\x01"):
        assert hub.update(Packet("hip", "data", 0, payload)) == []
    assert hub.update(Packet("hip", "nothing", 0, b"\x00")) == []
    assert hub.update(Packet("stranger", "data", 0, b"\x00")) == []
    assert totals(hub) == (5, 0, 0, 5)
    assert hub.unknown == 1
    assert "nothing reads nothing packets" in hub.detail("hip")


def test_an_unknown_profile_says_what_to_do() -> None:
    with pytest.raises(DecodeError, match=r"put my\.own\.toml into the profiles folder"):
        ingest(DeviceInfo("x", "my.own", Placement.FOOT, "x"))


def test_adding_a_device_again_keeps_its_state() -> None:
    hub = ingest()
    feed(hub, [imu_packet(0)])
    hub.add_device(HIP)
    assert feed(hub, [imu_packet(10)])[0].lost == 5
    hub.add_device(DeviceInfo("hip", "stridecue.imu6", Placement.SACRUM, "hip", params={"rate_hz": 104.0}))
    assert feed(hub, [imu_packet(15)])[0].rate_hz == 104.0
    assert totals(hub) == (3, 15, 5, 0)


def test_a_pod_without_a_clock_gets_arrival_times_and_shows_its_rule() -> None:
    hub = ingest(POD)
    packets = [Packet("pod", "measurement", i * 10**9, encode_rsc(3.0, 85)) for i in range(3)]
    blocks = feed(hub, packets)
    assert [int(block.t_ns[0]) for block in blocks] == [0, 10**9, 2 * 10**9]
    assert blocks[0].rate_hz == 0.0
    assert blocks[0].values[0, blocks[0].layout.index(Quantity.CADENCE_SPM)] == 170
    assert hub.detail("pod").startswith("counts every second step")
    assert hub.clock("pod") is None


def test_battery_is_a_block_but_not_a_sample() -> None:
    hub = ingest(POD)
    (block,) = hub.update(Packet("pod", "battery", 5, b"\x4b"))
    assert block.layout == (Quantity.BATTERY_PCT,)
    assert block.values.tolist() == [[75.0]]
    assert totals(hub) == (1, 0, 0, 0)


TWO_READERS = """
schema = 1
[profile]
id = "two"
title = "Speed, and cadence in the same packet"
status = "experimental"
[gatt]
data = { service = "fff0", char = "fff1", use = "notify" }
[stream.a]
from = "data"
nominal_hz = 1
fields = [{ name = "speed", type = "u8", unit = "m/s", quantity = "speed_mps" }]
on_long = "stop"
[stream.b]
from = "data"
nominal_hz = 1
fields = [
  { name = "_speed", type = "u8" },
  { name = "cadence", type = "u8", unit = "steps/min", quantity = "cadence_spm", range = [0, 200] },
]
"""


def test_what_one_reader_refuses_the_other_still_reads(tmp_path: Path) -> None:
    (tmp_path / "two.toml").write_text(TWO_READERS)
    hub = Ingest(load_catalog(tmp_path))
    hub.add_device(DeviceInfo("pod", "two", Placement.FOOT, "pod"))
    assert [b.values.tolist() for b in hub.update(Packet("pod", "data", 10**9, bytes([3, 170])))] == [
        [[3.0]],
        [[170.0]],
    ]
    assert [b.values.tolist() for b in hub.update(Packet("pod", "data", 2 * 10**9, bytes([4, 250])))] == [[[4.0]]]
    assert totals(hub) == (2, 3, 0, 1)
    assert "250" in hub.detail("pod")


def test_the_same_packets_give_the_same_blocks() -> None:
    rng = np.random.default_rng(3)
    packets = [imu_packet(int(i)) for i in rng.permutation(np.arange(0, 500, 5))]
    one, two = feed(ingest(), packets), feed(ingest(), packets)
    assert len(one) == len(two)
    for a, b in zip(one, two, strict=True):
        assert np.array_equal(a.t_ns, b.t_ns)
        assert np.array_equal(a.values, b.values)
