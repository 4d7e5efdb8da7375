"""One field of a profile, compiled: its size, how to read it, and its scale and unit."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from drivers.decoders.reading import FieldValue, Params
from drivers.errors import DecodeError
from dsp.signals import Quantity
from firmware_profiles.schema import WIRE_BYTES, Field, WireType
from firmware_profiles.units import canonical_factor

STRUCT_CODES: dict[WireType, str] = {
    "u8": "B", "s8": "b", "u16": "H", "s16": "h", "u32": "I", "s32": "i", "u64": "Q", "f32": "f",
}  # fmt: skip
STEP_SLACK = 1e-9
"""Tolerance for rounding: a scaled value such as 396 * 0.01 still reaches its step."""


@dataclass(frozen=True, slots=True)
class WireField:
    """A field of the table; a scale that depends on a parameter is already resolved in `scale`."""

    field: Field
    size: int
    big_endian: bool
    scale: float
    columns: tuple[tuple[Quantity, float], ...]

    @classmethod
    def compile(cls, field: Field, *, big_endian: bool, params: Params) -> WireField:
        """Resolve scale and units; the profile has been validated, so this cannot fail."""
        full = field.full_scale
        scale = field.scale if full is None else params[full.param] / full.counts
        columns = tuple((quantity, canonical_factor(field.unit, quantity)) for quantity in field.quantities)
        return cls(field, WIRE_BYTES[field.type], big_endian, scale, columns)

    @property
    def is_plain(self) -> bool:
        """Whether the raw number is the value, apart from its range check."""
        field = self.field
        is_number = self.scale == 1.0 and field.bias == 0.0 and not field.nulls and field.type not in {"f32", "utf8"}
        return is_number and not self._is_derived and field.at is None

    @property
    def _is_derived(self) -> bool:
        """Whether the value is derived by bit fields, names or steps rather than by scaling alone."""
        return self.field.width is not None or self.field.shift != 0 or bool(self.field.names or self.field.steps)

    def is_present(self, flags: int) -> bool:
        """Return whether packets with these flags contain the field."""
        field = self.field
        if field.if_bit is not None and not flags >> field.if_bit & 1:
            return False
        return field.unless_bit is None or not flags >> field.unless_bit & 1

    def value(self, payload: bytes, at: int, count: int) -> FieldValue:
        """Read the field's `count` values (one, several, or a text) at byte `at`; they must be inside the payload."""
        if self.field.type == "utf8":
            text = payload[at : at + count].decode("utf-8", errors="replace").partition("\0")[0].rstrip()
            return text or None
        if self.field.count == 1:
            return self.read(payload, at)
        return tuple(self.read(payload, at + i * self.size) for i in range(count))

    def read(self, payload: bytes, at: int) -> float | int | str | None:
        """Read one value at byte `at`, which must be inside the payload. Raises DecodeError for one out of range."""
        raw = self._raw(payload, at)
        field = self.field
        if raw in field.nulls:
            return None
        if self._is_derived:
            raw = int(raw) >> field.shift
            raw = raw if field.width is None else raw & (1 << field.width) - 1
            if field.names:
                return field.names.get(str(raw))
        value = raw if self.scale == 1.0 and field.bias == 0.0 else raw * self.scale + field.bias
        if not math.isfinite(value):
            return None
        if field.steps:
            value = next((step for start, step in field.steps if value >= start - STEP_SLACK), 0.0)
        return value if field.range is None else self.in_range(value)

    def in_range(self, value: float) -> float | None:
        """Return a value inside the field's range; else return None or raise DecodeError, as the profile states."""
        field = self.field
        if field.range is None or field.range[0] <= value <= field.range[1]:
            return value
        if field.outside == "null":
            return None
        raise DecodeError(f"{field.name} is {value:g}, not between {field.range[0]:g} and {field.range[1]:g}")

    def canonical(self, value: FieldValue, column: int = 0) -> float:
        """Convert a decoded value to its quantity's canonical unit; NaN if not available or implausible."""
        if isinstance(value, tuple):
            value = value[column] if column < len(value) else None
        if value is None or isinstance(value, str):
            return math.nan
        return self.plausible(value * self.columns[column][1])

    def plausible(self, value: float) -> float:
        """Return the canonical value itself, or NaN if it is outside the profile's plausible range."""
        limits = self.field.plausible
        return value if limits is None or limits[0] <= value <= limits[1] else math.nan

    def _raw(self, payload: bytes, at: int) -> int | float:
        if self.field.type == "f32":
            return float(struct.unpack_from(">f" if self.big_endian else "<f", payload, at)[0])
        signed = self.field.type[0] == "s"
        return int.from_bytes(payload[at : at + self.size], "big" if self.big_endian else "little", signed=signed)
