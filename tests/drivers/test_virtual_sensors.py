"""Packets of virtual sensors, decoded by the real decoders, reproduce their runner's motion."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import numpy as np
import pytest

from drivers.ingest import Ingest
from drivers.virtual.lab import VirtualLab
from drivers.virtual.runner import VirtualRunner
from drivers.virtual.sensor_kinds import SENSOR_KINDS
from dsp.signals import IMU6, NS_PER_S, Quantity, SampleBlock
from firmware_profiles.catalog import load_catalog
from tests.drivers.supervised import Heard, supervised
from tests.drivers.virtual_lab import imu_of

SACRUM, POD, STRAP, TREADMILL = "imu6-sacrum-0004", "rsc-foot-0001", "hr-chest-0005", "treadmill-0006"
ACC_LSB_MPS2 = 32 * 9.80665 / 32768
GYRO_LSB_RADPS = np.radians(4000) / 32768
RUN_S = 30.0


def decode(heard: Heard) -> dict[str, list[SampleBlock]]:
    ingest = Ingest(load_catalog())
    for info in heard.infos.values():
        ingest.add_device(info)
    blocks: dict[str, list[SampleBlock]] = defaultdict(list)
    for packet in sorted((p for packets in heard.packets.values() for p in packets), key=lambda p: p.t_recv_ns):
        for block in ingest.update(packet):
            blocks[block.source].append(block)
    return blocks


def column(blocks: list[SampleBlock], quantity: Quantity) -> tuple[np.ndarray, np.ndarray]:
    parts = [(b.t_ns, b.values[:, b.layout.index(quantity)]) for b in blocks if quantity in b.layout]
    return np.concatenate([t for t, _ in parts]), np.concatenate([v for _, v in parts])


async def test_the_imu_gives_every_sample_of_its_runner_on_one_timeline() -> None:
    runner = VirtualRunner()
    async with VirtualLab(runner, ("sacrum_imu",)) as one, supervised(one.radio) as heard:
        sensor = imu_of(one, "sacrum_imu")
        await asyncio.sleep(RUN_S)
        rate_hz = sensor.true_rate_hz
        epoch_ns = round(one.epoch_s * NS_PER_S)
    blocks = [block for block in decode(heard)[SACRUM] if block.layout == IMU6]
    values = np.concatenate([block.values for block in blocks])
    t_ns = np.concatenate([block.t_ns for block in blocks])
    assert sum(block.lost for block in blocks) == 0
    assert len(values) >= (RUN_S - 3) * 208
    # Find the shift of the sample grid that fits best; with it, all samples must match.
    start = round((t_ns[0] - epoch_ns) / NS_PER_S * rate_hz)
    truth = {shift: runner.imu(sensor.placement, start + shift, len(values), rate_hz) for shift in range(-6, 7)}
    shift = min(truth, key=lambda k: float(np.abs(truth[k] - values).max()))
    error = np.abs(truth[shift] - values).max(axis=0)
    assert (error[:3] <= ACC_LSB_MPS2).all()
    assert (error[3:] <= GYRO_LSB_RADPS).all()
    true_ns = epoch_ns + (start + shift + np.arange(len(values))) / rate_hz * NS_PER_S
    late_ms = (t_ns - true_ns)[len(t_ns) // 2 :] / 1e6
    assert late_ms.min() > -1.0
    assert late_ms.max() < 20.0  # a connection interval and the read-out


async def test_pod_strap_and_treadmill_agree_with_their_runner() -> None:
    runner = VirtualRunner()
    async with VirtualLab(runner, ("pod", "strap", "treadmill")) as three, supervised(three.radio) as heard:
        await asyncio.sleep(RUN_S)
        epoch_ns = round(three.epoch_s * NS_PER_S)
    blocks = decode(heard)

    def truth(t_ns: np.ndarray, of: str) -> np.ndarray:
        seconds = np.round((t_ns - epoch_ns) / NS_PER_S)  # they send on the full second, and it arrives a little later
        return np.array([getattr(runner, of)(float(t)) for t in seconds])

    for device, quantity, of, within in (
        (POD, Quantity.SPEED_MPS, "speed_mps", 1 / 256),
        (POD, Quantity.CADENCE_SPM, "cadence_spm", 1.0),
        (POD, Quantity.DISTANCE_M, "distance_m", 0.06),
        (STRAP, Quantity.HEART_RATE_BPM, "heart_rate_bpm", 0.51),
        (TREADMILL, Quantity.SPEED_MPS, "speed_mps", 0.0015),
        (TREADMILL, Quantity.DISTANCE_M, "distance_m", 0.51),
        (TREADMILL, Quantity.INCLINE_PCT, "incline_pct", 0.051),
    ):
        t_ns, values = column(blocks[device], quantity)
        known = np.isfinite(values)
        assert known.sum() >= 20, (device, quantity)
        assert np.abs(values - truth(t_ns, of))[known].max() <= within, (device, quantity)


async def test_rr_intervals_are_the_runners_own_and_none_is_missing() -> None:
    runner = VirtualRunner()
    async with VirtualLab(runner, ("strap",)) as one, supervised(one.radio) as heard:
        await asyncio.sleep(RUN_S)
    _, values = column(decode(heard)[STRAP], Quantity.RR_INTERVAL_S)
    values = values[np.isfinite(values)]
    true = np.array(runner.rr_s(0.0, RUN_S))
    missed = len(true) - len(values)
    assert missed <= 5  # beats before the strap was connected, and after its last packet
    assert any(np.allclose(true[k : k + len(values)], values, atol=1 / 1024) for k in range(missed + 1))


async def test_a_rebooted_imu_counts_anew_and_still_sees_the_same_motion() -> None:
    runner = VirtualRunner()
    async with VirtualLab(runner, ("sacrum_imu",)) as one, supervised(one.radio) as heard:
        await heard.until(lambda: heard.state(SACRUM) == "streaming")
        await asyncio.sleep(12.3)
        one.kill("sacrum_imu")
        await asyncio.sleep(3.0)
        rebooted_s = asyncio.get_running_loop().time() - one.epoch_s
        await one.switch_on("sacrum_imu")
        sensor = imu_of(one, "sacrum_imu")
        await heard.until(lambda: heard.state(SACRUM) == "lost")
        await heard.until(lambda: heard.state(SACRUM) == "streaming")
        await asyncio.sleep(2)
        raw = heard.payloads(SACRUM, "data")[-1]
        rate_hz = sensor.true_rate_hz
    sequence, device_us = int.from_bytes(raw[:4], "little"), int.from_bytes(raw[4:8], "little")
    assert device_us / 1e6 < 12  # its own clock began with the reboot
    samples = np.frombuffer(raw[9:], "<i2").reshape(-1, 6)[:, :3] * ACC_LSB_MPS2
    index = round((rebooted_s + device_us / 1e6) * rate_hz)
    near = runner.imu(sensor.placement, index - 3, len(samples) + 6, rate_hz)[:, :3]
    errors = [np.abs(near[k : k + len(samples)] - samples).max() for k in range(7)]
    assert min(errors) <= ACC_LSB_MPS2
    assert sequence < 12 * 208


@pytest.mark.parametrize("kind", sorted(SENSOR_KINDS))
async def test_every_kind_is_found_placed_and_streams(kind: str) -> None:
    async with VirtualLab(VirtualRunner(), (kind,)) as one, supervised(one.radio) as heard:
        await heard.until(lambda: len(heard.streaming()) == 1, 5)
        await asyncio.sleep(3)
        ((device, packets),) = heard.packets.items()
        assert len(packets) >= 2
        assert device in heard.streaming()
        assert not any(state.detail for state in heard.states[device])


def test_names_fit_a_scan_response_and_addresses_differ() -> None:
    identities = [kind.identity(number, 247) for kind in SENSOR_KINDS.values() for number in (1, 2, 0x1234)]
    assert all(len(identity.name) <= 29 for identity in identities)
    assert len({identity.address for identity in identities}) == len(identities)
