"""A simulated run as sensors send it: int16 packets of `stridecue.imu6`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from drivers.decoders.imu6 import ABSENT, counts_per_unit, encode_imu6
from dsp.packed import Packed, Packing
from dsp.signals import NS_PER_S, Placement, SampleBlock
from tests.dsp.synthetic import Made, blocks_of

ACC_RANGE_G, GYRO_RANGE_DPS = 16.0, 2000.0


def packets_of(made: Made, rate_hz: float, size: int) -> list[bytes]:
    """Return the sacrum's samples in packets of `size`; an incomplete last packet is left out."""
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


def stamps_of(made: Made, size: int) -> list[npt.NDArray[np.int64]]:
    """Return the times in ns of the samples of each packet, (size,) each."""
    t_ns = np.round(made.t_s * NS_PER_S).astype(np.int64)
    return [t_ns[first : first + size] for first in range(0, len(t_ns) - size + 1, size)]


def packed_blocks_of(made: Made, placements: list[Placement], size: int, rate_hz: float) -> list[SampleBlock]:
    """Return blocks of raw counts as the decoder passes them on, sensors alternating."""
    per_unit = counts_per_unit(ACC_RANGE_G, GYRO_RANGE_DPS)
    packing = {placement.value: Packing(np.dtype("<i2"), 1.0 / per_unit, ABSENT) for placement in placements}
    out = []
    for block in blocks_of(made, placements, size, rate_hz=rate_hz):
        rows = Packed(np.rint(block.values * per_unit).astype("<i2").tobytes(), packing[block.source])
        out.append(SampleBlock(block.source, block.placement, block.layout, block.t_ns, rows, rate_hz))
    return out
