"""What happened where in a recording: what one jumps to, and what the line of a player shows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable

from dsp.records import Cue, PainReport, Record, Threshold
from dsp.signals import NS_PER_S
from hub.messages.lines import seconds
from hub.messages.wire import MarkKind, ReplayMark

KINDS: tuple[MarkKind, ...] = ("cue", "threshold", "pain")
LEAD_NS = 5 * NS_PER_S
"""A jump ends so long before what it is about."""
SHOWN_A_KIND = 100
"""One of a kind in each hundredth of the recording: no line on a screen shows more."""


class ReplayMarks:
    """The marks of the recording itself; of one without any (an import), those of this replay.

    recorded  (t_ns, kind) of what the recording has
    """

    def __init__(self, recorded: Iterable[tuple[int, MarkKind]]) -> None:
        self._marks = sorted(recorded)
        self._is_own = not self._marks

    def observe(self, record: Record) -> None:
        """See what this replay says."""
        kind = _kind(record) if self._is_own else None
        if kind is None:
            return
        mark = (record.t_ns, kind)
        place = bisect_left(self._marks, mark)
        if place == len(self._marks) or self._marks[place] != mark:
            insort(self._marks, mark)

    def next_ns(self, here_ns: int) -> int | None:
        """Give the place shortly before what comes next."""
        place = bisect_right(self._marks, here_ns + LEAD_NS, key=_time)
        return self._marks[place][0] - LEAD_NS if place < len(self._marks) else None

    def last_ns(self, here_ns: int) -> int | None:
        """Give the place shortly before what came last."""
        place = bisect_left(self._marks, here_ns + LEAD_NS, key=_time)
        return self._marks[place - 1][0] - LEAD_NS if place else None

    def shown(self, t0_ns: int, end_ns: int) -> list[ReplayMark]:
        """Give what a line from `t0_ns` to `end_ns` shows."""
        span_ns = max(1, end_ns - t0_ns)
        first = {(kind, SHOWN_A_KIND * (t_ns - t0_ns) // span_ns): (t_ns, kind) for t_ns, kind in reversed(self._marks)}
        return [ReplayMark(seconds(t_ns, t0_ns), kind) for t_ns, kind in sorted(first.values())]


def _kind(record: Record) -> MarkKind | None:
    match record:
        case Cue():
            return "cue"
        case Threshold():
            return "threshold"
        case PainReport():
            return "pain"
    return None


def _time(mark: tuple[int, MarkKind]) -> int:
    return mark[0]
