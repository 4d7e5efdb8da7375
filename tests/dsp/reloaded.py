"""Saved state as another process receives it."""

from __future__ import annotations

from multiprocessing.reduction import ForkingPickler
from typing import TypeVar

State = TypeVar("State")


def reloaded(state: State) -> State:
    """Return `state` pickled and loaded again, as multiprocessing passes it on: equal, and sharing nothing with it."""
    again: State = ForkingPickler.loads(ForkingPickler.dumps(state))
    return again
