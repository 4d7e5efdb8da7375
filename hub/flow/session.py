"""The session: starts by itself when the runner runs, pauses when they stop, ends with the hub. Data time only."""

from __future__ import annotations

from typing import Literal, TypeAlias

from dsp.records import Metric, Record, Step
from dsp.signals import NS_PER_S

RUNNING_KEY = "running"
"""The metric that says so: 1 while running, 0 when standing or walking."""
FRESH_S = 5.0
"""A metric older than this is not shown any more."""

SessionState: TypeAlias = Literal["waiting", "running", "paused", "ended"]


class Session:
    """Feed it every record; read `state`, `steps`, `started_ns` and `elapsed_s`."""

    def __init__(self) -> None:
        self.state: SessionState = "waiting"
        self.started_ns: int | None = None
        self.steps = 0
        self._ran_ns = 0
        self._running_since_ns = 0

    def update(self, record: Record) -> bool:
        """Take a record in; True when the state changed."""
        if isinstance(record, Step):
            self.steps += 1
            return False
        if not isinstance(record, Metric) or record.key != RUNNING_KEY or self.state == "ended":
            return False
        runs = record.value >= 0.5
        if runs == (self.state == "running") or (self.state == "waiting" and not runs):
            return False
        if runs:
            self.state = "running"
            self._running_since_ns = record.t_ns
            self.started_ns = record.t_ns if self.started_ns is None else self.started_ns
        else:
            self._stop_counting(record.t_ns)
            self.state = "paused"
        return True

    def elapsed_s(self, t_ns: int) -> float:
        """Give the running time up to `t_ns`, pauses left out."""
        since_ns = max(0, t_ns - self._running_since_ns) if self.state == "running" else 0
        return (self._ran_ns + since_ns) / NS_PER_S

    def end(self, t_ns: int) -> None:
        """Close the session; nothing starts it again."""
        if self.state == "running":
            self._stop_counting(t_ns)
        self.state = "ended"

    def saved(self) -> dict[str, object]:
        """Give a copy of what it has come to: all that it has, numbers and names."""
        return dict(self.__dict__)

    def restore(self, saved: dict[str, object]) -> None:
        """Go on from what `saved` gave."""
        self.__dict__.update(saved)

    def _stop_counting(self, t_ns: int) -> None:
        self._ran_ns += max(0, t_ns - self._running_since_ns)
