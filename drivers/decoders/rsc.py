"""Running Speed and Cadence. The specification's cadence counts strides, some devices count steps: detect which."""

from __future__ import annotations

import math
import struct
from enum import StrEnum

import numpy as np

from drivers.decoders.fields import FieldsDecoder
from drivers.decoders.reading import Decoded, Params, Reading
from drivers.decoders.requirement import require
from dsp.signals import Layout, Quantity
from firmware_profiles.schema import Profile

DECIDES_FROM_MPS = 2.0
"""Walkers and joggers below this have cadences that fit both readings."""
STEPS_FROM_PER_MIN = 130
"""Nobody takes 130 strides (260 steps) a minute."""
STRIDES_FROM_PER_MIN = 45
STRIDES_UP_TO_PER_MIN = 110
"""Nobody runs at 2 m/s with 110 steps a minute or fewer, nor with fewer than 45 strides."""
STRIDES_ABOVE_M = 1.6
"""In between: a count that covers more than this is a stride (device notes; a guess until seen on hardware)."""
RATIO_TOLERANCE = 0.25
"""Relative tolerance for a length field that is 2 or 1/2 times speed / cadence, and so has the other unit."""


class CadenceRule(StrEnum):
    """The rule that gave the cadence its unit; shown with the sensor, as a wrong one doubles or halves the cadence."""

    OPEN = "its cadence is used once you run"
    SET = "steps per minute as set for this sensor"
    PROFILE_STEPS = "counts every step"
    PROFILE_STRIDES = "counts every second step: steps per minute are twice its count"
    HIGH = "counts every step (130 or more a minute)"
    LENGTH_STEPS = "counts every step (by its stride length)"
    LENGTH_STRIDES = "counts every second step (by its stride length): steps per minute are twice its count"
    LOW = "counts every second step (110 or fewer a minute while you run): steps per minute are twice its count"
    LONG = (
        "seems to count every second step (more than 1.6 m each): steps per minute are twice its count; if that is "
        'too high, set cadence_unit = "steps" in a profile of your own (docs/add-a-device.md)'
    )
    SHORT = (
        "seems to count every step (1.6 m or less each); if steps per minute are half of yours, set "
        'cadence_unit = "strides" in a profile of your own (docs/add-a-device.md)'
    )


_STEPS_PER_COUNT = {
    CadenceRule.PROFILE_STEPS: 1, CadenceRule.PROFILE_STRIDES: 2, CadenceRule.HIGH: 1, CadenceRule.LENGTH_STEPS: 1,
    CadenceRule.LENGTH_STRIDES: 2, CadenceRule.LOW: 2, CadenceRule.LONG: 2, CadenceRule.SHORT: 1,
}  # fmt: skip


def decide_cadence_unit(speed_mps: float, per_min: float, length_m: float | None) -> CadenceRule:
    """Return the rule that fits one packet; OPEN if it is inconclusive (slow, standing, or an impossible count)."""
    if not speed_mps >= DECIDES_FROM_MPS or per_min < STRIDES_FROM_PER_MIN:
        return CadenceRule.OPEN
    if per_min >= STEPS_FROM_PER_MIN:
        return CadenceRule.HIGH
    per_count_m = speed_mps * 60 / per_min
    ratio = (length_m or per_count_m) / per_count_m
    if abs(ratio - 2) < 2 * RATIO_TOLERANCE:
        return CadenceRule.LENGTH_STEPS
    if abs(ratio - 0.5) < 0.5 * RATIO_TOLERANCE:
        return CadenceRule.LENGTH_STRIDES
    if per_min <= STRIDES_UP_TO_PER_MIN:
        return CadenceRule.LOW
    return CadenceRule.LONG if per_count_m > STRIDES_ABOVE_M else CadenceRule.SHORT


class RscDecoder:
    """Rows of speed, cadence, stride length, distance. In `auto`, the first conclusive packet fixes the unit."""

    def __init__(self, profile: Profile, stream_name: str, params: Params) -> None:
        needed = (Quantity.SPEED_MPS, Quantity.CADENCE_SPM, Quantity.STRIDE_LENGTH_M)
        require(profile, stream_name, quantities=needed, params=("steps_per_count",))
        self._single = FieldsDecoder(profile, stream_name, params)
        self.layout: Layout = self._single.layout
        self._columns = self._single.table.columns
        self._length_unit = profile.semantics.stride_length_unit
        unit = profile.semantics.cadence_unit
        self.rule = {
            "auto": CadenceRule.OPEN, "steps": CadenceRule.PROFILE_STEPS, "strides": CadenceRule.PROFILE_STRIDES
        }[unit]  # fmt: skip
        self._steps_per_count = _STEPS_PER_COUNT.get(self.rule, 0)
        if params["steps_per_count"]:
            self.rule = CadenceRule.SET
            self._steps_per_count = int(params["steps_per_count"])

    @property
    def detail(self) -> str:
        """Return the rule that gave the cadence its unit, in words."""
        return self.rule.value

    def fields(self, payload: bytes) -> Decoded:
        """Decode the fields; see Decoder."""
        return self._single.fields(payload)

    def update(self, payload: bytes) -> Reading:
        """Decode into one row; see Decoder."""
        decoded = self._single.fields(payload)
        row = dict(zip(self.layout, self._single.row(decoded), strict=True))
        per_min = _number(decoded, "cadence_per_min")
        length_m = _number(decoded, "stride_length_m")
        speed_mps = row[Quantity.SPEED_MPS]
        if self.rule is CadenceRule.OPEN:
            self.rule = decide_cadence_unit(speed_mps, per_min, None if math.isnan(length_m) else length_m)
            self._steps_per_count = _STEPS_PER_COUNT.get(self.rule, 0)
        row[Quantity.CADENCE_SPM] = self._plausible(Quantity.CADENCE_SPM, self._cadence_spm(per_min))
        stride_m = self._stride_m(length_m, speed_mps, per_min)
        row[Quantity.STRIDE_LENGTH_M] = self._plausible(Quantity.STRIDE_LENGTH_M, stride_m)
        return Reading(self.layout, np.array([list(row.values())]))

    def _cadence_spm(self, per_min: float) -> float:
        return per_min * self._steps_per_count if self._steps_per_count else math.nan

    def _stride_m(self, length_m: float, speed_mps: float, per_min: float) -> float:
        """Return the length of a stride (two steps); NaN if the unit of the field cannot be determined."""
        if self._length_unit == "stride":
            return length_m
        if self._length_unit == "step":
            return 2 * length_m
        if not self._steps_per_count or not per_min or not speed_mps > 0:
            return math.nan
        step_m = speed_mps * 60 / (per_min * self._steps_per_count)
        return length_m if abs(length_m - 2 * step_m) < abs(length_m - step_m) else 2 * length_m

    def _plausible(self, quantity: Quantity, value: float) -> float:
        return self._columns[quantity][0].plausible(value)


build = RscDecoder


def _number(decoded: Decoded, name: str) -> float:
    value = decoded.fields.get(name)
    return float(value) if isinstance(value, (int, float)) else math.nan


def encode_rsc(
    speed_mps: float, per_min: float, *, stride_length_m: float | None = None, distance_m: float | None = None
) -> bytes:
    """Encode one measurement as a pod sends it; `per_min` is the raw count, strides or steps."""
    flags = (stride_length_m is not None) | (distance_m is not None) << 1 | (speed_mps >= DECIDES_FROM_MPS) << 2
    payload = struct.pack("<BHB", flags, round(speed_mps * 256), round(per_min))
    if stride_length_m is not None:
        payload += struct.pack("<H", round(stride_length_m * 100))
    if distance_m is not None:
        payload += struct.pack("<I", round(distance_m * 10))
    return payload
