"""The one clock: the running event loop's. Tests that move the loop's time move every timestamp with it."""

from __future__ import annotations

import asyncio

from dsp.signals import NS_PER_S


def now_ns() -> int:
    """Monotonic ns of the running loop; raises RuntimeError outside one."""
    return round(asyncio.get_running_loop().time() * NS_PER_S)
