"""The file of a recording: buffers bytes in memory and writes them to disk completely or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import IO, Protocol, cast

from mcap.writer import CompressionType, Writer

from drivers.errors import RecordingError
from drivers.recordings.file_lock import lock

CHUNK_BYTES = 256 * 1024
"""A chunk ends at this size even before its second is over."""

PENDING_LIMIT_BYTES = 8 * 1024 * 1024
"""Maximum buffered while the disk refuses writes: about 10 minutes of three sensors."""
_FOR_WRITING = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)


class RecordingFile:
    """Writable stream for the MCAP writer; `commit` moves the buffered bytes to disk.

    A failed write leaves the file unchanged, so that the next one continues where the last good one ended. The file is
    locked while it is open (`file_lock`), and readable by its owner only: recordings contain pain reports.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.closed = False
        try:
            self._disk = _opened(path)
        except OSError as error:
            raise RecordingError(f"cannot record to {path}: {error.strerror}; choose another folder") from error
        self._pending = bytearray()
        self._on_disk = 0

    @property
    def is_full(self) -> bool:
        """Whether the buffer has reached its limit."""
        return len(self._pending) > PENDING_LIMIT_BYTES

    def write(self, data: bytes) -> int:
        """Buffer bytes; nothing reaches the disk yet."""
        self._pending += data
        return len(data)

    def tell(self) -> int:
        """Return the position, including the buffered bytes."""
        return self._on_disk + len(self._pending)

    def flush(self) -> None:
        """Do nothing: `commit` decides when."""

    def commit(self) -> None:
        """Write the buffer to the file. Raises RecordingError, with the file unchanged, if that fails."""
        try:
            written = 0
            while written < len(self._pending):
                written += self._disk.write(bytes(self._pending[written:])) or 0
        except OSError as error:
            self._roll_back()
            raise RecordingError(f"cannot write to {self._path}: {error.strerror}; is the disk full?") from error
        self._on_disk += len(self._pending)
        self._pending.clear()

    def close(self) -> None:
        """Commit, sync to disk and close. Raises RecordingError if the last bytes cannot be written."""
        if self.closed:
            return
        self.closed = True
        try:
            self.commit()
            os.fsync(self._disk.fileno())
        except OSError as error:
            raise RecordingError(f"cannot finish {self._path}: {error.strerror}") from error
        finally:
            self._disk.close()

    def abandon(self) -> None:
        """Close and discard the buffer; what is on disk is kept."""
        self.closed = True
        self._disk.close()

    def _roll_back(self) -> None:
        try:
            self._disk.truncate(self._on_disk)
            self._disk.seek(self._on_disk)
        except OSError as error:
            raise RecordingError(f"{self._path} is damaged: {error.strerror}; earlier data are kept") from error


def _opened(path: Path) -> IO[bytes]:
    """Create or empty a file and lock it. Raises OSError, or RecordingError (file unchanged) if it is locked."""
    disk = os.fdopen(os.open(path, _FOR_WRITING, 0o600), "r+b", buffering=0)
    with contextlib.ExitStack() as on_failure:
        on_failure.enter_context(disk)
        with contextlib.suppress(OSError):  # a file system without locks is no reason not to record
            if not lock(disk.fileno()):
                raise RecordingError(f"cannot record to {path}: another hub is recording to it")
        if os.fstat(disk.fileno()).st_size:  # a device file cannot be truncated
            disk.truncate()
        on_failure.pop_all()
    return disk


class McapWriter(Protocol):
    """Typed subset of mcap's Writer."""

    def start(self, profile: str = ..., library: str = ...) -> None:
        """Write the header."""

    def add_metadata(self, name: str, data: dict[str, str]) -> None:
        """Write a metadata record, outside of any chunk."""

    def register_schema(self, name: str, encoding: str, data: bytes) -> int:
        """Return the id of a new schema."""

    def register_channel(
        self, topic: str, message_encoding: str, schema_id: int, metadata: dict[str, str] = ...
    ) -> int:
        """Return the id of a new channel."""

    def add_message(self, channel_id: int, log_time: int, data: bytes, publish_time: int) -> None:
        """Add a message to the chunk."""

    def flush(self) -> None:
        """End the chunk."""

    def finish(self) -> None:
        """End the chunk and write the index."""


def mcap_writer(file: RecordingFile) -> McapWriter:
    """Start an MCAP file of zstd chunks with CRCs and the default indexes, which other tools need."""
    writer: McapWriter = Writer(cast("IO[bytes]", file), chunk_size=CHUNK_BYTES, compression=CompressionType.ZSTD)
    writer.start(profile="", library="stridecue")
    return writer
