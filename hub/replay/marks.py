"""Events in a recording: the targets of jumps, and the marks on a player's timeline."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from dsp.cues.pain_noted import described
from dsp.records import Cue, Mark, PainReport, Record, Side, Threshold
from dsp.texts import mark_text, threshold_text
from hub.messages.lines import encode_line, seconds
from hub.messages.session_status import MarkKind, ReplayMark

KINDS: tuple[MarkKind, ...] = ("cue", "threshold", "mark", "pain")
"""In increasing importance."""
WITHDRAWN = "withdrawn"
SHOWN_PER_KIND = 100
"""One of a kind in each hundredth of the recording: no timeline on a screen shows more."""


@dataclass(frozen=True, slots=True)
class Landmark:
    """An event that a jump can go to.

    at_ns  arrival time of the packet that caused it, so that events of one packet share a position
    words  its text
    """

    at_ns: int
    kind: MarkKind
    words: str

    @classmethod
    def read(cls, at_ns: int, kind: MarkKind, data: bytes) -> Landmark:
        """Create a landmark from a line of the recording; an invalid line gives one without words."""
        try:
            line = _LINE.decode(data)
        except msgspec.DecodeError:
            return cls(at_ns, kind, "")
        return cls(at_ns, kind, line.words(kind))


class _Line(msgspec.Struct):
    """The fields of these lines that make up the words, of any version."""

    text: str | None = None
    by: str = ""
    detector: str = ""
    state: str = ""
    side: Side | None = None
    level: int | None = None
    site: str | None = None
    numb: bool | None = None
    takes_back_s: float | None = None

    def words(self, kind: MarkKind) -> str:
        match kind:
            case "cue":
                return self.text or ""
            case "threshold":
                return threshold_text(self.detector, self.state, self.side)
            case "mark":
                return mark_text(self.by, self.text) if self.by else self.text or ""
            case "pain":
                return described(self._report()) if self.takes_back_s is None else WITHDRAWN

    def _report(self) -> PainReport:
        return PainReport(0, self.level, self.site, self.side, None, self.numb)


_LINE = msgspec.json.Decoder(_Line)
_KIND: dict[type[Record], MarkKind] = {Cue: "cue", Threshold: "threshold", Mark: "mark", PainReport: "pain"}
RECORDED = {record.__name__.lower(): kind for record, kind in _KIND.items()}
"""Name of the record type in a recording -> kind of mark."""


def mark_of(record: Record, at_ns: int) -> Landmark | None:
    """Return the landmark for a record emitted at `at_ns`; None if it is not one to jump to."""
    kind = _KIND.get(type(record))
    return None if kind is None else Landmark.read(at_ns, kind, encode_line(record, 0))


class ReplayMarks:
    """The marks stored in the recording; if it has none (an import), those that this replay produces."""

    def __init__(self, recorded: Iterable[Landmark]) -> None:
        self._marks = sorted(recorded, key=_order)
        self._is_own = not self._marks
        self._observed: dict[tuple[int, MarkKind, str], Landmark] = {}

    def observe(self, mark: Landmark, t_ns: int) -> None:
        """Note a mark that this replay produces for a record of `t_ns`; of repetitions the earliest position counts.

        During a seek packets are processed many at a time, and a record follows only after the last of them.
        """
        if not self._is_own:
            return
        same = t_ns, mark.kind, mark.words
        known = self._observed.get(same)
        if known is not None and known.at_ns <= mark.at_ns:
            return
        if known is not None:
            self._marks.remove(known)
        self._observed[same] = mark
        insort(self._marks, mark, key=_order)

    def after(self, t_ns: int) -> Landmark | None:
        """Return the next mark after `t_ns`, of several at one position the most important."""
        place = bisect_right(self._marks, t_ns, key=_time)
        return self._most_important(self._marks[place].at_ns) if place < len(self._marks) else None

    def before(self, t_ns: int) -> Landmark | None:
        """Return the last mark before `t_ns`, of several at one position the most important."""
        place = bisect_left(self._marks, t_ns, key=_time)
        return self._marks[place - 1] if place else None

    def shown(self, t0_ns: int, end_ns: int) -> list[ReplayMark]:
        """Return the marks to show on a timeline from `t0_ns` to `end_ns`."""
        span_ns = max(1, end_ns - t0_ns)
        first = {(each.kind, SHOWN_PER_KIND * (each.at_ns - t0_ns) // span_ns): each for each in reversed(self._marks)}
        return [ReplayMark(seconds(each.at_ns, t0_ns), each.kind) for each in sorted(first.values(), key=_order)]

    def _most_important(self, at_ns: int) -> Landmark:
        return self._marks[bisect_right(self._marks, at_ns, key=_time) - 1]


def _time(mark: Landmark) -> int:
    return mark.at_ns


def _order(mark: Landmark) -> tuple[int, int, str]:
    return mark.at_ns, KINDS.index(mark.kind), mark.words
