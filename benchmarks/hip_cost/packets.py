"""A made-up run as a hip sensor sends it: int16 packets of `stridecue.imu6`."""

from __future__ import annotations

from drivers.decoders.imu6 import encode_imu6
from dsp.signals import Placement
from tests.dsp.synthetic import Made

ACC_RANGE_G, GYRO_RANGE_DPS = 16.0, 2000.0


def packets_of(made: Made, rate_hz: float, size: int) -> list[bytes]:
    """Whole packets of `size` samples."""
    samples = made.sensors[Placement.SACRUM]
    return [
        encode_imu6(
            first,
            round(1e6 * first / rate_hz),
            samples[first : first + size],
            acc_range_g=ACC_RANGE_G,
            gyro_range_dps=GYRO_RANGE_DPS,
        )
        for first in range(0, len(samples) - size + 1, size)
    ]
