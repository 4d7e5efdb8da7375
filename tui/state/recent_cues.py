"""The cues received: the newest, its history, and how long it has been visible."""

from __future__ import annotations

from collections import deque

from hub.messages.session_status import ReplayStatus
from hub.messages.wire import CueMessage

CUES_KEPT = 20
CUE_SHOWN_S = 20.0
"""Long enough to be read between two glances at a treadmill display; afterwards it is shown as history."""
GLANCE_S = 2.0
"""A cue visible for less than this has not been read."""
LATE_S = 5.0
"""A cue that is older by run time than by arrival time, by more than this, waited for a dashboard that hung."""


class RecentCues:
    """The newest cue, how long it has been visible, and a bounded history.

    Times are in seconds of the dashboard's clock; in a replay, ages are in recording time, which can be paused.
    """

    def __init__(self) -> None:
        self.newest: CueMessage | None = None
        self.at_s = 0.0
        self.count = 0
        self.history: deque[tuple[float, CueMessage]] = deque(maxlen=CUES_KEPT)
        self._missed: CueMessage | None = None  # came and went behind a dialog
        self._missed_at_s = 0.0
        self._covered = False
        self._updated_s: float | None = None
        self._replayed = False
        self._hidden_s = 0.0  # how long a dialog has hidden the newest cue
        self._played_s = 0.0  # in a replay: how long the newest cue could be read

    def add(self, cue: CueMessage, now_s: float, listed_s: float, *, replayed: bool) -> None:
        """Add a cue; `listed_s`: the time shown for it in the list of cues."""
        self.count += 1
        self.history.append((listed_s, cue))
        if replayed and self.newest is not None and cue.t_s < self.newest.t_s:
            return  # from an earlier place of the recording
        self._missed = None
        if self.newest is not None and self._hidden_s and self._seen_s(now_s) < GLANCE_S:
            self._missed, self._missed_at_s = self.newest, self.at_s
        self._replayed = replayed
        self.newest, self.at_s = cue, now_s
        self._hidden_s = self._played_s = 0.0

    def update_cover(self, now_s: float, *, covered: bool) -> None:
        """Account for the time since the last call, during which a dialog covered the banner if `covered`."""
        if covered and self._updated_s is not None:
            self._hidden_s += max(0.0, now_s - max(self._updated_s, self.at_s))
        self._updated_s, self._covered = now_s, covered

    def advance_replay(self, before: ReplayStatus, now: ReplayStatus) -> None:
        """Add the time for which the newest cue was readable while the replay advanced, at whatever speed."""
        if self.newest is None or self._covered:
            return
        from_s = self.newest.t_s if before.state == "seeking" else max(before.position_s, self.newest.t_s)
        read_s = max(0.0, now.position_s - from_s) / max(1.0, now.speed)
        self._played_s = read_s if before.state == "seeking" else self._played_s + read_s

    def correct_age(self, t_s: float, now_s: float) -> None:
        """Backdate the newest cue if it arrived much later than it was issued; `t_s`: the run's time now."""
        if self.newest is not None and t_s - self.newest.t_s > now_s - self.at_s + LATE_S:
            self.at_s = now_s - (t_s - self.newest.t_s)

    def fresh(self, now_s: float) -> tuple[CueMessage, float] | None:
        """Return the cue to show and when it arrived: the newest, then one missed behind a dialog; None: neither."""
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
