"""Keeps pain, marks and changes of thresholds in the history while the run goes on, so that a killed hub loses none."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Protocol

from dsp.records import Mark, PainReport, Threshold
from hub.flow.bus import Subscription
from hub.flow.facts import Fact
from hub.history.schema import HistoryError

CAPACITY = 200
RETRY_S = 2.0
"""A history that somebody else holds is waited for that long within an attempt, too."""
LAST_ATTEMPTS = 2
"""That end after the run has, the one under way with them: it waits no longer than they take (`beside.DRAIN_S`)."""


class Diary(Protocol):
    """Where it goes; all raise HistoryError."""

    def pain(self, report: PainReport) -> None:
        """Keep a pain report."""

    def mark(self, mark: Mark) -> None:
        """Keep a moment that somebody marked."""

    def threshold(self, threshold: Threshold) -> None:
        """Keep a change of a detector's state."""


def is_kept(fact: Fact) -> bool:
    """Whether a fact goes into the history at once; what else queued while an attempt hangs would push these out."""
    return isinstance(fact, PainReport | Mark | Threshold)


class DiarySink:
    """Writes in a thread; what a history does not take is kept and tried again, and the run goes on.

    notice  is told why the history cannot be written, and (empty text) when all of it is there. The text is the same
            whatever waits, and names the file, never what was reported
    """

    def __init__(self, diary: Diary, subscription: Subscription[Fact], notice: Callable[[str], None]) -> None:
        self._diary = diary
        self._subscription = subscription
        self._notice = notice
        self._unwritten: deque[Fact] = deque()
        self._turn = asyncio.Lock()  # held during an attempt
        self._last_attempts = LAST_ATTEMPTS

    @property
    def unwritten(self) -> int:
        """Facts that wait for the history."""
        return len(self._unwritten)

    async def run(self) -> None:
        """Write until the bus has closed and all is written, or will not be."""
        async with asyncio.TaskGroup() as group:
            retrying = group.create_task(self._retry(), name="diary retry")
            async for batch in self._subscription.batches():
                self._unwritten.extend(batch)
                if not self._subscription.closed.is_set():
                    await self._try()
            async with self._turn:
                retrying.cancel()
        while self._unwritten and self._last_attempts > 0:
            await self._try()

    def write_left(self) -> None:
        """Write, once, what waited when this was cancelled; what a history does not take is left."""
        self._unwritten.extend(self._subscription.take())
        with contextlib.suppress(HistoryError):
            self._write()

    async def _retry(self) -> None:
        while True:
            await asyncio.sleep(RETRY_S)
            if self._unwritten:
                await self._try()

    async def _try(self) -> None:
        async with self._turn:
            await self._attempt()
            if self._subscription.closed.is_set():
                self._last_attempts -= 1

    async def _attempt(self) -> None:
        try:
            await asyncio.to_thread(self._write)
        except HistoryError as error:
            self._notice(f"the history cannot be written, what belongs there waits: {error}")
        else:
            self._notice("")

    def _write(self) -> None:
        """Write in order: a report may take back the one before it."""
        while self._unwritten:
            match self._unwritten[0]:
                case PainReport() as report:
                    self._diary.pain(report)
                case Mark() as mark:
                    self._diary.mark(mark)
                case Threshold() as threshold:
                    self._diary.threshold(threshold)
            self._unwritten.popleft()
