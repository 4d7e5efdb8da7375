"""Vocabulary of sensor data: where a sensor sits, which quantities it measures, and a block of its samples."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from dsp.packed import Array, Rows, values_of

GRAVITY_MPS2 = 9.80665
"""Standard gravity, CGPM 1901."""

NS_PER_S = 1_000_000_000

NEVER_S = float("-inf")
"""Time of an event that never happened: no finite value would do, as the timeline may start anywhere, even below 0."""

Vector = tuple[float, float, float]
"""x, y, z in the sensor frame, or east, north, up in the levelled frame."""


class Placement(StrEnum):
    """Where a sensor is worn, or what it is mounted on; `foot`: on a foot whose side is unknown."""

    SACRUM = "sacrum"
    WAIST_FRONT = "waist_front"
    LEFT_HIP = "left_hip"
    RIGHT_HIP = "right_hip"
    LEFT_FOOT = "left_foot"
    RIGHT_FOOT = "right_foot"
    POCKET = "pocket"
    FOOT = "foot"
    CHEST = "chest"
    TREADMILL = "treadmill"


class Quantity(StrEnum):
    """A measured quantity with its canonical unit; a profile converts to it once, nothing downstream does."""

    ACC_X_MPS2 = "acc_x_mps2"
    ACC_Y_MPS2 = "acc_y_mps2"
    ACC_Z_MPS2 = "acc_z_mps2"
    GYRO_X_RADPS = "gyro_x_radps"
    GYRO_Y_RADPS = "gyro_y_radps"
    GYRO_Z_RADPS = "gyro_z_radps"
    SPEED_MPS = "speed_mps"
    CADENCE_SPM = "cadence_spm"
    STRIDE_LENGTH_M = "stride_length_m"
    DISTANCE_M = "distance_m"
    HEART_RATE_BPM = "heart_rate_bpm"
    RR_INTERVAL_S = "rr_interval_s"
    INCLINE_PCT = "incline_pct"
    BATTERY_PCT = "battery_pct"
    POWER_W = "power_w"


Layout: TypeAlias = tuple[Quantity, ...]

IMU6: Layout = (
    Quantity.ACC_X_MPS2,
    Quantity.ACC_Y_MPS2,
    Quantity.ACC_Z_MPS2,
    Quantity.GYRO_X_RADPS,
    Quantity.GYRO_Y_RADPS,
    Quantity.GYRO_Z_RADPS,
)
"""Specific force (+9.81 m/s2 on the axis that points up at rest) and right-handed angular rate, in the sensor frame."""


@dataclass(slots=True)
class SampleBlock:
    """Consecutive samples of one source on the hub's timeline.

    Treat it as immutable: it is not frozen only because that would make it 1 us slower to construct.

    source     device id, stable within a run
    placement  where the sensor sits
    layout     the quantity of each column
    t_ns       (n,) int64, hub monotonic ns, strictly increasing within and between the blocks of a source
    rows       (n, k) in the canonical unit of each quantity; NaN where a channel is absent
    rate_hz    nominal sampling rate, 0 when the source has none (about 1 Hz notifications)
    lost       samples known to be missing between the previous block of this source and this one
    """

    source: str
    placement: Placement
    layout: Layout
    t_ns: npt.NDArray[np.int64]
    rows: Rows
    rate_hz: float = 0.0
    lost: int = 0

    @property
    def values(self) -> Array:
        """`rows` as (n, k) float64, unpacked if need be."""
        return values_of(self.rows)
