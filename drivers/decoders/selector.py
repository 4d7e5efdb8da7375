"""Select the packets of a characteristic that a stream reads: the profile's `when`."""

from __future__ import annotations

from firmware_profiles.schema import When


class Selector:
    """A compiled `when`; None accepts everything."""

    def __init__(self, when: When | None) -> None:
        self._at = 0 if when is None else when.at
        self._length = None if when is None else when.length
        self._heads = (b"",) if when is None else when.alternatives
        mask = None if when is None else when.mask
        self._mask = None if mask is None else int.from_bytes(bytes.fromhex(mask))
        self._masked = {int.from_bytes(head) for head in self._heads}

    def accepts(self, payload: bytes) -> bool:
        """Return whether the stream reads this packet."""
        if self._length is not None and len(payload) != self._length:
            return False
        if self._mask is None:
            return payload.startswith(self._heads, self._at)
        end = self._at + len(self._heads[0])
        return end <= len(payload) and int.from_bytes(payload[self._at : end]) & self._mask in self._masked
