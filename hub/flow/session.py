"""The session: starts by itself when the runner runs, pauses when they stop, ends with the hub. Data time only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from dsp.records import Mark, Metric, Record, Step
from dsp.signals import NS_PER_S

RUNNING_KEY = "running"
"""The metric that says so: 1 while running, 0 when standing or walking."""
FRESH_S = 5.0
"""A metric older than this is not shown any more."""

SessionState: TypeAlias = Literal["waiting", "running", "paused", "ended"]


@dataclass(frozen=True, slots=True)
class SessionSoFar:
    """Where a session stands.

    ran_ns            time spent running up to the latest pause
    running_since_ns  since when it has been running again
    """

    state: SessionState = "waiting"
    started_ns: int | None = None
    steps: int = 0
    ran_ns: int = 0
    running_since_ns: int = 0


class Session:
    """Feed it every record; read `state`, `steps`, `started_ns` and `elapsed_s`."""

    def __init__(self) -> None:
        self.standing = SessionSoFar()  # a replay that goes back puts an earlier one here

    @property
    def state(self) -> SessionState:
        """What the runner does."""
        return self.standing.state

    @property
    def started_ns(self) -> int | None:
        """When running began, None before that."""
        return self.standing.started_ns

    @property
    def steps(self) -> int:
        """How many steps there were."""
        return self.standing.steps

    def update(self, record: Record) -> bool:
        """Take a record in; True when the state changed."""
        now = self.standing
        if isinstance(record, Step):
            self.standing = replace(now, steps=now.steps + 1)
            return False
        if not isinstance(record, Metric) or record.key != RUNNING_KEY or now.state == "ended":
            return False
        runs = record.value >= 0.5
        if runs == (now.state == "running") or (now.state == "waiting" and not runs):
            return False
        if runs:
            started_ns = record.t_ns if now.started_ns is None else now.started_ns
            self.standing = replace(now, state="running", running_since_ns=record.t_ns, started_ns=started_ns)
        else:
            self.standing = replace(now, state="paused", ran_ns=self._ran_ns(record.t_ns))
        return True

    def timed(self, record: Record) -> Record:
        """Give a mark with its place in the run; any other record as it is."""
        if not isinstance(record, Mark):
            return record
        return replace(record, running_s=round(self.elapsed_s(record.t_ns), 1))

    def elapsed_s(self, t_ns: int) -> float:
        """Give the running time up to `t_ns`, pauses left out."""
        return self._ran_ns(t_ns) / NS_PER_S

    def end(self, t_ns: int) -> None:
        """Close the session; nothing starts it again."""
        self.standing = replace(self.standing, state="ended", ran_ns=self._ran_ns(t_ns))

    def _ran_ns(self, t_ns: int) -> int:
        now = self.standing
        return now.ran_ns + (max(0, t_ns - now.running_since_ns) if now.state == "running" else 0)
