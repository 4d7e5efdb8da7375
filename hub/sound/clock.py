"""The loop's time for threads that are not the loop's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from dsp.signals import NS_PER_S


def loop_clock() -> Callable[[], int]:
    """Give a clock of the running loop's time, in ns, that any thread may ask; equal to `drivers.clock.now_ns`."""
    loop = asyncio.get_running_loop()
    return lambda: round(loop.time() * NS_PER_S)
