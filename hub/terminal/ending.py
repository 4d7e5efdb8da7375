"""Ending a child: it is asked, and seen to."""

from __future__ import annotations

import contextlib
import subprocess
from asyncio import timeout
from asyncio.subprocess import Process


async def ended(process: Process, within_s: float) -> int:
    """End a child of this loop, by force after `within_s` or where nobody waits that long; gives its exit code."""
    if process.returncode is None:
        try:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            async with timeout(within_s):
                return await process.wait()
        except TimeoutError:
            pass
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()  # does nothing to one that has ended
    return await process.wait()


def ended_here(child: subprocess.Popen[bytes], within_s: float) -> int:
    """End a child where there is no loop, by force after `within_s`; gives its exit code."""
    if child.poll() is None:
        child.terminate()
        try:
            return child.wait(within_s)
        except subprocess.TimeoutExpired:
            child.kill()
    return child.wait()
