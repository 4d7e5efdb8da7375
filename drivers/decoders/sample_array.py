"""Decode all samples of one notification at once with NumPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from drivers.decoders.reading import FieldValue, Params
from drivers.decoders.wire_field import WireField
from drivers.errors import DecodeError
from dsp.packed import Packing
from dsp.signals import Layout
from firmware_profiles.schema import WIRE_BYTES, Samples

_NUMPY_CODES = {"u8": "u1", "s8": "i1", "u16": "u2", "s16": "i2", "u32": "u4", "s32": "i4", "u64": "u8", "f32": "f4"}


class SampleArray:
    """A compiled `[stream.x.samples]`: decodes bytes to (n, k) float64 in canonical units."""

    def __init__(self, samples: Samples, *, big_endian: bool, params: Params) -> None:
        self._at = samples.at
        self._count = samples.count
        fields = [WireField.compile(field, big_endian=big_endian, params=params) for field in samples.fields]
        codes = [f"{'>' if big_endian else '<'}{_NUMPY_CODES[field.field.type]}" for field in fields]
        counts = [field.field.count if isinstance(field.field.count, int) else 1 for field in fields]
        self._uniform = np.dtype(codes[0]) if len(set(codes)) == 1 else None
        self._planar = samples.planar
        self._parts = [(field, n, np.dtype(code)) for field, n, code in zip(fields, counts, codes, strict=True)]
        self._has_floats = any(field.field.type == "f32" for field in fields)
        self._record = np.dtype([(f"f{i}", code, (n,)) for i, (code, n) in enumerate(zip(codes, counts, strict=True))])
        self._width = sum(counts)
        self._size = sum(WIRE_BYTES[field.field.type] * n for field, n in zip(fields, counts, strict=True))
        self.layout: Layout = tuple(quantity for field in fields for quantity, _ in field.columns)
        wanted, scale, bias, nulls, limits = [], [], [], [], []
        column = 0
        for field, n in zip(fields, counts, strict=True):
            for _, factor in field.columns:
                wanted.append(column)
                scale.append(field.scale * factor)
                bias.append(field.field.bias * factor)
                nulls.append(field.field.nulls)
                limits.append(field.field.plausible or (-math.inf, math.inf))
                column += 1
            column += n if not field.columns else 0
        self._wanted = None if len(wanted) == self._width else np.array(wanted, dtype=np.intp)
        self._scale = np.array(scale)
        self._bias = np.array(bias) if any(bias) else None
        self._null = self._null_of(nulls)
        self._nulls = nulls
        self._limits = np.array(limits).T if np.isfinite(limits).any() else None
        self._null_bytes = b""
        self.packing: Packing | None = None
        """For samples of a single wire type that use every column and share one null value; else None."""
        if self._uniform is not None and self._null is not None:
            self._null_bytes = np.array([self._null]).astype(self._uniform).tobytes()
            is_plain = self._wanted is None and self._limits is None and self._bias is None
            if is_plain and not self._planar and not self._has_floats:
                self.packing = Packing(self._uniform, self._scale, self._null)

    @staticmethod
    def _null_of(nulls: list[tuple[int, ...]]) -> int | None:
        """Return the raw null value if all columns share a single one, which allows a faster path; else None."""
        return nulls[0][0] if len(set(nulls)) == 1 and len(nulls[0]) == 1 else None

    def end(self, payload: bytes, fields: dict[str, FieldValue]) -> tuple[int, int]:
        """Return (number of samples, end offset). Raises DecodeError if they are not all in the packet."""
        available = len(payload) - self._at
        if self._count == "rest":
            count = max(available, 0) // self._size
            if count == 0 or available % self._size:
                raise DecodeError(f"{available} bytes are not a multiple of the {self._size}-byte sample")
        else:
            named = fields.get(self._count) if isinstance(self._count, str) else self._count
            if not isinstance(named, int):
                raise DecodeError(f"{self._count} does not contain the number of samples")
            count = named
        end = self._at + count * self._size
        if end > len(payload):
            raise DecodeError(f"{count} samples need {end} bytes, the packet has {len(payload)}")
        return count, end

    def read(self, payload: bytes, count: int) -> npt.NDArray[np.float64]:
        """Read the samples: (count, k) float64 in canonical units, NaN where the raw value means "absent"."""
        raw = self._raw(payload, count)
        if self._wanted is not None:
            raw = raw[:, self._wanted]
        values = self._scaled(raw)
        if self._null is not None:
            # Searching the bytes first is ten times as fast, and null values are rare.
            if self._null_bytes in payload:
                values[raw == self._null] = np.nan
        elif any(self._nulls):
            for column, nulls in enumerate(self._nulls):
                values[np.isin(raw[:, column], nulls), column] = np.nan
        return self.allowed(values)

    def allowed(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Replace, in place, values that are not finite or outside the profile's plausible range by NaN."""
        if self._limits is not None:
            values[~((values >= self._limits[0]) & (values <= self._limits[1]))] = np.nan
        elif self._has_floats:
            values[~np.isfinite(values)] = np.nan
        return values

    def by_name(self, payload: bytes, count: int) -> dict[str, npt.NDArray[np.float64]]:
        """Read the samples by field name: (count, c) float64 each, in the unit of the profile."""
        raw, named, column = self._raw(payload, count), {}, 0
        for field, n, _ in self._parts:
            part = raw[:, column : column + n].astype(np.float64)
            named[field.field.name] = part * field.scale + field.field.bias
            named[field.field.name][np.isin(part, field.field.nulls) | ~np.isfinite(part)] = np.nan
            column += n
        return named

    def _scaled(self, raw: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        # Radio bytes can be any float: an overflow gives infinity, which `allowed` removes.
        with np.errstate(over="ignore", invalid="ignore"):
            values: npt.NDArray[np.float64] = raw * self._scale
        return values if self._bias is None else values + self._bias

    def _raw(self, payload: bytes, count: int) -> npt.NDArray[Any]:
        """Read (count, width) raw numbers; floats as doubles, since every operation on a signalling NaN warns."""
        raw = self._as_sent(payload, count)
        if not self._has_floats:
            return raw
        with np.errstate(invalid="ignore"):
            return raw.astype(np.float64)

    def _as_sent(self, payload: bytes, count: int) -> npt.NDArray[Any]:
        if self._planar:
            at, parts = self._at, []
            for _, n, dtype in self._parts:
                parts.append(np.frombuffer(payload, dtype, count * n, at).reshape(count, n))
                at += count * n * dtype.itemsize
            return np.hstack(parts)
        if self._uniform is not None:
            return np.frombuffer(payload, self._uniform, count * self._width, self._at).reshape(count, self._width)
        record = np.frombuffer(payload, self._record, count, self._at)
        with np.errstate(invalid="ignore"):
            return np.hstack([record[name].astype(np.float64) for name in self._record.names or ()])
