"""The event loop's time for other threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from dsp.signals import NS_PER_S


def loop_clock() -> Callable[[], int]:
    """Return a thread-safe clock of the running loop's time in ns, equal to `drivers.clock.now_ns`."""
    loop = asyncio.get_running_loop()
    return lambda: round(loop.time() * NS_PER_S)
