"""Background tasks of a run, all but its source: a failure in one of them is reported and does not end the run."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from hub.flow.bus import Subscription
from hub.flow.notices import Notices

DRAIN_S = 5.0
"""How long sinks may take to deliver what is left at the end."""

_LOG = logging.getLogger("stridecue.runtime")


class BackgroundTasks:
    """Starts named tasks in the run's task group and quarantines failures; `strict` (tests): a failure ends the run."""

    def __init__(self, group: asyncio.TaskGroup, notices: Notices, *, strict: bool) -> None:
        self._group = group
        self._notices = notices
        self._strict = strict
        self._sinks: list[asyncio.Task[None]] = []

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a task that runs until it is cancelled."""
        return self._group.create_task(self._quarantined(name, work), name=name)

    def start_sink(self, name: str, work: Coroutine[Any, Any, None], reads: Subscription[Any]) -> asyncio.Task[None]:
        """Start a sink, which ends by itself once its bus is closed and everything it `reads` is delivered."""
        self._sinks.append(self.start(name, _reading(work, reads)))
        return self._sinks[-1]

    async def drain(self) -> None:
        """Wait until the sinks have delivered what is left, at most DRAIN_S; then cancel them."""
        if not self._sinks:
            return
        _done, late = await asyncio.wait(self._sinks, timeout=DRAIN_S)
        for task in late:
            _LOG.warning("%s did not finish within %g s after the end", task.get_name(), DRAIN_S)
            task.cancel()

    async def _quarantined(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:
            _LOG.exception("%s failed", name)
            if self._strict:
                raise
            self._notices.put(name, f"{name} failed and is off for this run ({_first(error)}); details in the log")


def _first(error: BaseException) -> BaseException:
    """Return the first error of an exception group, which states the cause; the group's own message does not."""
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


async def _reading(work: Coroutine[Any, Any, None], reads: Subscription[Any]) -> None:
    """Abandon the subscription if `work` fails: a queue that waits for it would hold up the run."""
    try:
        await work
    except Exception:
        reads.abandon()
        raise
