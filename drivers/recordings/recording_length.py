"""The length of a recording, read from its summary without reading the packets."""

from __future__ import annotations

from mcap.exceptions import McapError
from mcap.reader import SeekingReader

from drivers.recordings.recording import RecordingReader
from dsp.signals import NS_PER_S


def length_s(recording: RecordingReader) -> float | None:
    """Return the time from second 0 to the last message, in s; None if the recording is truncated or empty."""
    try:
        with recording.path.open("rb") as stream:
            summary = SeekingReader(stream).get_summary()
    except (McapError, OSError):
        return None
    if summary is None or summary.statistics is None or not summary.statistics.message_count:
        return None
    return max(0.0, (summary.statistics.message_end_time - recording.session.t0_ns) / NS_PER_S)
