"""The table-driven decoder, for any stream that its profile describes completely."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from drivers.decoders.reading import Decoded, FieldValue, Params, Reading, Readings
from drivers.decoders.sample_array import SampleArray
from drivers.decoders.wire_field import STRUCT_CODES, WireField
from drivers.errors import DecodeError
from dsp.packed import Packed, Packing
from dsp.signals import Layout, Quantity
from firmware_profiles.schema import WIRE_BYTES, Profile, Stream

LONGEST_VALUE_BYTES = 512
"""Of a characteristic (Bluetooth Core 5.4, vol 3, part F, 3.2.9)."""


@dataclass(frozen=True, slots=True)
class PackedStream:
    """Fast path for a fixed header whose only range-limited field is the number of samples after it.

    counts  that number by length of the packet, for every length that is allowed
    """

    head: struct.Struct
    names: list[str]
    count_at: int
    counts: dict[int, int]
    samples_at: int
    packing: Packing

    def read_head(self, payload: bytes) -> tuple[int, ...] | None:
        """Return the header's values; None if the packet does not fit exactly, and the table must decode it."""
        count = self.counts.get(len(payload))
        if count is None:
            return None
        values: tuple[int, ...] = self.head.unpack_from(payload)
        return values if values[self.count_at] == count else None


class FieldTable:
    """One `[stream.x]`, compiled for the parameters of one device."""

    def __init__(self, stream: Stream, params: Params) -> None:
        big_endian = stream.endian == "big"
        self._stream = stream
        compiled = [WireField.compile(field, big_endian=big_endian, params=params) for field in stream.fields]
        self._placed = [field for field in compiled if field.field.at is not None]
        self._fields = [field for field in compiled if field.field.at is None]
        self._samples = (
            None if stream.samples is None else SampleArray(stream.samples, big_endian=big_endian, params=params)
        )
        plain = 0
        while plain < len(self._fields) and _is_plain_and_always_there(self._fields[plain]):
            plain += 1
        codes = [STRUCT_CODES[field.field.type] for field in self._fields[:plain]]
        self._head = struct.Struct((">" if big_endian else "<") + "".join(codes))
        self._head_names = [field.field.name for field in self._fields[:plain]]
        self._head_limited = [field for field in self._fields[:plain] if field.field.range is not None]
        self._tail = self._fields[plain:]
        self._disputed = [field for field in self._fields if field.field.disputed_type is not None]
        self.columns: dict[Quantity, tuple[WireField, int]] = {}
        for field in compiled:
            for i, (quantity, _) in enumerate(field.columns):
                self.columns.setdefault(quantity, (field, i))
        self.layout: Layout = tuple(self.columns) if self._samples is None else self._samples.layout
        self.packed = self._packed()

    def __deepcopy__(self, _memo: dict[int, object]) -> FieldTable:
        """Return itself: it is immutable."""
        return self

    def decode(self, payload: bytes) -> Decoded:
        """Decode every field in the packet. Raises DecodeError if the profile rejects the packet."""
        if len(payload) < self._head.size:
            raise DecodeError(f"{len(payload)} bytes, at least {self._head.size} are needed")
        values: dict[str, FieldValue] = dict(zip(self._head_names, self._head.unpack_from(payload), strict=True))
        for limited in self._head_limited:
            value = values[limited.field.name]
            assert isinstance(value, (int, float))
            values[limited.field.name] = limited.in_range(value)
        at, truncated = self._read_tail(payload, values) if self._tail else (self._head.size, False)
        if self._placed:
            self._read_placed(payload, values)
        samples = None
        if self._samples is not None:
            number, at = self._samples.end(payload, values)
            samples = self._samples.read(payload, number)
        if at < len(payload) and not truncated and self._stream.on_long == "error":
            raise DecodeError(f"{len(payload)} bytes, {at} expected")
        if self._stream.bits and "flags" in values:
            flags = _flags(values)
            values.update({name: bool(flags >> bit & 1) for name, bit in self._stream.bits.items()})
        return Decoded(values, samples, truncated)

    def _packed(self) -> PackedStream | None:
        """Return the fast path for packets of a fixed header and the samples it counts; None for other tables."""
        samples, packing = self._stream.samples, None if self._samples is None else self._samples.packing
        if samples is None or packing is None or self._tail or self._placed or self._stream.bits:
            return None
        if [field.field.name for field in self._head_limited] != [samples.count]:
            return None
        low, high = self._head_limited[0].field.range or (0, 0)
        most = min(math.floor(high), (LONGEST_VALUE_BYTES - samples.at) // packing.sample_bytes)
        lengths = [(samples.at + n * packing.sample_bytes, n) for n in range(math.ceil(low), most + 1)]
        counts = {length: n for length, n in lengths if length >= self._head.size}
        count_at = self._head_names.index(str(samples.count))
        return PackedStream(self._head, self._head_names, count_at, counts, samples.at, packing)

    def _read_tail(self, payload: bytes, values: dict[str, FieldValue]) -> tuple[int, bool]:
        """Read the fields after the header into `values`; return (end offset, whether the packet was truncated)."""
        at = self._head.size
        flags = _flags(values)
        for field in self._tail:
            if not field.is_present(flags):
                continue
            count = field.field.count
            if count == "rest":
                count = (len(payload) - at) // field.size
                if (len(payload) - at) % field.size and self._stream.on_short == "error":
                    raise DecodeError(f"{field.field.name} ends in the middle of a value")
            end = at + count * field.size
            if end > len(payload):
                self._refuse_short(payload, field, flags)
                return at, True
            values[field.field.name] = field.value(payload, at, count)
            at = end
        return at, False

    def _read_placed(self, payload: bytes, values: dict[str, FieldValue]) -> None:
        """Read the fields at fixed offsets into `values`."""
        for field in self._placed:
            at, count = field.field.at or 0, field.field.count
            if count == "rest":
                count = max(len(payload) - at, 0) // field.size
            if at + count * field.size <= len(payload):
                values[field.field.name] = field.value(payload, at, count)
            elif self._stream.on_short == "error":
                raise DecodeError(f"the packet ends before {field.field.name}: {len(payload)} bytes")

    def sampled(self, payload: bytes, decoded: Decoded) -> dict[str, npt.NDArray[np.float64]]:
        """Return the samples of an already decoded packet by field name, in the units of the profile."""
        if self._samples is None or decoded.samples is None:
            return {}
        return self._samples.by_name(payload, len(decoded.samples))

    def _refuse_short(self, payload: bytes, field: WireField, flags: int) -> None:
        if self._stream.on_short == "error":
            raise DecodeError(f"the packet ends before {field.field.name}: {len(payload)} bytes")
        if self._disputed and len(payload) == self._disputed_length(flags):
            raise DecodeError(f"{len(payload)} bytes fit only another interpretation of the format: {field.field.name}")

    def _disputed_length(self, flags: int) -> int:
        """Return the packet length with these flags if disputed fields had their alternative type; -1 if none has."""
        present = [field for field in self._fields if field.is_present(flags)]
        if not any(field in self._disputed for field in present):
            return -1
        return sum(_other_size(field) for field in present)


class FieldsDecoder:
    """Decoder of a stream that its table describes completely; more specific decoders build on it."""

    detail = ""

    def __init__(self, profile: Profile, stream_name: str, params: Params) -> None:
        stream = profile.stream[stream_name]
        self.table = FieldTable(stream, params)
        self.layout = self.table.layout
        self._ticks_field = stream.time.field if stream.time.source == "device" else None
        self._sequence_field = None if stream.sequence is None else stream.sequence.field
        self._packed = self.table.packed
        names = [] if self._packed is None else self._packed.names
        self._ticks_at = names.index(self._ticks_field) if self._ticks_field in names else None
        self._sequence_at = names.index(self._sequence_field) if self._sequence_field in names else None

    def __deepcopy__(self, _memo: dict[int, object]) -> FieldsDecoder:
        """Return itself: it has no state."""
        return self

    def fields(self, payload: bytes) -> Decoded:
        """Decode the fields; see Decoder."""
        decoded = self.table.decode(payload)
        decoded.sampled = self.table.sampled(payload, decoded)
        return decoded

    def update(self, payload: bytes) -> Reading | None:
        """Decode into rows; see Decoder."""
        packed = self._packed
        if packed is not None and (head := packed.read_head(payload)) is not None:
            ticks_at, sequence_at = self._ticks_at, self._sequence_at
            return Reading(
                self.layout,
                Packed(payload[packed.samples_at :], packed.packing),
                None,
                None if ticks_at is None else head[ticks_at],
                None if sequence_at is None else head[sequence_at],
            )
        return self.reading(self.table.decode(payload))

    def update_all(self, payloads: Sequence[bytes]) -> Readings | None:
        """Decode several packets at once; None, with nothing done, if any of them needs the general path."""
        packed, ticks_at, sequence_at = self._packed, self._ticks_at, self._sequence_at
        if packed is None or ticks_at is None or sequence_at is None:
            return None
        heads = [head for payload in payloads if (head := packed.read_head(payload)) is not None]
        if len(heads) < len(payloads):
            return None
        values = packed.packing.values(b"".join([payload[packed.samples_at :] for payload in payloads]))
        count_at = packed.count_at
        return Readings(values, [(head[count_at], head[ticks_at], head[sequence_at]) for head in heads])

    def reading(self, decoded: Decoded) -> Reading | None:
        """Turn decoded fields into rows; None if the stream provides no quantity."""
        values = decoded.samples
        if not self.layout:
            return None
        if values is None:
            values = np.array([self.row(decoded)])
        ticks = decoded.fields.get(self._ticks_field) if self._ticks_field is not None else None
        sequence = decoded.fields.get(self._sequence_field) if self._sequence_field is not None else None
        return Reading(
            self.layout,
            values,
            ticks=ticks if isinstance(ticks, int) else None,
            sequence=sequence if isinstance(sequence, int) else None,
        )

    def row(self, decoded: Decoded) -> list[float]:
        """Return one row of the stream's layout in canonical units, NaN where a field is absent."""
        return [field.canonical(decoded.fields.get(field.field.name), i) for field, i in self.table.columns.values()]


build = FieldsDecoder


def _is_plain_and_always_there(field: WireField) -> bool:
    always = field.field.if_bit is None and field.field.unless_bit is None
    return always and field.is_plain and field.field.count == 1 and field.field.type in STRUCT_CODES


def _flags(values: dict[str, FieldValue]) -> int:
    flags = values.get("flags", 0)
    return flags if isinstance(flags, int) else 0


def _other_size(field: WireField) -> int:
    return WIRE_BYTES[field.field.disputed_type or field.field.type]
