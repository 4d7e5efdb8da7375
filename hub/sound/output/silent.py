"""The null output: takes all samples and discards them; for tests and measurements without a device."""

from __future__ import annotations

from collections.abc import Callable

from hub.sound.output.output import Render
from hub.sound.output.paced import paced_blocks


class SilentOutput:
    """An output that discards samples; see `output.Output`."""

    latency_ms: float | None = None
    underflows = 0

    async def play(self, render: Render, opened: Callable[[str], None]) -> None:
        """Take samples in real time and discard them."""
        opened("nowhere (null device)")
        async for frames in paced_blocks():
            render(frames)
