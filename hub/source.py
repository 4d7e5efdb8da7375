"""Where a run's packets come from: the one thing that differs between a live run, the demo and a replay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeAlias

from hub.engine import RadioItem
from hub.stop import Stop

NamedTask: TypeAlias = tuple[str, Coroutine[Any, Any, None]]


class Source(Protocol):
    """Packets in order, and their clock."""

    @property
    def dropped(self) -> int:
        """Packets that came in faster than they were taken."""
        ...

    def now_ns(self) -> int:
        """Tell the time on the axis of the packets."""
        ...

    def tasks(self, stop: Stop) -> Sequence[NamedTask]:
        """Give the tasks that must run meanwhile; each ends by itself after `stop`."""
        ...

    def batches(self, stop: Stop) -> AsyncIterator[Sequence[RadioItem]]:
        """Yield what came in; ends when the source is exhausted, or after `stop` once everything is taken."""
        ...


OpenSource: TypeAlias = AbstractAsyncContextManager[Source]
"""Entering switches the radio on (or opens the recording); raises DriverError."""
