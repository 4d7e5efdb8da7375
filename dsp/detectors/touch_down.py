"""Initial contact of a foot whose turning does not show it: at the first jolt of the force.

A heel that strikes is thrown down, and the pitch rate jumps (`landing`). The first step from standing, a step in a turn
and a foot that is put down softly slow their turn to an end, and meet the ground up to a quarter of a second later.
However it came down, the ground knocks the shoe. For walkers only: a running foot is soon knocked by its push-off, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dsp.detectors.foot import FootEvent
from dsp.samples.trace import Trace


@dataclass(frozen=True, slots=True)
class TouchDownParams:
    """When a contact is clear; set by hand on the walkers of `docs/accuracy-shoes.md`, nothing was fitted.

    clear_radps, clear_share  a contact with a jump of the pitch rate above both is clear; the second is a share of the
                              swing before
    before_s, after_s         otherwise the jolt comes between this long before the end of the turn and this long after
                              the foot is down
    span_s                    a jolt is a change of the force within this, at any sampling rate
    jolt_share                the first that is at least this share of the largest is the contact
    """

    clear_radps: float = 2.0
    clear_share: float = 0.5
    before_s: float = 0.05
    after_s: float = 0.3
    span_s: float = 0.02
    jolt_share: float = 0.6


def first_jolt_s(trace: Trace, from_s: float, to_s: float, params: TouchDownParams) -> float:
    """Return the middle of the first large jolt between two times of the trace."""
    t = trace.t_s
    first, last = max(1, trace.first_at(from_s)), min(trace.first_at(to_s), len(t) - 1)
    if last < first:
        return t[last]
    span = min(first, max(1, round(params.span_s * (last - first + 1) / (t[last] - t[first - 1]))))
    x, y, z = (axis[first - span : last + 1] for axis in trace.axes[:3])
    jolts = [
        (x[k] - x[k - span]) ** 2 + (y[k] - y[k - span]) ** 2 + (z[k] - z[k - span]) ** 2 for k in range(span, len(x))
    ]
    enough = params.jolt_share * params.jolt_share * max(jolts)
    found = first + next(k for k, jolt in enumerate(jolts) if jolt >= enough)
    return 0.5 * (t[found] + t[found - span])


class TouchDowns:
    """Holds an unclear contact until its jolt must have come."""

    def __init__(self, params: TouchDownParams | None = None) -> None:
        self._p = params or TouchDownParams()
        self._held: FootEvent | None = None
        self._due_s = 0.0

    def hold(self, contact: FootEvent, down_s: float) -> bool:
        """Take a walker's contact; return whether it is held, as it is not clear. The foot is down at `down_s`."""
        if contact.jump > max(self._p.clear_radps, self._p.clear_share * contact.size):
            return False
        self._held, self._due_s = contact, down_s + self._p.after_s
        return True

    def release(self) -> FootEvent | None:
        """Return the held contact unchanged, as another event comes before its jolt."""
        held, self._held = self._held, None
        return held

    def take_jolted(self, trace: Trace, now_s: float) -> FootEvent | None:
        """Return the held contact, timed by its jolt, once that must have come."""
        if self._held is None or now_s < self._due_s:
            return None
        held, self._held = self._held, None
        when = first_jolt_s(trace, held.t_s - self._p.before_s, self._due_s, self._p)
        return replace(held, t_s=when, contact_s=when)
