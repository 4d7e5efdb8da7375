"""Read the intact chunks of an MCAP file that was truncated or damaged, also those after a damaged one.

A chunk is intact if its checksum matches. After one that is not, the next is found by its header, which has the name
of the compression at a fixed offset, next to two lengths that must agree.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, TypeAlias

import zstandard
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Channel, Message, Metadata, Schema

from drivers.errors import RecordingError

McapContent: TypeAlias = Metadata | Schema | Channel | Message

MAGIC = b"\x89MCAP0\r\n"
RECORD_LIMIT_BYTES = 256 * 1024 * 1024
"""A chunk is a second of data; a length beyond this is damage, not a record."""
TORN = (McapError, zstandard.ZstdError, struct.error, ValueError, EOFError, MemoryError, OverflowError)
"""Errors that parsing may raise on damaged data."""

_HEAD = struct.Struct("<BQ")
_CHUNK = struct.Struct("<QQQII4sQ")
"""Start time, end time, uncompressed size, CRC, 4-letter compression name with its length, compressed size."""
_CHUNK_HEAD_BYTES = _HEAD.size + _CHUNK.size
_NAME = b"\x04\x00\x00\x00zstd"
_NAME_AT = _HEAD.size + 28
_MESSAGE = struct.Struct("<HIQQ")
_FOOTER = struct.Struct("<BQQQI")
_SCAN_BYTES = 1 << 20


@dataclass(slots=True)
class Condition:
    """The condition of a file, known once it has been read to its end.

    damaged  number of chunks that could not be read
    has_end  whether the file was closed properly
    """

    damaged: int = 0
    has_end: bool = False


class ChunkFile:
    """One file, read once from start to end."""

    def __init__(self, path: Path, condition: Condition) -> None:
        self._path = path
        self._condition = condition
        self._channels: set[int] = set()
        self._summary: list[McapContent] | None = None

    def records(self) -> Iterator[McapContent]:
        """Yield the intact records in file order; a channel always precedes its messages.

        Raises RecordingError if the file cannot be opened or is not an MCAP file.
        """
        with open_recording(self._path) as stream:
            size = stream.seek(0, 2)
            self._condition.has_end = _footer(stream, size) is not None
            at: int | None = len(MAGIC)
            while at is not None and at + _HEAD.size <= size:
                stream.seek(at)
                opcode, length = _HEAD.unpack(stream.read(_HEAD.size))
                end = at + _HEAD.size + length
                if opcode == Opcode.DATA_END and length == 4:
                    return
                if (chunk := self._chunk(stream, at, size)) is not None:
                    content, at = chunk
                    yield from self._content(content, stream, size)
                elif end <= size and _is_index(stream, at, length):
                    at = end
                elif opcode in {Opcode.HEADER, Opcode.METADATA} and end <= size:
                    yield from _metadata(stream, at, opcode, length)
                    at = end
                else:
                    at = self._next_chunk(stream, at)

    def _next_chunk(self, stream: BinaryIO, at: int) -> int | None:
        """Return the offset of the next chunk header after `at`; count a skipped chunk, except a truncated tail."""
        stream.seek(at)
        was_chunk = stream.read(1)[0] == Opcode.CHUNK or _chunk_header(stream, at) is not None
        found = _find_header(stream, at + 1)
        if was_chunk and (found is not None or self._condition.has_end):
            self._condition.damaged += 1
        return found

    @staticmethod
    def _chunk(stream: BinaryIO, at: int, size: int) -> tuple[bytes, int] | None:
        """Return (uncompressed content, end offset) of the chunk at `at`; None if there is no intact one."""
        stream.seek(at)
        head = stream.read(_CHUNK_HEAD_BYTES)
        if len(head) < _CHUNK_HEAD_BYTES:
            return None
        opcode, length = _HEAD.unpack_from(head)
        _, _, unpacked, crc, name_length, name, packed = _CHUNK.unpack_from(head, _HEAD.size)
        if name_length != 4 or name != b"zstd":
            return _plain_chunk(stream, at, size) if opcode == Opcode.CHUNK else None
        # Either length gives the end of the data; if one of them is damaged, the checksum decides.
        for packed_bytes in {packed, length - _CHUNK.size}:
            end = at + _CHUNK_HEAD_BYTES + packed_bytes
            if packed_bytes < 0 or end > size or max(packed_bytes, unpacked) > RECORD_LIMIT_BYTES:
                continue
            stream.seek(at + _CHUNK_HEAD_BYTES)
            data = stream.read(packed_bytes)
            try:
                if zstandard.frame_content_size(data) != unpacked:
                    continue
                content = zstandard.decompress(data, unpacked)
            except TORN:
                continue
            if crc in {0, zlib.crc32(content)}:
                return content, end
        return None

    def _content(self, content: bytes, stream: BinaryIO, size: int) -> Iterator[McapContent]:
        """Yield a chunk's records; messages of an undescribed channel count as damage, once per chunk."""
        at, known, is_short = 0, self._channels, False
        head, message, opcode_message = _HEAD.unpack_from, _MESSAGE.unpack_from, int(Opcode.MESSAGE)
        while at + _HEAD.size <= len(content):
            opcode, length = head(content, at)
            start = at + _HEAD.size
            at = start + length
            if opcode == opcode_message:
                channel, sequence, log_time, publish_time = message(content, start)
                if channel not in known:
                    yield from self._described(stream, size)
                if channel in known:
                    yield Message(channel, log_time, content[start + _MESSAGE.size : at], publish_time, sequence)
                else:
                    is_short = True
            elif (record := _described_by(opcode, content[start:at])) is not None:
                if isinstance(record, Channel):
                    known.add(record.id)
                yield record
        self._condition.damaged += is_short

    def _described(self, stream: BinaryIO, size: int) -> Iterator[McapContent]:
        """Yield, once, the schemas and channels repeated at the end of a finished file."""
        if self._summary is not None:
            return
        self._summary = _summary(stream, size)
        for record in self._summary:
            if isinstance(record, Schema) or (isinstance(record, Channel) and record.id not in self._channels):
                yield record
        self._channels.update(record.id for record in self._summary if isinstance(record, Channel))


def open_recording(path: Path) -> BinaryIO:
    """Open an MCAP file, positioned after its magic. Raises RecordingError if there is none."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise RecordingError(f"cannot open {path}: {error.strerror}") from error
    if stream.read(len(MAGIC)) != MAGIC:
        stream.close()
        raise RecordingError(f"{path} is not a recording (not an MCAP file)")
    return stream


def _plain_chunk(stream: BinaryIO, at: int, size: int) -> tuple[bytes, int] | None:
    """Read an uncompressed chunk, as other tools may write; see ChunkFile._chunk."""
    stream.seek(at)
    _, length = _HEAD.unpack(stream.read(_HEAD.size))
    end = at + _HEAD.size + length
    if end > size or length > RECORD_LIMIT_BYTES:
        return None
    body = stream.read(length)
    if len(body) < 40 or body[28:32] != b"\x00\x00\x00\x00":
        return None
    unpacked, crc = struct.unpack_from("<QI", body, 16)
    content = body[40:]
    return (content, end) if len(content) == unpacked and crc in {0, zlib.crc32(content)} else None


def _chunk_header(stream: BinaryIO, at: int) -> int | None:
    """Return the compressed size in the chunk header at `at`; None if there is no header of a zstd chunk."""
    stream.seek(at)
    head = stream.read(_CHUNK_HEAD_BYTES)
    if len(head) < _CHUNK_HEAD_BYTES or head[_NAME_AT : _NAME_AT + len(_NAME)] != _NAME:
        return None
    return int(_CHUNK.unpack_from(head, _HEAD.size)[6])


def _find_header(stream: BinaryIO, start: int) -> int | None:
    """Return the offset of the first chunk header at or after `start`, None if there is none."""
    at = start + _NAME_AT
    while True:
        stream.seek(at)
        window = stream.read(_SCAN_BYTES)
        hit = window.find(_NAME)
        if hit >= 0:
            return at + hit - _NAME_AT
        if len(window) < _SCAN_BYTES:
            return None
        at += len(window) - len(_NAME) + 1


def _is_index(stream: BinaryIO, at: int, length: int) -> bool:
    """Return whether there is a message index at `at`, which can be skipped: its two lengths agree."""
    stream.seek(at + _HEAD.size)
    body = stream.read(6)
    return len(body) == 6 and length == 6 + struct.unpack_from("<I", body, 2)[0]


def _metadata(stream: BinaryIO, at: int, opcode: int, length: int) -> Iterator[McapContent]:
    if opcode != Opcode.METADATA or length > RECORD_LIMIT_BYTES:
        return
    stream.seek(at + _HEAD.size)
    body = stream.read(length)
    try:
        record: Metadata = Metadata.read(ReadDataStream(BytesIO(body)))
    except TORN:
        return
    yield record


def _described_by(opcode: int, body: bytes) -> Schema | Channel | None:
    """Parse a schema or channel record; None for anything else and for damaged data."""
    read = {int(Opcode.SCHEMA): Schema.read, int(Opcode.CHANNEL): Channel.read}.get(opcode)
    if read is None:
        return None
    try:
        record: Schema | Channel = read(ReadDataStream(BytesIO(body)))
    except TORN:
        return None
    return record


def _footer(stream: BinaryIO, size: int) -> tuple[int, int, int] | None:
    """Return (summary start, summary offset start, summary CRC) of a finished file; None for a truncated one."""
    at = size - len(MAGIC) - _FOOTER.size
    if at < len(MAGIC):
        return None
    stream.seek(at)
    tail = stream.read()
    opcode, length, summary, offsets, crc = _FOOTER.unpack_from(tail)
    is_footer = opcode == Opcode.FOOTER and length == 20
    return (summary, offsets, crc) if is_footer or tail.endswith(MAGIC) else None


def _summary(stream: BinaryIO, size: int) -> list[McapContent]:
    """Read the schemas and channels in the summary section; none if its checksum does not match."""
    footer = _footer(stream, size)
    if footer is None:
        return []
    start, _, crc = footer
    end = size - len(MAGIC) - _FOOTER.size
    if not len(MAGIC) <= start < end or end - start > RECORD_LIMIT_BYTES:
        return []
    stream.seek(start)
    data = stream.read(size - len(MAGIC) - 4 - start)
    if zlib.crc32(data) != crc:
        return []
    found: list[McapContent] = []
    at = 0
    while at + _HEAD.size <= end - start:
        opcode, length = _HEAD.unpack_from(data, at)
        body = data[at + _HEAD.size : at + _HEAD.size + length]
        if (record := _described_by(opcode, body)) is not None:
            found.append(record)
        at += _HEAD.size + length
    return found
