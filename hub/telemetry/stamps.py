"""What stays the same for a whole run, and what every message of it bears: its topic, number and time in UTC."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from dsp.records import Record
from dsp.runner.triage import PainRule
from dsp.thresholds import onset
from hub.messages.delivery import for_others
from hub.messages.lines import line_fields, seconds
from hub.messages.topics import Topics
from hub.messages.wire import CueMessage, MarkMessage, Post, ThresholdMessage, utc


@dataclass(frozen=True, slots=True)
class About:
    """What stays the same for a whole run.

    instance       tells this hub from another one with the same runner
    unix_zero_ns   Unix ns of `t_ns = 0`: the one place where wall time comes in
    t0_ns          second 0 of the session's axis
    earlier_runs   how many runs this one is compared with
    pain_rule      how much pain it may go on with
    shares_onset   whether others are told the states of `onset`
    """

    runner: str
    instance: str
    source: Literal["live", "replay", "demo"]
    unix_zero_ns: int
    t0_ns: int
    earlier_runs: int = 0
    pain_rule: PainRule = PainRule.TREK
    shares_onset: bool = True


class Stamps:
    """Numbers the messages of a run, topic by topic."""

    def __init__(self, about: About) -> None:
        self.topics = Topics(about.runner)
        self._about = about
        self._seq: Counter[str] = Counter()

    def t_s(self, t_ns: int) -> float:
        """Give a time on the session's axis."""
        return seconds(t_ns, self._about.t0_ns)

    def line(self, record: Record) -> dict[str, Any]:
        """Give the fields of a record's line, with its time on the session's axis."""
        return line_fields(record, self._about.t0_ns)

    def counted(self, topic: str, message: CueMessage | MarkMessage | ThresholdMessage) -> Post:
        """Number what others get too: a gap would tell them that there was something of which they are told nothing."""
        numbered = msgspec.structs.replace(message, seq=self._seq[topic] + 1)
        if for_others(numbered) is None or self._is_kept_back(message):
            return Post(topic, message)
        self._seq[topic] += 1
        return Post(topic, numbered)

    def _is_kept_back(self, message: CueMessage | MarkMessage | ThresholdMessage) -> bool:
        is_onset = isinstance(message, ThresholdMessage) and message.detector == onset.DETECTOR
        return is_onset and not self._about.shares_onset

    def stamp(self, topic: str, t_ns: int, *, again: bool = False) -> dict[str, Any]:
        """Time and number; what one broker is told again has the number of what all were told last."""
        self._seq[topic] += not again or not self._seq[topic]
        return {"t": self.utc(t_ns), "seq": self._seq[topic]}

    def utc(self, t_ns: int) -> str:
        """Give the time in UTC as messages write it."""
        return utc(self._about.unix_zero_ns + t_ns)
