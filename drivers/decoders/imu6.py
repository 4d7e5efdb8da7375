"""Encoder of the reference IMU format, used by `stridecue import` and the virtual sensors.

Layout (profile `stridecue.imu6`): sample_seq u32, t_us u32 of the first sample, n u8, n * 6 int16, little-endian.
"""

from __future__ import annotations

import math
import struct

import numpy as np
import numpy.typing as npt

from dsp.signals import GRAVITY_MPS2

_HEAD = struct.Struct("<IIB")
_FULL_SCALE = 32767
_COUNTS = 32768
ABSENT = -32768
HEAD_BYTES = _HEAD.size
SAMPLE_BYTES = 12
MAX_SAMPLES = 41
"""As many as fit into the longest attribute value, 512 bytes (Core Specification, Vol 3 Part F §3.2.9)."""


def encode_imu6(
    sample_seq: int,
    t_us: int,
    samples: npt.NDArray[np.float64],
    *,
    acc_range_g: float = 32.0,
    gyro_range_dps: float = 4000.0,
) -> bytes:
    """Encode (n, 6) float64 samples: specific force in m/s2, angular rate in rad/s; NaN = channel absent.

    sample_seq, t_us  counter and device time of the first sample; taken modulo 2^32
    Values beyond the range are clipped, as in a real sensor. Raises ValueError unless n is 1 to MAX_SAMPLES.
    """
    n = len(samples)
    if not 1 <= n <= MAX_SAMPLES:
        raise ValueError(f"a packet holds 1 to {MAX_SAMPLES} samples, not {n}")
    counts = np.rint(samples * counts_per_unit(acc_range_g, gyro_range_dps))
    np.clip(counts, -_FULL_SCALE, _FULL_SCALE, out=counts)
    counts[np.isnan(counts)] = ABSENT
    return _HEAD.pack(sample_seq & 0xFFFFFFFF, t_us & 0xFFFFFFFF, n) + counts.astype("<i2").tobytes()


def counts_per_unit(acc_range_g: float, gyro_range_dps: float) -> npt.NDArray[np.float64]:
    """Return the counts per m/s2 and per rad/s, shape (6,)."""
    acc = _COUNTS / (acc_range_g * GRAVITY_MPS2)
    gyro = _COUNTS / math.radians(gyro_range_dps)
    return np.array([acc, acc, acc, gyro, gyro, gyro])


def full_scale(acc_range_g: float, gyro_range_dps: float) -> tuple[float, float]:
    """Return the largest m/s2 and rad/s that are not clipped."""
    per_unit = counts_per_unit(acc_range_g, gyro_range_dps)
    return float(_FULL_SCALE / per_unit[0]), float(_FULL_SCALE / per_unit[3])
