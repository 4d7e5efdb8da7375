"""The source of a run's packets: the only part that differs between a live run, the demo and a replay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol, TypeAlias

from drivers.errors import DriverError
from drivers.packets import UserInput
from hub.flow.engine import RadioItem
from hub.flow.turns import Turn
from hub.messages.incoming import CommandMessage
from hub.messages.session_status import ReplayStatus
from hub.stop import Stop

NamedTask: TypeAlias = tuple[str, Coroutine[Any, Any, None]]


class SourceControl(Protocol):
    """A source as seen by those who do not read its packets. Defaults are given for what only a replay does."""

    def now_ns(self) -> int:
        """Return the current time on the packets' timeline."""
        ...

    def steer(self, order: CommandMessage) -> str | None:
        """Carry out a command to the source itself, such as a replay's pace; returns what was done, None if not its."""
        del order
        return None

    def diverged(self, user_input: UserInput | None) -> None:
        """Note an input that the source does not contain itself; None: one that holds for the whole run."""
        del user_input

    def status(self) -> ReplayStatus | None:
        """Return the position of a replay; None for any other source."""
        return None


class Source(SourceControl, Protocol):
    """Packets in order, and their clock."""

    @property
    def dropped(self) -> int:
        """Number of packets lost because they arrived faster than they were taken."""
        ...

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


OpenSource: TypeAlias = AbstractAsyncContextManager[Source]
"""Entering switches the radio on (or opens the recording); raises DriverError."""


class _NotOpen(SourceControl):
    """Time stands still, and there is nothing to steer."""

    def __init__(self, t_ns: int) -> None:
        self._t_ns = t_ns

    def now_ns(self) -> int:
        return self._t_ns


class PlannedSource(SourceControl):
    """The source of a run, which can be asked before it is open, too: then the time is `t0_ns`."""

    def __init__(self, opening: OpenSource, t0_ns: int) -> None:
        self._opening = opening
        self._source: SourceControl = _NotOpen(t0_ns)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Source]:
        """Open the source; it keeps answering after it is closed. Raises DriverError."""
        async with self._opening as source:
            self._source = source
            yield source

    def now_ns(self) -> int:
        """Return the current time on the packets' timeline."""
        return self._source.now_ns()

    def steer(self, order: CommandMessage) -> str | None:
        """Carry out a command to the source itself; returns what was done, None if it is about something else."""
        return self._source.steer(order)

    def diverged(self, user_input: UserInput | None) -> None:
        """Note an input that the source does not contain itself; None: one that holds for the whole run."""
        self._source.diverged(user_input)

    def status(self) -> ReplayStatus | None:
        """Return the position of a replay; None for any other source."""
        return self._source.status()


def driver_error(errors: BaseExceptionGroup[BaseException]) -> DriverError | None:
    """Return the DriverError among grouped errors, the reason why the source failed; None when there is none."""
    for error in errors.exceptions:
        found = driver_error(error) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(found, DriverError):
            return found
    return None
