"""Where a run's packets come from: the one thing that differs between a live run, the demo and a replay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeAlias

from drivers.errors import DriverError
from drivers.packets import Said
from hub.flow.engine import RadioItem
from hub.flow.turns import Turn
from hub.messages.incoming import CommandMessage
from hub.messages.session_status import ReplayStatus
from hub.stop import Stop

NamedTask: TypeAlias = tuple[str, Coroutine[Any, Any, None]]


class Source(Protocol):
    """Packets in order, and their clock. What only a replay does is answered here for all others that inherit it."""

    @property
    def dropped(self) -> int:
        """Packets that came in faster than they were taken."""
        ...

    def now_ns(self) -> int:
        """Tell the time on the axis of the packets."""
        ...

    def steer(self, order: CommandMessage) -> str | None:
        """Obey an order about the source itself, such as a replay's pace: what was done, None when it is not for it."""
        del order
        return None

    def tasks(self, stop: Stop) -> Sequence[NamedTask]:
        """Give the tasks that must run meanwhile; each ends by itself after `stop`."""
        ...

    def batches(self, stop: Stop) -> AsyncIterator[Sequence[RadioItem | Turn]]:
        """Yield what came in; ends when the source is exhausted, or after `stop` once everything is taken."""
        ...

    async def goes_on(self, stop: Stop) -> bool:
        """After the end: wait whether there is more to come after all, from `batches` again."""
        del stop
        return False

    def diverged(self, said: Said | None) -> None:
        """Notice that something was said which the source does not hold; None: what holds for the whole run."""
        del said

    def status(self) -> ReplayStatus | None:
        """Say where a replay is; None when this is none."""
        return None


OpenSource: TypeAlias = AbstractAsyncContextManager[Source]
"""Entering switches the radio on (or opens the recording); raises DriverError."""


def driver_error(errors: BaseExceptionGroup[BaseException]) -> DriverError | None:
    """Find the reason, among errors that came together, why there is no source to run on; None: there is no such."""
    for error in errors.exceptions:
        found = driver_error(error) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(found, DriverError):
            return found
    return None
