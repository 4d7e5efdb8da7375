"""Control items that a replay inserts among the packets when it changes its position."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from dsp.signals import NS_PER_S
from hub.flow.run_so_far import RunSoFar
from hub.flow.session import SessionSoFar

PLOTTED_NS = 10 * NS_PER_S
"""At least this much before the target of a seek is processed on the way there, as plots show it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Saved state of a run: what each part of it returned, and restores to continue from there.

    engine   the engine's state, opaque to all others
    session  state of the session
    run      metrics, cues, thresholds and the rest of the run so far
    notices  subject -> text of the run's notices about its sensors
    muted    whether the cues were muted
    """

    engine: dict[str, object]
    session: SessionSoFar
    run: RunSoFar
    notices: dict[str, str]
    muted: bool


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A position in a recording that a replay can continue from.

    item      number of items of the recording before it
    t_ns      arrival time of the next packet
    snapshot  state of the run there
    """

    item: int
    t_ns: int
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Keep:
    """Hand a snapshot of the run to `keep`."""

    keep: Callable[[Snapshot], object]


@dataclass(frozen=True, slots=True)
class GoTo:
    """Restore the checkpoint: the items that follow continue from it."""

    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class FastForward:
    """The items up to `until_ns` are processed to reach that position, but nothing is published."""

    until_ns: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """From here on everything is published again."""


Turn: TypeAlias = Keep | GoTo | FastForward | Arrived
