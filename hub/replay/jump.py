"""Where a jump goes: to what happened next, or last."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.recordings.replay import Pace
from dsp.signals import NS_PER_S
from hub.orders.order_desk import OrderError
from hub.replay.marks import Landmark, ReplayMarks

LEAD_NS = 5 * NS_PER_S
"""While it plays a jump ends so long before what it is about, so that one sees it come; paused, where it was told."""
AGAIN_S = 2.0
"""Who jumps back so soon after something means what was before it."""
NONE_LATER = "no later cue, threshold, mark or pain"
NONE_EARLIER = "no earlier cue, threshold, mark or pain"


@dataclass(frozen=True, slots=True)
class Jump:
    """From `to_ns` on it is played again; `where` says so in words."""

    mark: Landmark
    to_ns: int
    where: str


def jump(marks: ReplayMarks, pace: Pace, here_ns: int, found: Landmark | None, *, back: bool) -> Jump:
    """Choose where to go from here; raises OrderError where there is nothing to go to.

    found  what the jump before this one went to
    """
    from_ns = _from_ns(pace, here_ns, found, back=back)
    mark = marks.before(from_ns) if back else marks.after(from_ns)
    if mark is None:
        raise OrderError(NONE_EARLIER if back else NONE_LATER)
    what = f"the {'last' if back else 'next'} {mark.kind}"
    if pace.paused:
        return Jump(mark, mark.at_ns + 1, f"at {what}")  # when the packet that it was told after has been worked off
    to_ns = mark.at_ns - LEAD_NS
    return Jump(mark, to_ns if back else max(to_ns, here_ns), f"shortly before {what}")


def _from_ns(pace: Pace, here_ns: int, found: Landmark | None, *, back: bool) -> int:
    """Give the place from which the next or last one is looked for."""
    if found is not None and here_ns <= found.at_ns + 1 and (here_ns >= found.at_ns or not pace.paused):
        return found.at_ns  # it is there, or plays up to there
    if pace.paused or not back:
        return here_ns
    return here_ns - round(AGAIN_S * max(1.0, pace.speed) * NS_PER_S)
