"""The target of a jump: the next or previous event."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.recordings.replay import Pace
from dsp.signals import NS_PER_S
from hub.orders.order_desk import OrderError
from hub.replay.marks import Landmark, ReplayMarks

LEAD_NS = 5 * NS_PER_S
"""While playing, a jump ends this long before the event, so that it is seen coming; paused, at the event itself."""
AGAIN_S = 2.0
"""A jump back so soon after an event (at normal speed) means the event before it."""
NONE_LATER = "no later cue, threshold, mark or pain"
NONE_EARLIER = "no earlier cue, threshold, mark or pain"


@dataclass(frozen=True, slots=True)
class Jump:
    """A jump to `to_ns`, made for `mark`; `where` describes the target in words."""

    mark: Landmark
    to_ns: int
    where: str


def jump(marks: ReplayMarks, pace: Pace, here_ns: int, found: Landmark | None, *, back: bool) -> Jump:
    """Choose the target of a jump from `here_ns`; raises OrderError when there is no event to go to.

    found  the event that the previous jump went to
    """
    from_ns = _from_ns(pace, here_ns, found, back=back)
    mark = marks.before(from_ns) if back else marks.after(from_ns)
    if mark is None:
        raise OrderError(NONE_EARLIER if back else NONE_LATER)
    what = f"the {'last' if back else 'next'} {mark.kind}"
    if pace.paused:
        return Jump(mark, mark.at_ns + 1, f"at {what}")  # once the packet that caused it has been processed
    to_ns = mark.at_ns - LEAD_NS
    return Jump(mark, to_ns if back else max(to_ns, here_ns), f"shortly before {what}")


def _from_ns(pace: Pace, here_ns: int, found: Landmark | None, *, back: bool) -> int:
    """Return the position from which to search for the next or previous event."""
    if found is not None and here_ns <= found.at_ns + 1 and (here_ns >= found.at_ns or not pace.paused):
        return found.at_ns  # the replay is at that event, or on the way to it
    if pace.paused or not back:
        return here_ns
    return here_ns - round(AGAIN_S * max(1.0, pace.speed) * NS_PER_S)
