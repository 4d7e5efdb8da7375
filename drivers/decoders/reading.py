"""The output of a decoder for one notification, before its samples are placed on the hub's timeline."""

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
    """The fields of one notification by name: missing = not in the packet, None = the device sent "not available".

    samples    (n, k) float64 in canonical units; None if the stream has no samples
    truncated  the packet is shorter than its flags state, which the profile allows
    sampled    (n, c) float64 for each sample field, by name, in the profile's unit; only `Decoder.fields` fills it
    """

    fields: dict[str, FieldValue]
    samples: npt.NDArray[np.float64] | None = None
    truncated: bool = False
    sampled: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """Rows of one layout, oldest first.

    rows      (n, k), canonical units, NaN = absent
    before_s  (n,) seconds by which each row precedes the notification, for host-timed streams; None = at the
              notification
    ticks     the device's raw timestamp; None if it has none
    sequence  the device's raw sample counter; None if it has none
    """

    layout: Layout
    rows: Rows
    before_s: npt.NDArray[np.float64] | None = None
    ticks: int | None = None
    sequence: int | None = None

    @property
    def values(self) -> Array:
        """`rows` as (n, k) float64."""
        return values_of(self.rows)


class Readings(NamedTuple):
    """Several notifications decoded at once.

    values   (n, k) float64, the rows of all notifications in order
    packets  (number of rows, ticks, sequence) of each notification
    """

    values: npt.NDArray[np.float64]
    packets: list[tuple[int, int, int]]


class Decoder(Protocol):
    """Decoder of one stream of one device. `fields` is pure; `update` may keep state between packets."""

    layout: Layout

    @property
    def detail(self) -> str:
        """Return a note for the user on how values are read, e.g. the cadence rule that applies; may be empty."""

    def fields(self, payload: bytes) -> Decoded:
        """Decode the fields; raises DecodeError and nothing else."""

    def update(self, payload: bytes) -> Reading | None:
        """Decode into rows; None while a record is incomplete or if the stream provides no quantity.

        Raises DecodeError and nothing else.
        """


@runtime_checkable
class Learner(Protocol):
    """A decoder whose stream `learns_from` another characteristic."""

    def learn(self, payload: bytes) -> None:
        """Take a packet of that characteristic; raises nothing."""


Params: TypeAlias = Mapping[str, float]
