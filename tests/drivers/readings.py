"""Decode one notification that must give rows."""

from __future__ import annotations

from drivers.decoders.reading import Decoder, Reading


def read(decoder: Decoder, payload: bytes | str) -> Reading:
    """Decode bytes, or their hex; they must give rows."""
    reading = decoder.update(bytes.fromhex(payload) if isinstance(payload, str) else payload)
    assert reading is not None
    return reading
