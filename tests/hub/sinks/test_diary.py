"""A history that hangs loses no report and does not delay the end of a run."""

from __future__ import annotations

import asyncio
import threading

from dsp.records import Mark, PainReport, Record
from hub.flow.bus import Bus, Policy
from hub.flow.facts import Beat, Fact
from hub.history.schema import LOCK_WAIT_S, HistoryError
from hub.run.background import DRAIN_S
from hub.sinks.diary import CAPACITY, LAST_ATTEMPTS, DiarySink, is_kept


class Hanging:
    """A history whose every attempt hangs until released; then it takes everything, or (`broken`) nothing."""

    def __init__(self, *, broken: bool = False) -> None:
        self.let_go = threading.Event()
        self.begun = threading.Event()
        self.attempts = 0
        self.kept: list[Record] = []
        self._broken = broken

    def _keep(self, record: Record) -> None:
        self.attempts += 1
        self.begun.set()
        self.let_go.wait(10)
        if self._broken:
            raise HistoryError("/history.sqlite: database is locked")
        self.kept.append(record)

    pain = mark = threshold = _keep


async def test_no_pain_report_is_displaced_while_an_attempt_hangs() -> None:
    bus, diary = Bus[Fact](), Hanging()
    facts = bus.subscribe("diary", Policy.DROP_OLDEST, CAPACITY, wanted=is_kept)
    task = asyncio.create_task(DiarySink(diary, facts, lambda _text: None).run())
    first, report = Mark(1, "runner"), PainReport(2, 6, "shin")
    await bus.publish(first)
    await asyncio.to_thread(diary.begun.wait, 10)
    await bus.publish(report)
    for half in range(3 * CAPACITY):
        await bus.publish(Beat(half * 500_000_000))
    diary.let_go.set()
    await asyncio.sleep(1)
    bus.close()
    await task
    assert facts.dropped == 0
    assert diary.kept == [first, report]


async def test_an_attempt_in_progress_at_the_end_counts_as_one_of_the_last() -> None:
    bus, diary = Bus[Fact](), Hanging(broken=True)
    sink = DiarySink(diary, bus.subscribe("diary", Policy.DROP_OLDEST, CAPACITY, wanted=is_kept), lambda _text: None)
    task = asyncio.create_task(sink.run())
    await bus.publish(Mark(1, "runner"))
    await asyncio.to_thread(diary.begun.wait, 10)
    await bus.publish(PainReport(2, 6, "shin"))
    bus.close()
    diary.let_go.set()
    await task
    assert (diary.attempts, sink.unwritten) == (LAST_ATTEMPTS, 2)
    assert LAST_ATTEMPTS * LOCK_WAIT_S < DRAIN_S
