"""Extract frames from notifications where the two do not coincide."""

from __future__ import annotations

from typing import Protocol

from firmware_profiles.schema import Frame


class Framing(Protocol):
    """Extracts frames from the notifications of one characteristic, in order.

    skipped  bytes so far that belonged to no frame
    """

    skipped: int

    def feed(self, payload: bytes) -> list[bytes]:
        """Return the frames that are complete now; raises nothing."""


class Resync:
    """Fixed-length frames without a checksum, found by their headers, wherever notifications cut them.

    Complete frames are skipped over, so that header bytes inside a frame are not mistaken for a header. After bytes
    outside of any frame, a header counts only if another one follows where the next frame must begin, as far as known.
    """

    def __init__(self, frame: Frame) -> None:
        self._heads = tuple(map(bytes.fromhex, frame.heads))
        self._length = frame.length
        self._held = b""
        self.skipped = 0

    def feed(self, payload: bytes) -> list[bytes]:
        """Return the frames that are complete now; see Framing."""
        if self._held and payload.startswith(self._heads) and not self._fits(payload):
            # The rest of the previous frame was lost with its notification.
            self.skipped += len(self._held)
            self._held = b""
        data, at, frames = self._held + payload, 0, []
        while len(data) - at >= self._length:
            if data.startswith(self._heads, at):
                frames.append(data[at : at + self._length])
                at += self._length
            else:
                at += self._next_head(data, at)
        if at < len(data) and not self._may_begin(data[at:]):
            at += self._next_head(data, at)
        self._held = data[at:]
        return frames

    def _fits(self, payload: bytes) -> bool:
        """Return whether a frame begins in `payload` exactly where the incomplete one would end."""
        end = self._length - len(self._held)
        return end < len(payload) and self._may_begin(payload[end:])

    def _may_begin(self, data: bytes) -> bool:
        """Return whether the bytes begin with a header, or with as much of one as they contain."""
        return any(data[: len(head)] == head[: len(data)] for head in self._heads)

    def _next_head(self, data: bytes, at: int) -> int:
        """Return the number of bytes to skip from `at` to the next place where a frame may begin."""
        for i in range(at + 1, len(data)):
            if self._may_begin(data[i:]) and (
                i + self._length >= len(data) or self._may_begin(data[i + self._length :])
            ):
                self.skipped += i - at
                return i - at
        self.skipped += len(data) - at
        return len(data) - at


DATA, DATA_PART2 = 2, 3
HEAD_BYTES, STAMP_BYTES = 2, 4


class MovesenseGsp:
    """Joins DATA and DATA_PART2 of the Movesense GATT SensorData Protocol; responses to commands are not frames.

    A packet is complete when its samples fill whole rows of `row_bytes` (three axes of each of its sensors). The second
    part has the same reference; any other data packet in between means that it was lost.
    """

    def __init__(self, row_bytes: int) -> None:
        self._row_bytes = row_bytes
        self._half = b""
        self.skipped = 0

    def feed(self, payload: bytes) -> list[bytes]:
        """Return the packet that is complete now, if any; see Framing."""
        if len(payload) < HEAD_BYTES or payload[0] not in {DATA, DATA_PART2}:
            return []
        if payload[0] == DATA:
            self._drop()
            if self._is_whole(payload):
                return [payload]
            self._half = payload
            return []
        half, self._half = self._half, b""
        whole = half + payload[HEAD_BYTES:]
        if half[1:2] == payload[1:2] and self._is_whole(whole):
            return [whole]
        self.skipped += len(half) + len(payload)
        return []

    def _drop(self) -> None:
        self.skipped += len(self._half)
        self._half = b""

    def _is_whole(self, packet: bytes) -> bool:
        rows = len(packet) - HEAD_BYTES - STAMP_BYTES
        return rows > 0 and rows % self._row_bytes == 0


def build_framing(frame: Frame, row_bytes: int) -> Framing:
    """Build the framing of one stream; `row_bytes` is the size of one of its samples."""
    return Resync(frame) if frame.kind == "resync" else MovesenseGsp(row_bytes)
