"""Makes a recording that was cut off whole again, so that other tools open it too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mcap.records import Channel, Footer, Message, Metadata, Schema

from drivers.recordings.recording import RecordingReader, intact_records
from drivers.recordings.recording_file import RecordingFile, mcap_writer


@dataclass(frozen=True, slots=True)
class Recovery:
    """messages kept; `was_cut` = the file had no end and was written anew."""

    messages: int
    was_cut: bool


def recover(path: Path) -> Recovery:
    """Rewrite a cut recording in place with everything that can be read, indexed; leave a whole one alone.

    Raises RecordingError where `path` is no recording or the new file cannot be written (the old one then stays).
    """
    RecordingReader(path)
    found = _survey(path)
    if found.was_cut:
        _rewrite(path)
    return found


def _survey(path: Path) -> Recovery:
    """Count the messages that can be read and tell whether the end is missing."""
    messages, has_end = 0, False
    for record in intact_records(path):
        messages += isinstance(record, Message)
        has_end = isinstance(record, Footer)
    return Recovery(messages, was_cut=not has_end)


def _rewrite(path: Path) -> None:
    beside = path.with_name(path.name + ".recovered")
    file = RecordingFile(beside)
    writer = mcap_writer(file)
    schemas = {0: 0}
    channels: dict[int, int] = {}
    try:
        for record in intact_records(path):
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
        beside.replace(path)
    finally:
        if not file.closed:
            file.abandon()
        beside.unlink(missing_ok=True)
