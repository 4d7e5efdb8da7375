"""What a decoder makes of one notification, before anyone knows when it was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from dsp.packed import Array, Rows, values_of
from dsp.signals import Layout

FieldValue: TypeAlias = bool | int | float | str | tuple[float | str | None, ...] | None


@dataclass(slots=True)
class Decoded:
    """The fields of one notification by name: missing = not in the packet, None = the device says "not available".

    samples    (n, k) float64 in canonical units, None where the stream has no samples
    truncated  the packet ended before its flags said so and the profile allows that
    sampled    (n, c) float64 of each field of the samples, by name, in the profile's unit; only `fields` fills it
    """

    fields: dict[str, FieldValue]
    samples: npt.NDArray[np.float64] | None = None
    truncated: bool = False
    sampled: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """Rows of one layout, oldest first.

    rows      (n, k), canonical units, NaN = absent
    before_s  (n,) seconds each row lies before the notification, for host-timed streams; None = at the notification
    ticks     the device's timestamp as read, `sequence` its counter, None where it has none
    """

    layout: Layout
    rows: Rows
    before_s: npt.NDArray[np.float64] | None = None
    ticks: int | None = None
    sequence: int | None = None

    @property
    def values(self) -> Array:
        """(n, k) float64: `rows` as numbers."""
        return values_of(self.rows)


class Readings(NamedTuple):
    """Several notifications decoded at once.

    values   (n, k) float64, their rows one after the other
    packets  (rows, ticks, sequence) of each
    """

    values: npt.NDArray[np.float64]
    packets: list[tuple[int, int, int]]


class Decoder(Protocol):
    """One stream of one device. `fields` is pure; `update` may remember earlier packets."""

    layout: Layout

    @property
    def detail(self) -> str:
        """Return what the user should know about how values are read, e.g. the cadence rule that fired; else ''."""

    def fields(self, payload: bytes) -> Decoded:
        """Decode the fields; raises DecodeError and nothing else."""

    def update(self, payload: bytes) -> Reading | None:
        """Decode into rows; None while a record is incomplete or where the stream gives no quantity.

        Raises DecodeError and nothing else.
        """


@runtime_checkable
class Learner(Protocol):
    """A decoder whose stream `learns_from` another characteristic."""

    def learn(self, payload: bytes) -> None:
        """Take a packet of that characteristic; raises nothing."""


Params: TypeAlias = Mapping[str, float]
