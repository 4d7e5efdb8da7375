"""The state of an `Ingest` can be saved and restored any number of times without changing its output."""

from __future__ import annotations

import numpy as np

from drivers.decoders.imu6 import encode_imu6
from drivers.ingest import Ingest
from drivers.packets import DeviceInfo, Packet
from dsp.signals import Placement, SampleBlock
from firmware_profiles.catalog import load_catalog
from tests.drivers.radio_delay import Link, send

RATE_HZ, SAMPLES = 100.0, 5
HIP = DeviceInfo("hip", "stridecue.imu6", Placement.SACRUM, "hip", "AA:BB", {"rate_hz": RATE_HZ})


def hub() -> Ingest:
    made = Ingest(load_catalog())
    made.add_device(HIP)
    return made


def packets_in_step(n: int) -> list[Packet]:
    """A packet every 50 ms at a connection interval of 50 ms: the phase is never swept, which a clock must report."""
    sent = send(n * SAMPLES / RATE_HZ, RATE_HZ, SAMPLES, 0.0, Link(0.05, 0.0, 0.001), seed=1, wander_ppm=0.0)
    return [
        Packet(
            "hip",
            "data",
            round(1e9 * arrival_s),
            encode_imu6(i * SAMPLES, round(1e6 * device_s), np.ones((SAMPLES, 6))),
        )
        for i, (device_s, arrival_s) in enumerate(zip(sent.device_s.tolist(), sent.arrival_s.tolist(), strict=True))
    ]


def said(of: Ingest, blocks: list[SampleBlock]) -> tuple[object, ...]:
    return [block.t_ns.tolist() for block in blocks], of.clock("hip"), of.detail("hip"), of.quality(0)


def test_a_restored_clock_continues_and_leaves_the_saved_state_unchanged() -> None:
    packets = packets_in_step(400)
    whole = hub()
    head, tail = packets[:60], packets[60:]
    for packet in head:
        whole.update(packet)
    state = whole.state()
    expected = said(whole, [block for packet in tail for block in whole.update(packet)])
    assert "late" in whole.detail("hip")
    for _ in range(2):
        again = hub()
        again.restore(state)
        assert said(again, [block for packet in tail for block in again.update(packet)]) == expected
