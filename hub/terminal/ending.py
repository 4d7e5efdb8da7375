"""Terminate a child process, and kill it if it does not end in time."""

from __future__ import annotations

import contextlib
import subprocess
from asyncio import timeout
from asyncio.subprocess import Process


async def end_process(process: Process, within_s: float) -> int:
    """Terminate a child of this event loop; kill it after `within_s` or on cancellation. Returns its exit code."""
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
                process.kill()  # no effect if it has ended
    return await process.wait()


def end_process_blocking(child: subprocess.Popen[bytes], within_s: float) -> int:
    """Terminate a child without an event loop; kill it after `within_s`. Returns its exit code."""
    if child.poll() is None:
        child.terminate()
        try:
            return child.wait(within_s)
        except subprocess.TimeoutExpired:
            child.kill()
    return child.wait()
