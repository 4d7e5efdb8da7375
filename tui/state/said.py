"""The cues that were said: the newest, and how long it could be seen."""

from __future__ import annotations

from collections import deque

from hub.messages.session_status import ReplayStatus
from hub.messages.wire import CueMessage

CUES_KEPT = 20
CUE_SHOWN_S = 20.0
"""Long enough to be read between two glances at a treadmill display; afterwards it is history and says so."""
GLANCE_S = 2.0
"""What could be seen for less was not read."""
LATE_S = 5.0
"""A cue that the run's own time shows to be older than this beyond its coming waited for a dashboard that hung."""


class Said:
    """Bounded. Times `_s` are of the dashboard's clock; in a replay all ages are of the run's, which can be held."""

    def __init__(self) -> None:
        self.newest: CueMessage | None = None
        self.at_s = 0.0
        self.count = 0
        self.history: deque[tuple[float, CueMessage]] = deque(maxlen=CUES_KEPT)
        self._missed: CueMessage | None = None  # came and went behind a dialog
        self._missed_at_s = 0.0
        self._covered = False
        self._looked_s: float | None = None
        self._replayed = False
        self._hidden_s = 0.0  # of the newest cue's age, behind a dialog
        self._played_s = 0.0  # in a replay: how long the newest cue could be read

    def add(self, cue: CueMessage, now_s: float, listed_s: float, *, replayed: bool) -> None:
        """Take a cue in; `listed_s`: what the list of them says of when it came."""
        self.count += 1
        self.history.append((listed_s, cue))
        if replayed and self.newest is not None and cue.t_s < self.newest.t_s:
            return  # told of a place before
        self._missed = None
        if self.newest is not None and self._hidden_s and self._seen_s(now_s) < GLANCE_S:
            self._missed, self._missed_at_s = self.newest, self.at_s
        self._replayed = replayed
        self.newest, self.at_s = cue, now_s
        self._hidden_s = self._played_s = 0.0

    def look(self, now_s: float, *, covered: bool) -> None:
        """Note whether a dialog covers what is said, and has since the last look."""
        if covered and self._looked_s is not None:
            self._hidden_s += max(0.0, now_s - max(self._looked_s, self.at_s))
        self._looked_s, self._covered = now_s, covered

    def played(self, before: ReplayStatus, now: ReplayStatus) -> None:
        """A replay went on: so much longer the newest cue could be read, whatever the speed."""
        if self.newest is None or self._covered:
            return
        from_s = self.newest.t_s if before.state == "seeking" else max(before.position_s, self.newest.t_s)
        read_s = max(0.0, now.position_s - from_s) / max(1.0, now.speed)
        self._played_s = read_s if before.state == "seeking" else self._played_s + read_s

    def run_says(self, t_s: float, now_s: float) -> None:
        """The run's own time is `t_s`: what came much later than it was said is as old as it is."""
        if self.newest is not None and t_s - self.newest.t_s > now_s - self.at_s + LATE_S:
            self.at_s = now_s - (t_s - self.newest.t_s)

    def fresh(self, now_s: float) -> tuple[CueMessage, float] | None:
        """The cue to show, and when it came: the newest, then one that was missed behind a dialog; None: history."""
        if self.newest is None:
            return None
        seen_s = self._seen_s(now_s)
        if seen_s <= CUE_SHOWN_S:
            return self.newest, self.at_s
        if self._missed is not None and seen_s <= 2.0 * CUE_SHOWN_S:
            return self._missed, self._missed_at_s
        return None

    def _seen_s(self, now_s: float) -> float:
        return self._played_s if self._replayed else now_s - self.at_s - self._hidden_s
