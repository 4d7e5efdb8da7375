"""Cost of decoding and clock recovery of IMU packets, in µs of CPU and in Python float multiply-adds of the same run.

    python -m benchmarks.bench_ingest

No goal of its own: it is part of re-analysis (`benchmarks.bench_reanalysis`).
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks.yardstick import multiply_add_us
from drivers.decoders.imu6 import encode_imu6
from drivers.ingest import Ingest
from drivers.packets import DeviceInfo, Packet
from dsp.signals import Placement
from firmware_profiles.catalog import load_catalog

RATE_HZ = 208
SAMPLES = 5
PACKETS = 20_000
ROUNDS = 5


def packets() -> list[Packet]:
    """Return the packets of one hip sensor: always the same five samples, arriving 10 ms late on average."""
    rng = np.random.default_rng(1)
    samples = rng.normal(0, 5, (SAMPLES, 6))
    made = []
    for i in range(PACKETS):
        last_s = (i * SAMPLES + SAMPLES - 1) / RATE_HZ
        payload = encode_imu6(i * SAMPLES, round(i * SAMPLES / RATE_HZ * 1e6), samples)
        made.append(Packet("hip", "data", round((last_s + rng.exponential(0.01)) * 1e9), payload))
    return made


def main() -> None:
    """Print CPU time per packet in the fastest round, and the share of a core that three sensors take."""
    all_packets = packets()
    info = DeviceInfo("hip", "stridecue.imu6", Placement.SACRUM, "hip", params={"rate_hz": float(RATE_HZ)})
    unit_us = multiply_add_us()
    best_us = float("inf")
    for _ in range(ROUNDS):
        ingest = Ingest(load_catalog())
        ingest.add_device(info)
        start = time.process_time()
        for packet in all_packets:
            ingest.update(packet)
        best_us = min(best_us, (time.process_time() - start) / PACKETS * 1e6)
    share_pct = best_us * 3 * RATE_HZ / SAMPLES / 1e4
    print(
        f"ingest: {best_us:.1f} µs per packet of {SAMPLES} samples = {best_us / unit_us:.0f} multiply-adds "
        f"({unit_us * 1000:.0f} ns each); 3 sensors at {RATE_HZ} Hz take {share_pct:.2f} % of a core"
    )


if __name__ == "__main__":
    main()
