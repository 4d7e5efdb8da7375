"""Data frames of Polar Measurement Data: plain and delta-encoded samples, and their timestamps.

Sources: Polar's PMD specification, the test suite of its SDK, and packets captured by users.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from drivers.errors import DecodeError

Integers = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]

ECG, ACC, GYRO, MAG = 0, 2, 5, 6
COMPRESSED = 0x80
WIDEST_BITS = 32
STRETCH_LIMIT = 1.5
"""Above this many nominal periods between samples, a frame was lost: samples are timed back from the last one."""
MAG_STATUS = ("unknown", "poor", "ok", "good")


@dataclass(frozen=True, slots=True)
class _Shape:
    """Channels and bits per sample; `scale` converts raw to the unit (compressed frames: times the device's factor)."""

    channels: int
    bits: int
    scale: float = 1.0
    is_float: bool = False
    has_status: bool = False


_SHAPES: dict[tuple[int, int], _Shape] = {
    (ECG, 0): _Shape(1, 24),
    (ACC, 0): _Shape(3, 8),
    (ACC, 1): _Shape(3, 16),
    (ACC, 2): _Shape(3, 24),
    (ACC, COMPRESSED): _Shape(3, 16, 1000.0),
    (ACC, COMPRESSED | 1): _Shape(3, 16),
    (GYRO, COMPRESSED): _Shape(3, 16),
    (GYRO, COMPRESSED | 1): _Shape(3, 32, is_float=True),
    (MAG, COMPRESSED): _Shape(3, 16),
    (MAG, COMPRESSED | 1): _Shape(4, 16, 0.001, has_status=True),
}
"""Units: ECG uV, ACC mg, GYRO deg/s, MAG gauss."""


@dataclass(frozen=True, slots=True)
class PmdSamples:
    """`raw` (n, c) as sent; `values` (n, c) in the unit, without the status channel; `status` names, if any."""

    raw: Integers
    values: Array
    status: tuple[str, ...]
    truncated: bool


def decode_samples(kind: int, frame_type: int, data: bytes, factor: float, *, keep_cut: bool = False) -> PmdSamples:
    """Decode the samples after the 10-byte header. Raises DecodeError for an unknown or malformed frame.

    factor    scale of compressed frames, from the device's response to the start command
    keep_cut  keep the complete samples of a truncated frame instead of raising DecodeError
    """
    shape = _SHAPES.get((kind, frame_type))
    if shape is None:
        raise DecodeError(f"frame type {frame_type:#04x} of measurement {kind} is unknown")
    scale = shape.scale
    if frame_type & COMPRESSED:
        raw, truncated = decode_deltas(data, shape.channels, shape.bits, keep_cut=keep_cut)
        scale *= factor
    else:
        raw, truncated = _plain(data, shape, keep_cut=keep_cut)
    status: tuple[str, ...] = ()
    numbers: npt.NDArray[Any] = raw
    if shape.has_status:
        numbers = raw[:, :-1]
        words = raw[:, -1].tolist()
        status = tuple(MAG_STATUS[word] if 0 <= word < len(MAG_STATUS) else "unknown" for word in words)
    if shape.is_float:
        numbers = numbers.astype(np.int32).view(np.float32)
    values = numbers.astype(np.float64) * np.float64(scale)
    return PmdSamples(raw, values, status, truncated)


def decode_deltas(data: bytes, channels: int, bits: int, *, keep_cut: bool = False) -> tuple[Integers, bool]:
    """Decode a reference sample and its delta blocks into ((n, channels) integers, whether the data were truncated).

    Block: width u8, count u8, then count * channels deltas of `width` bits, least significant bit first, two's
    complement. Raises DecodeError.
    """
    size = -(-bits // 8)
    at = channels * size
    if len(data) < at:
        raise DecodeError(f"{len(data)} bytes are too few for a reference sample of {at}")
    reference = [int.from_bytes(data[i : i + size], "little", signed=True) for i in range(0, at, size)]
    blocks = [np.array([reference], dtype=np.int64)]
    truncated = False
    while at < len(data) and not truncated:
        if at + 2 > len(data):
            truncated = True
            break
        width, count = data[at], data[at + 1]
        if width > WIDEST_BITS:
            raise DecodeError(f"deltas of {width} bits are not supported")
        at += 2
        size = -(-width * count * channels // 8)
        if at + size > len(data):
            truncated = True
            count = (len(data) - at) * 8 // (width * channels)
        deltas = _signed(data[at : at + size], width, count * channels).reshape(count, channels)
        if count:
            blocks.append(blocks[-1][-1] + np.cumsum(deltas, axis=0))
        at += size
    if truncated and not keep_cut:
        raise DecodeError(f"{len(data)} bytes end inside a block of deltas")
    values = np.concatenate(blocks)
    if bits == WIDEST_BITS:
        values = values.astype(np.uint32).view(np.int32).astype(np.int64)
    return values, truncated


def sample_times_ns(previous_ns: int | None, last_ns: int, n: int, rate_hz: float) -> list[float]:
    """Return the times of a frame's samples; the last one has the frame's timestamp.

    previous_ns  timestamp of the previous frame; the samples divide the time since then, unless a frame was lost
    Raises DecodeError if neither the previous frame nor the sample rate is known.
    """
    if previous_ns is not None and last_ns > previous_ns:
        step_ns = (last_ns - previous_ns) / n
        if rate_hz <= 0 or step_ns <= STRETCH_LIMIT * 1e9 / rate_hz:
            return [previous_ns + (i + 1) * step_ns for i in range(n)]
    if rate_hz <= 0:
        raise DecodeError("neither the frame before nor the sample rate is known")
    step_ns = 1e9 / rate_hz
    first_ns = last_ns - (n - 1) * step_ns
    if first_ns < 0:
        raise DecodeError(f"{n} samples at {rate_hz:g} Hz do not fit before {last_ns} ns")
    return [last_ns - (n - 1 - i) * step_ns for i in range(n)]


def _plain(data: bytes, shape: _Shape, *, keep_cut: bool) -> tuple[Integers, bool]:
    size = shape.channels * shape.bits // 8
    n, rest = divmod(len(data), size)
    if n == 0 or (rest and not keep_cut):
        raise DecodeError(f"{len(data)} bytes are not a multiple of the {size}-byte sample")
    step = shape.bits // 8
    numbers = [int.from_bytes(data[i : i + step], "little", signed=True) for i in range(0, n * size, step)]
    return np.array(numbers, dtype=np.int64).reshape(n, shape.channels), bool(rest)


def _signed(data: bytes, width: int, count: int) -> Integers:
    """Return (count,) two's complement integers of `width` bits each, least significant bit first."""
    if width == 0 or count == 0:
        return np.zeros(count, dtype=np.int64)
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")[: count * width].reshape(count, width)
    weights = 1 << np.arange(width, dtype=np.int64)
    weights[-1] = -weights[-1]
    numbers: Integers = bits @ weights
    return numbers
