"""What a replay that goes elsewhere tells the run, in its place among the packets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(slots=True, eq=False)
class Checkpoint:
    """A place in a recording that a replay can go on from.

    item   so many items of the recording come before it
    t_ns   arrival time of the packet that comes next
    state  what the run had come to, filled in by the run
    """

    item: int
    t_ns: int
    state: object = None


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep in the checkpoint what the run has come to."""

    checkpoint: Checkpoint


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
