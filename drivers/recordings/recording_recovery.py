"""Repair a truncated recording, so that other tools can open it too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mcap.records import Channel, Message, Metadata, Schema

from drivers.errors import RecordingError
from drivers.recordings.file_lock import locked
from drivers.recordings.recording import RecordingReader
from drivers.recordings.recording_chunks import ChunkFile, Condition
from drivers.recordings.recording_file import RecordingFile, mcap_writer


@dataclass(frozen=True, slots=True)
class Recovery:
    """Result of a recovery.

    messages  number of readable messages
    was_cut   whether the file was truncated and has been rewritten
    damaged   number of unreadable chunks
    """

    messages: int
    was_cut: bool
    damaged: int = 0


def recover(path: Path) -> Recovery:
    """Rewrite a truncated recording in place with all its content and an index; leave a complete one unchanged.

    A damaged one is left unchanged as well: rewriting it would discard the damaged part for good.

    Raises RecordingError if `path` is not a recording, if a hub is still writing it, or if the new file cannot be
    written (the old one is then kept).
    """
    RecordingReader(path)
    with locked(path):
        found = _survey(path)
        if found.was_cut:
            _rewrite(path)
    return found


def _survey(path: Path) -> Recovery:
    """Count the readable messages and damaged chunks, and determine whether the file needs rewriting."""
    condition = Condition()
    messages = sum(isinstance(record, Message) for record in ChunkFile(path, condition).records())
    return Recovery(messages, not condition.has_end and not condition.damaged, condition.damaged)


def _rewrite(path: Path) -> None:
    partial = path.with_name(path.name + ".recovered")
    file = RecordingFile(partial)
    writer = mcap_writer(file)
    schemas = {0: 0}
    channels: dict[int, int] = {}
    try:
        for record in ChunkFile(path, Condition()).records():
            if isinstance(record, Metadata):
                writer.add_metadata(record.name, record.metadata)
            elif isinstance(record, Schema):
                schemas[record.id] = writer.register_schema(record.name, record.encoding, record.data)
            elif isinstance(record, Channel):
                channels[record.id] = writer.register_channel(
                    record.topic, record.message_encoding, schemas[record.schema_id], record.metadata
                )
            elif isinstance(record, Message):
                writer.add_message(channels[record.channel_id], record.log_time, record.data, record.publish_time)
                file.commit()
        writer.finish()
        file.close()
        try:
            partial.replace(path)
        except OSError as error:
            raise RecordingError(f"{path}: cannot be replaced by the recovered file: {error.strerror}") from error
    finally:
        if not file.closed:
            file.abandon()
        partial.unlink(missing_ok=True)
