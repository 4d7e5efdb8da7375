"""What a replay that goes elsewhere tells the run, in its place among the packets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from dsp.signals import NS_PER_S
from hub.flow.run_so_far import RunSoFar
from hub.flow.session import SessionSoFar

PLOTTED_NS = 10 * NS_PER_S
"""So much before the place that a replay goes to is led through at least: plots show it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a run had come to: what each part of it gave, and takes back to go on from.

    engine   what was learned; only the engine knows what is in it
    notices  subject and text of what the run itself had said about its sensors
    muted    whoever listens now had muted it
    """

    engine: dict[str, object]
    session: SessionSoFar
    run: RunSoFar
    notices: dict[str, str]
    muted: bool


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A place in a recording that a replay can go on from.

    item      so many items of the recording come before it
    t_ns      arrival time of the packet that comes next
    snapshot  what the run had come to
    """

    item: int
    t_ns: int
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Keep:
    """Hand over what the run has come to."""

    keep: Callable[[Snapshot], object]


@dataclass(frozen=True, slots=True)
class GoTo:
    """Go on from the checkpoint: what comes next follows on it."""

    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Leap:
    """What comes next only leads to `until_ns`: it is worked off, and told to nobody."""

    until_ns: int


@dataclass(frozen=True, slots=True)
class Landed:
    """It is told again from here on."""


Turn: TypeAlias = Keep | GoTo | Leap | Landed
