"""From notifications to frames, where one is not the other."""

from __future__ import annotations

from typing import Protocol

from firmware_profiles.schema import Frame


class Framing(Protocol):
    """Takes notifications of one characteristic in order.

    skipped  bytes that belonged to no frame so far
    """

    skipped: int

    def feed(self, payload: bytes) -> list[bytes]:
        """Give the frames that are whole now; raises nothing."""


class Resync:
    """Frames of one length without a checksum, found by their heads, wherever notifications cut them.

    Whole frames are stepped over, so that a head inside a frame is not taken for one. After bytes that were no frame, a
    head counts only if another one follows where the next frame must begin, as far as the bytes reach.
    """

    def __init__(self, frame: Frame) -> None:
        self._heads = tuple(map(bytes.fromhex, frame.heads))
        self._length = frame.length
        self._held = b""
        self.skipped = 0

    def feed(self, payload: bytes) -> list[bytes]:
        """Give the frames that are whole now, see Framing."""
        if self._held and payload.startswith(self._heads) and not self._fits(payload):
            # The rest of the frame before was lost with its notification.
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
        """Tell whether a frame begins in `payload` right where the held one would end."""
        end = self._length - len(self._held)
        return end < len(payload) and self._may_begin(payload[end:])

    def _may_begin(self, data: bytes) -> bool:
        """Tell whether the bytes are the beginning of a frame, as far as they go."""
        return any(data[: len(head)] == head[: len(data)] for head in self._heads)

    def _next_head(self, data: bytes, at: int) -> int:
        """Count the bytes to skip from `at` to the next place where a frame may begin."""
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
    """Joins DATA and DATA_PART2 of the Movesense GATT SensorData Protocol; answers to commands are no frames.

    A packet is whole when its floats make whole rows of `row_bytes` (three axes of each of its sensors); the second
    part has the same reference, and whatever else comes first means that it was lost.
    """

    def __init__(self, row_bytes: int) -> None:
        self._row_bytes = row_bytes
        self._half = b""
        self.skipped = 0

    def feed(self, payload: bytes) -> list[bytes]:
        """Give the packet that is whole now, see Framing."""
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
    """Make the framing of one stream; `row_bytes` is the size of one sample of it."""
    return Resync(frame) if frame.kind == "resync" else MovesenseGsp(row_bytes)
