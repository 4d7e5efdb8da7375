"""The session: starts when the runner starts running, pauses when they stop, ends with the hub. Data time only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from dsp.records import Mark, Metric, Record, Step
from dsp.signals import NS_PER_S

RUNNING_KEY = "running"
"""Key of the metric that is 1 while running and 0 when standing or walking."""
FRESH_S = 5.0
"""A metric older than this is no longer shown."""

SessionState: TypeAlias = Literal["waiting", "running", "paused", "ended"]


@dataclass(frozen=True, slots=True)
class SessionSoFar:
    """State of a session.

    started_ns        start of the first running; None before
    ran_ns            time spent running up to the latest pause
    running_since_ns  start of the current running
    """

    state: SessionState = "waiting"
    started_ns: int | None = None
    steps: int = 0
    ran_ns: int = 0
    running_since_ns: int = 0


class Session:
    """Derives session state, step count and running time from the records it is fed."""

    def __init__(self) -> None:
        self.progress = SessionSoFar()  # a replay that goes back restores an earlier one

    @property
    def state(self) -> SessionState:
        """Whether the runner has not started, is running, pauses or has ended."""
        return self.progress.state

    @property
    def started_ns(self) -> int | None:
        """When the runner first started running; None before that."""
        return self.progress.started_ns

    @property
    def steps(self) -> int:
        """Number of steps so far."""
        return self.progress.steps

    def update(self, record: Record) -> bool:
        """Update the session with a record; True when its state changed."""
        now = self.progress
        if isinstance(record, Step):
            self.progress = replace(now, steps=now.steps + 1)
            return False
        if not isinstance(record, Metric) or record.key != RUNNING_KEY or now.state == "ended":
            return False
        running = record.value >= 0.5
        if running == (now.state == "running") or (now.state == "waiting" and not running):
            return False
        if running:
            started_ns = record.t_ns if now.started_ns is None else now.started_ns
            self.progress = replace(now, state="running", running_since_ns=record.t_ns, started_ns=started_ns)
        else:
            self.progress = replace(now, state="paused", ran_ns=self._ran_ns(record.t_ns))
        return True

    def timed(self, record: Record) -> Record:
        """Return a mark with its running time filled in; any other record unchanged."""
        if not isinstance(record, Mark):
            return record
        return replace(record, running_s=round(self.elapsed_s(record.t_ns), 1))

    def elapsed_s(self, t_ns: int) -> float:
        """Return the running time up to `t_ns`, excluding pauses."""
        return self._ran_ns(t_ns) / NS_PER_S

    def end(self, t_ns: int) -> None:
        """End the session for good."""
        self.progress = replace(self.progress, state="ended", ran_ns=self._ran_ns(t_ns))

    def _ran_ns(self, t_ns: int) -> int:
        now = self.progress
        return now.ran_ns + (max(0, t_ns - now.running_since_ns) if now.state == "running" else 0)
