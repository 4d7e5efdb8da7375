"""Storing pain, marks and threshold changes in the history during the run, so that a killed hub loses none."""

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
"""An attempt itself also waits that long for a history that another process has locked."""
LAST_ATTEMPTS = 2
"""Attempts after the end of the run, including the one in progress; they fit into `background.DRAIN_S`."""


class Diary(Protocol):
    """The history of this run; every method raises HistoryError."""

    def pain(self, report: PainReport) -> None:
        """Store a pain report."""

    def mark(self, mark: Mark) -> None:
        """Store a mark."""

    def threshold(self, threshold: Threshold) -> None:
        """Store a detector's change of state."""


def is_kept(fact: Fact) -> bool:
    """Whether a fact goes into the history at once; others, queued during a slow attempt, would displace these."""
    return isinstance(fact, PainReport | Mark | Threshold)


class DiarySink:
    """Writes in a thread; what cannot be written is kept and tried again while the run continues.

    notice  called with the reason when the history cannot be written, and with an empty text once all is written. The
            text does not depend on what waits; it names the file, never what was reported
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
        """Number of facts that wait for the history."""
        return len(self._unwritten)

    async def run(self) -> None:
        """Write until the bus has closed and all is written or the last attempts have failed."""
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
        """After a cancellation, try once more to write what waits."""
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
            self._notice(f"the history cannot be written, new entries wait: {error}")
        else:
            self._notice("")

    def _write(self) -> None:
        """Write in order, as a report may withdraw the one before it."""
        while self._unwritten:
            match self._unwritten[0]:
                case PainReport() as report:
                    self._diary.pain(report)
                case Mark() as mark:
                    self._diary.mark(mark)
                case Threshold() as threshold:
                    self._diary.threshold(threshold)
            self._unwritten.popleft()
