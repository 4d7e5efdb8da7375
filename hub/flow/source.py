"""The source of a run's packets: the only part that differs between a live run, the demo and a replay."""

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
    """Packets in order, and their clock. Defaults are given for the methods that matter to a replay only."""

    @property
    def dropped(self) -> int:
        """Number of packets lost because they arrived faster than they were taken."""
        ...

    def now_ns(self) -> int:
        """Return the current time on the packets' timeline."""
        ...

    def steer(self, order: CommandMessage) -> str | None:
        """Carry out a command to the source itself, such as a replay's pace; returns what was done, None if not its."""
        del order
        return None

    def tasks(self, stop: Stop) -> Sequence[NamedTask]:
        """Return the tasks that must run meanwhile; each ends by itself after `stop`."""
        ...

    def batches(self, stop: Stop) -> AsyncIterator[Sequence[RadioItem | Turn]]:
        """Yield the items that arrived; ends when the source is exhausted, or after `stop` once all are taken."""
        ...

    async def continues(self, stop: Stop) -> bool:
        """After the end of `batches`: wait for more; True when `batches` is to be called again."""
        del stop
        return False

    def diverged(self, said: Said | None) -> None:
        """Note an input that the source does not contain itself; None: one that holds for the whole run."""
        del said

    def status(self) -> ReplayStatus | None:
        """Return the position of a replay; None for any other source."""
        return None


OpenSource: TypeAlias = AbstractAsyncContextManager[Source]
"""Entering switches the radio on (or opens the recording); raises DriverError."""


def driver_error(errors: BaseExceptionGroup[BaseException]) -> DriverError | None:
    """Return the DriverError among grouped errors, the reason why the source failed; None when there is none."""
    for error in errors.exceptions:
        found = driver_error(error) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(found, DriverError):
            return found
    return None
