"""A recording of the virtual runner as the hub would have written it: three IMUs, packets in order of arrival."""

from __future__ import annotations

from pathlib import Path

from drivers.decoders.imu6 import encode_imu6
from drivers.packets import DeviceInfo, Packet
from drivers.recordings.recording import RecordingWriter, SessionInfo
from drivers.virtual.runner import RunnerParams, VirtualRunner
from dsp.signals import NS_PER_S, Placement

PACKET_SAMPLES = 8
"""As in the virtual IMUs, `drivers.virtual.peripherals.imu`."""
ACC_RANGE_G, GYRO_RANGE_DPS = 16.0, 2000.0
IMUS = (Placement.SACRUM, Placement.LEFT_FOOT, Placement.RIGHT_FOOT)


def write_run(path: Path, seconds: float, rate_hz: float) -> int:
    """Write the recording and return the number of samples of all sensors."""
    runner = VirtualRunner(RunnerParams())
    params = {"rate_hz": rate_hz, "acc_range_g": ACC_RANGE_G, "gyro_range_dps": GYRO_RANGE_DPS}
    packets = int(seconds * rate_hz) // PACKET_SAMPLES
    next_tick_s = 1.0
    with RecordingWriter(path, SessionInfo(0, None, "bench")) as writer:
        for placement in IMUS:
            writer.add_device(DeviceInfo(placement.value, "stridecue.imu6", placement, placement.value, params=params))
        for i in range(packets):
            first = i * PACKET_SAMPLES
            last_s = (first + PACKET_SAMPLES - 1) / rate_hz
            for placement in IMUS:
                payload = encode_imu6(
                    first,
                    round(1e6 * first / rate_hz),
                    runner.imu(placement, first, PACKET_SAMPLES, rate_hz),
                    acc_range_g=ACC_RANGE_G,
                    gyro_range_dps=GYRO_RANGE_DPS,
                )
                writer.add_packet(Packet(placement.value, "data", round(last_s * NS_PER_S), payload))
            if last_s >= next_tick_s:
                writer.tick()
                next_tick_s += 1.0
    return packets * PACKET_SAMPLES * len(IMUS)
