"""The hub's clock, which is the running event loop's: tests that advance the loop's time advance every timestamp."""

from __future__ import annotations

import asyncio

from dsp.signals import NS_PER_S


def now_ns() -> int:
    """Return the running loop's monotonic time in ns. Raises RuntimeError outside a loop."""
    return round(asyncio.get_running_loop().time() * NS_PER_S)
