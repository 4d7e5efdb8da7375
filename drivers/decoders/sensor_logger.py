"""JSON messages of the phone app Sensor Logger, pushed or exported.

Pushed: {"payload": [{"name", "time", "values": {"x", "y", "z"}}]}; exported: a list of rows with "sensor" and x, y, z,
every value a string. Times are Unix ns. Source: the app's documentation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from drivers.decoders.reading import Decoded, FieldValue, Params, Reading
from drivers.decoders.wire_field import WireField
from drivers.errors import DecodeError
from dsp.signals import Layout
from firmware_profiles.schema import Profile

TOTAL, WITHOUT_GRAVITY, GRAVITY = "totalacceleration", "accelerometer", "gravity"
LATEST_NS = 1 << 64


class _Row(msgspec.Struct):
    time: int | str
    name: str | None = None
    sensor: str | None = None
    values: dict[str, msgspec.Raw] = {}
    x: float | str | None = None
    y: float | str | None = None
    z: float | str | None = None


class _Message(msgspec.Struct):
    payload: list[_Row]


@dataclass(frozen=True, slots=True)
class PhoneSample:
    """One row: the sensor's name, the Unix time in ns, and three axes in the app's unit."""

    sensor: str
    t_ns: int
    xyz: tuple[float, float, float]


def read_samples(payload: bytes) -> list[PhoneSample]:
    """Read every row with three axes, in order; others (location, battery, ...) are skipped. Raises DecodeError."""
    try:
        head = payload.lstrip()[:1]
        rows = (
            msgspec.json.decode(payload, type=list[_Row])
            if head == b"["
            else msgspec.json.decode(payload, type=_Message).payload
        )
        samples = [sample for row in rows if (sample := _sample(row)) is not None]
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        raise DecodeError(f"not a message of Sensor Logger: {error}") from error
    return samples


def _sample(row: _Row) -> PhoneSample | None:
    values = {key: msgspec.json.decode(value) for key, value in row.values.items() if key in {"x", "y", "z"}}
    xyz = [values.get(axis, getattr(row, axis)) for axis in ("x", "y", "z")]
    if any(value is None for value in xyz):
        return None
    if not all(isinstance(value, (int, float, str)) for value in xyz):
        raise ValueError("an axis is not a number")
    numbers = [float(value) for value in xyz]
    t_ns = int(row.time)
    if not all(map(math.isfinite, numbers)) or not 0 <= t_ns < LATEST_NS:
        raise ValueError("a number is out of range")
    return PhoneSample((row.name or row.sensor or "").lower(), t_ns, (numbers[0], numbers[1], numbers[2]))


class SensorLoggerDecoder:
    """Rows of the stream's first sample field; `totalacceleration` may be sent as accelerometer plus gravity."""

    detail = ""

    def __init__(self, profile: Profile, stream_name: str, params: Params) -> None:
        samples = profile.stream[stream_name].samples
        if samples is None:
            raise DecodeError(f"{profile.id}: stream.{stream_name}: sensor_logger needs samples")
        self._fields = [WireField.compile(field, big_endian=False, params=params) for field in samples.fields]
        self._wanted = self._fields[0]
        self.layout: Layout = tuple(quantity for quantity, _ in self._wanted.columns)

    def fields(self, payload: bytes) -> Decoded:
        """Decode the samples of each sensor that the profile names; see Decoder."""
        samples = read_samples(payload)
        fields: dict[str, FieldValue] = {}
        if samples:
            fields = {"sensor": samples[0].sensor, "t_unix_ns": samples[0].t_ns}
        by_name = {field.field.name: _of(samples, field.field.name) for field in self._fields}
        return Decoded(fields, sampled={name: _axes(found) for name, found in by_name.items() if found})

    def update(self, payload: bytes) -> Reading | None:
        """Decode into rows, None if there are none; see Decoder."""
        samples = read_samples(payload)
        found = _of(samples, self._wanted.field.name)
        if not found and self._wanted.field.name == TOTAL:
            found = _summed(_of(samples, WITHOUT_GRAVITY), _of(samples, GRAVITY))
        if not found:
            return None
        with np.errstate(over="ignore"):
            values = _axes(found) * np.array([factor for _, factor in self._wanted.columns])
        low, high = self._wanted.field.plausible or (-math.inf, math.inf)
        values[~((values >= low) & (values <= high))] = np.nan
        return Reading(self.layout, values, ticks=found[0].t_ns)


build = SensorLoggerDecoder


def _of(samples: list[PhoneSample], name: str) -> list[PhoneSample]:
    return [sample for sample in samples if sample.sensor == name]


def _summed(ones: list[PhoneSample], others: list[PhoneSample]) -> list[PhoneSample]:
    """Add the axes of rows with the same timestamp."""
    known = {other.t_ns: other.xyz for other in others}
    return [
        PhoneSample(TOTAL, one.t_ns, (one.xyz[0] + x, one.xyz[1] + y, one.xyz[2] + z))
        for one in ones
        if (found := known.get(one.t_ns)) is not None
        for x, y, z in [found]
    ]


def _axes(samples: list[PhoneSample]) -> npt.NDArray[np.float64]:
    """Return the axes as (n, 3) float64."""
    return np.array([sample.xyz for sample in samples], dtype=np.float64)
