"""One cue at a time: whose turn it is.

Alarm fatigue is real and identical repeats get ignored (domain 4): after a cue there is quiet, the same cue waits
longer, and only something worse may cut in.
"""

from __future__ import annotations

from dataclasses import dataclass

from dsp.records import Cue, Severity, Side
from dsp.signals import NS_PER_S

_RANK = {Severity.INFO: 0, Severity.ADVICE: 1, Severity.WARNING: 2, Severity.STOP: 3}


@dataclass(frozen=True, slots=True)
class TurnParams:
    """quiet_s: after any cue; same_s: before the same rule speaks again about the same leg."""

    quiet_s: float = 20.0
    same_s: float = 90.0


class Turn:
    """Lets a proposed cue through, or not."""

    def __init__(self, params: TurnParams | None = None) -> None:
        self._p = params or TurnParams()
        self._last: Cue | None = None
        self._said: dict[tuple[str, Side | None], Cue] = {}

    def offer(self, cue: Cue) -> Cue | None:
        """The cue if it may be said now."""
        key = (cue.rule, cue.side)
        if self._too_soon(cue, self._last, self._p.quiet_s) or self._too_soon(cue, self._said.get(key), self._p.same_s):
            return None
        self._last = cue
        self._said[key] = cue
        return cue

    @staticmethod
    def _too_soon(cue: Cue, before: Cue | None, wait_s: float) -> bool:
        if before is None or cue.t_ns - before.t_ns >= wait_s * NS_PER_S:
            return False
        return _RANK[cue.severity] <= _RANK[before.severity]
