"""What every message gets from the properties of its run: topic, sequence number and UTC time."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from dsp.records import Record
from dsp.thresholds import onset
from hub.messages.delivery import for_others
from hub.messages.lines import line_fields, seconds
from hub.messages.topics import Topics
from hub.messages.wire import CueMessage, MarkMessage, Post, ThresholdMessage, utc
from hub.telemetry.run_info import RunInfo


class MessageHeaders:
    """Numbers the messages of a run per topic, and converts timestamps."""

    def __init__(self, run_info: RunInfo) -> None:
        self.topics = Topics(run_info.runner)
        self._run_info = run_info
        self._seq: Counter[str] = Counter()

    def t_s(self, t_ns: int) -> float:
        """Return a timestamp as seconds since the session's start."""
        return seconds(t_ns, self._run_info.t0_ns)

    def line(self, record: Record) -> dict[str, Any]:
        """Return the fields of a record's line, with `t_s` in seconds since the session's start."""
        return line_fields(record, self._run_info.t0_ns)

    def counted(self, topic: str, message: CueMessage | MarkMessage | ThresholdMessage) -> Post:
        """Number a message if others get it too; else `seq` is 0, as a gap would reveal that something was withheld."""
        numbered = msgspec.structs.replace(message, seq=self._seq[topic] + 1)
        if for_others(numbered) is None or self._is_withheld(message):
            return Post(topic, message)
        self._seq[topic] += 1
        return Post(topic, numbered)

    def _is_withheld(self, message: CueMessage | MarkMessage | ThresholdMessage) -> bool:
        is_onset = isinstance(message, ThresholdMessage) and message.detector == onset.DETECTOR
        return is_onset and not self._run_info.shares_onset

    def stamp(self, topic: str, t_ns: int, *, again: bool = False) -> dict[str, Any]:
        """Return time and number; a repetition to one broker (`again`) keeps the number of the latest message."""
        self._seq[topic] += not again or not self._seq[topic]
        return {"t": self.utc(t_ns), "seq": self._seq[topic]}

    def utc(self, t_ns: int) -> str:
        """Return a timestamp as UTC in the format of messages."""
        return utc(self._run_info.unix_zero_ns + t_ns)
