"""The file under a recording: takes bytes in memory, puts them on disk whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import IO, Protocol, cast

from mcap.writer import CompressionType, Writer

from drivers.errors import RecordingError
from drivers.recordings.held_file import hold

CHUNK_BYTES = 256 * 1024
"""A chunk ends here even before its second is over."""

PENDING_LIMIT_BYTES = 8 * 1024 * 1024
"""What may wait for a disk that refuses to write: some 10 minutes of three sensors."""
_FOR_WRITING = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)


class RecordingFile:
    """Writable stream for the container's writer; `commit` moves what has gathered to disk.

    A write that fails leaves the file as it was before, so that the next one continues where the last good one ended.
    It is held while it is open (`held_file`), and for this user only: recordings hold pain reports.
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
        """Tell whether too much waits already."""
        return len(self._pending) > PENDING_LIMIT_BYTES

    def write(self, data: bytes) -> int:
        """Take bytes; nothing reaches the disk yet."""
        self._pending += data
        return len(data)

    def tell(self) -> int:
        """Return the position, counting what waits."""
        return self._on_disk + len(self._pending)

    def flush(self) -> None:
        """Do nothing: `commit` decides when."""

    def commit(self) -> None:
        """Hand everything to the operating system; RecordingError (and nothing written) where it refuses."""
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
        """Commit, make durable, close. RecordingError where the last bytes could not be written."""
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
        """Close without what waits; what is on disk stays."""
        self.closed = True
        self._disk.close()

    def _roll_back(self) -> None:
        try:
            self._disk.truncate(self._on_disk)
            self._disk.seek(self._on_disk)
        except OSError as error:
            raise RecordingError(f"{self._path} is damaged: {error.strerror}; what was there before is kept") from error


def _opened(path: Path) -> IO[bytes]:
    """Open an empty file that we hold; raises OSError, and RecordingError (it stays as it is) when somebody has it."""
    disk = os.fdopen(os.open(path, _FOR_WRITING, 0o600), "r+b", buffering=0)
    with contextlib.ExitStack() as on_failure:
        on_failure.enter_context(disk)
        with contextlib.suppress(OSError):  # no locks there: not a reason not to record
            if not hold(disk.fileno()):
                raise RecordingError(f"cannot record to {path}: another hub is recording to it")
        if os.fstat(disk.fileno()).st_size:  # a device cannot be cut
            disk.truncate()
        on_failure.pop_all()
    return disk


class McapWriter(Protocol):
    """What we use of mcap's Writer, typed."""

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
    """Start an MCAP file: zstd chunks with CRCs and the default indexes, which foreign readers need."""
    writer: McapWriter = Writer(cast("IO[bytes]", file), chunk_size=CHUNK_BYTES, compression=CompressionType.ZSTD)
    writer.start(profile="", library="stridecue")
    return writer
