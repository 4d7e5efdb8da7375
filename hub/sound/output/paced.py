"""Pacing of outputs without a clock of their own by the event loop's clock, which may be a virtual one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from hub.sound.tones import RATE_HZ

BLOCK_S = 0.02
"""Similar to the blocks of a device; a cue waits half of it on average."""


async def paced_blocks() -> AsyncIterator[int]:
    """Yield the number of frames due, block by block, without drift; after a delay the block is longer."""
    loop = asyncio.get_running_loop()
    start_s, done, block = loop.time(), 0, 0
    while True:
        block += 1
        due = round((loop.time() - start_s) * RATE_HZ) + round(BLOCK_S * RATE_HZ)
        if due > done:
            yield due - done
            done = due
        await asyncio.sleep(max(0.0, start_s + block * BLOCK_S - loop.time()))
