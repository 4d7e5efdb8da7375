"""Keeps pain, marks and changes of thresholds in the history while the run goes on, so that a killed hub loses none."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from dsp.records import Mark, PainReport, Threshold
from dsp.signals import NS_PER_S
from hub.flow.bus import Subscription
from hub.flow.facts import Beat, Fact
from hub.history.schema import HistoryError

CAPACITY = 200
RETRY_NS = 2 * NS_PER_S
"""A history that somebody else holds is waited for that long within an attempt, too."""
LAST_ATTEMPTS = 2
"""At the end of a run, which waits no longer for its sinks than they take (`beside.DRAIN_S`)."""


class Diary(Protocol):
    """Where it goes; all raise HistoryError."""

    def pain(self, report: PainReport) -> None:
        """Keep a pain report."""

    def mark(self, mark: Mark) -> None:
        """Keep a moment that somebody marked."""

    def threshold(self, threshold: Threshold) -> None:
        """Keep a change of a detector's state."""


def is_kept(fact: Fact) -> bool:
    """Whether a fact goes into the history at once, or says that it is time to try again."""
    return isinstance(fact, PainReport | Mark | Threshold | Beat)


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
        self._retry_ns: int | None = None  # set while the history takes nothing

    @property
    def unwritten(self) -> int:
        """Facts that wait for the history."""
        return len(self._unwritten)

    async def run(self) -> None:
        """Write until the bus has closed and all is written, or will not be."""
        async for batch in self._subscription.batches():
            new = [fact for fact in batch if not isinstance(fact, Beat)]
            self._unwritten.extend(new)
            if new or (self._unwritten and self._is_time(batch)):
                await self._try()
        for _ in range(LAST_ATTEMPTS):
            if self._unwritten:
                await self._try()

    def _is_time(self, batch: list[Fact]) -> bool:
        for fact in batch:
            if isinstance(fact, Beat):
                if self._retry_ns is None:
                    self._retry_ns = fact.t_ns + RETRY_NS
                elif fact.t_ns >= self._retry_ns:
                    return True
        return False

    async def _try(self) -> None:
        self._retry_ns = None
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
