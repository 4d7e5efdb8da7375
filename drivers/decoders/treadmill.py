"""Treadmill Data of the Fitness Machine Service: one record may span several notifications."""

from __future__ import annotations

import numpy as np

from drivers.decoders.fields import FieldsDecoder
from drivers.decoders.reading import Decoded, FieldValue, Params, Reading
from drivers.decoders.requirement import require
from firmware_profiles.schema import Profile

MORE_DATA_FLAG = 0x0001
"""FTMS 1.0: set = this is not the last part of the record (and carries no speed)."""

MAX_PARTS = 4
"""A record has at most 13 fields in 1 to 3 notifications of 20 bytes; one that never ends is closed after this many."""


class TreadmillDecoder:
    """Joins the parts of a record until bit 0 of the flags is clear; later parts override earlier ones."""

    detail = ""

    def __init__(self, profile: Profile, stream_name: str, params: Params) -> None:
        require(profile, stream_name, numbers=("flags",))
        self._single = FieldsDecoder(profile, stream_name, params)
        self.layout = self._single.layout
        self._parts: dict[str, FieldValue] = {}
        self._waiting = 0

    def fields(self, payload: bytes) -> Decoded:
        """Decode the fields of one notification; see Decoder."""
        return self._single.fields(payload)

    def update(self, payload: bytes) -> Reading | None:
        """Decode into rows, None while the record is incomplete; see Decoder."""
        part = self._single.fields(payload)
        self._parts.update(part.fields)
        flags = part.fields["flags"]
        self._waiting += 1
        if isinstance(flags, int) and flags & MORE_DATA_FLAG and self._waiting < MAX_PARTS:
            return None
        record, self._parts, self._waiting = self._parts, {}, 0
        return Reading(self.layout, np.array([self._single.row(Decoded(record))]))


build = TreadmillDecoder
