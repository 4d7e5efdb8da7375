"""Keeps pain, marks and changes of thresholds in the history while the run goes on, so that a killed hub loses none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from dsp.records import Mark, PainReport, Threshold
from hub.flow.bus import Subscription
from hub.flow.facts import Fact
from hub.history.schema import HistoryError

CAPACITY = 200


class Diary(Protocol):
    """Where it goes; all raise HistoryError."""

    def pain(self, report: PainReport) -> None:
        """Keep a pain report."""

    def mark(self, mark: Mark) -> None:
        """Keep a moment that somebody marked."""

    def threshold(self, threshold: Threshold) -> None:
        """Keep a change of a detector's state."""


def is_kept(fact: Fact) -> bool:
    """Whether a fact goes into the history at once."""
    return isinstance(fact, PainReport | Mark | Threshold)


class DiarySink:
    """Writes in a thread; a history that cannot be written is told about, and the run goes on."""

    def __init__(self, diary: Diary, subscription: Subscription[Fact], notice: Callable[[str], None]) -> None:
        self._diary = diary
        self._subscription = subscription
        self._notice = notice

    async def run(self) -> None:
        """Write until the bus has closed."""
        async for batch in self._subscription.batches():
            try:
                await asyncio.to_thread(self._write, batch)
            except HistoryError as error:
                # The text names the file, never what was reported.
                self._notice(f"pain, marks and thresholds of this run are not in the history: {error}")

    def _write(self, batch: list[Fact]) -> None:
        for fact in batch:
            if isinstance(fact, PainReport):
                self._diary.pain(fact)
            elif isinstance(fact, Mark):
                self._diary.mark(fact)
            elif isinstance(fact, Threshold):
                self._diary.threshold(fact)
