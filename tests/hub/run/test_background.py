"""Background tasks of a run: a failure in one is reported, and neither ends nor blocks the run."""

from __future__ import annotations

import asyncio

from hub.flow.bus import Bus, Policy
from hub.flow.notices import Notices
from hub.run.background import BackgroundTasks


async def test_a_failed_sink_blocks_nobody_and_what_it_misses_is_counted() -> None:
    said: list[str] = []
    bus: Bus[int] = Bus()
    reads = bus.subscribe("jsonl", Policy.WAIT, 2)

    async def broken() -> None:
        async for _batch in reads.batches():
            raise OSError("the pipe is gone")

    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as group:
        task = BackgroundTasks(group, Notices(said.append), strict=False).start_sink("jsonl", broken(), reads)
        await bus.publish(0)
        await task
        began_s = loop.time()
        for number in range(5):
            await bus.publish(number)
        assert loop.time() == began_s
    assert (reads.made, reads.delivered, reads.dropped, reads.pending) == (6, 1, 5, 0)
    assert said == ["jsonl failed and is off for this run (the pipe is gone); details in the log"]
