"""Decoder of streams whose notifications contain several frames, or parts of frames."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from drivers.decoders.fields import FieldsDecoder
from drivers.decoders.framing import Framing, build_framing
from drivers.decoders.reading import Decoded, Params, Reading
from drivers.decoders.selector import Selector
from drivers.errors import DecodeError
from firmware_profiles.schema import WIRE_BYTES, Profile, Stream


class FramedDecoder:
    """Decodes the frames that the stream's `when` selects; the rows of one notification become one reading."""

    def __init__(self, profile: Profile, stream_name: str, params: Params) -> None:
        stream = profile.stream[stream_name]
        assert stream.frame is not None
        self._frame = profile.frame[stream.frame]
        self._row_bytes = _row_bytes(stream)
        self._framing = self._new_framing()
        self._selector = Selector(stream.when)
        self._single = FieldsDecoder(profile, stream_name, params)
        self.layout = self._single.layout

    @property
    def detail(self) -> str:
        """Report how many bytes belonged to no frame."""
        skipped = self._framing.skipped
        return f"{skipped} bytes outside of frames were skipped" if skipped else ""

    def fields(self, payload: bytes) -> Decoded:
        """Decode the frames in one notification on its own; see `fields_of`."""
        return self.fields_of([payload])

    def fields_of(self, payloads: Sequence[bytes]) -> Decoded:
        """Decode the frames in these notifications on their own: fields of the last frame, samples of all.

        Raises DecodeError if there is no complete frame of this stream.
        """
        framing = self._new_framing()
        frames = [frame for payload in payloads for frame in framing.feed(payload) if self._selector.accepts(frame)]
        parts = [self._single.fields(frame) for frame in frames]
        if not parts:
            raise DecodeError(f"{sum(map(len, payloads))} bytes contain no complete frame of this stream")
        samples = [part.samples for part in parts if part.samples is not None]
        sampled = {name: np.vstack([part.sampled[name] for part in parts]) for name in parts[-1].sampled}
        return Decoded(parts[-1].fields, np.vstack(samples) if samples else None, parts[-1].truncated, sampled)

    def update(self, payload: bytes) -> Reading | None:
        """Decode the frames that are complete now into rows; see Decoder."""
        frames = [frame for frame in self._framing.feed(payload) if self._selector.accepts(frame)]
        readings = [reading for frame in frames if (reading := self._single.update(frame)) is not None]
        if not readings:
            return None
        first = readings[0]
        if len(readings) == 1:
            return first
        values = np.vstack([reading.values for reading in readings])
        return Reading(self.layout, values, None, first.ticks, first.sequence)

    def _new_framing(self) -> Framing:
        return build_framing(self._frame, self._row_bytes)


build = FramedDecoder


def _row_bytes(stream: Stream) -> int:
    """Return the bytes per sample; 1 for a stream without samples, so that every length is a multiple."""
    fields = [] if stream.samples is None else stream.samples.fields
    return sum(WIRE_BYTES[field.type] * (field.count if isinstance(field.count, int) else 1) for field in fields) or 1
