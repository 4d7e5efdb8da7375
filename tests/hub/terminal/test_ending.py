"""A child process is terminated, and killed if it does not end."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE, Process

import pytest

from hub.terminal.ending import end_process, end_process_blocking

pytestmark = [
    pytest.mark.real_time,
    pytest.mark.skipif(sys.platform == "win32", reason="no signal can be ignored there"),
]
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
WILLING = "import time; print(flush=True); time.sleep(600)"


async def _started(code: str) -> Process:
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=PIPE)
    assert child.stdout is not None
    await child.stdout.readline()
    return child


@pytest.mark.parametrize(("code", "within_s", "by"), [(WILLING, 30.0, signal.SIGTERM), (DEAF, 0.05, signal.SIGKILL)])
async def test_a_child_is_terminated_and_then_killed(code: str, within_s: float, by: signal.Signals) -> None:
    child = await _started(code)
    assert await end_process(child, within_s) == -by
    assert await end_process(child, within_s) == -by, "it has ended already"


async def test_a_child_does_not_outlive_a_cancelled_wait() -> None:
    child = await _started(DEAF)
    waiting = asyncio.create_task(end_process(child, 600.0))
    await asyncio.sleep(0)
    waiting.cancel()
    assert await child.wait() == -signal.SIGKILL


@pytest.mark.parametrize(("code", "within_s", "by"), [(WILLING, 30.0, signal.SIGTERM), (DEAF, 0.05, signal.SIGKILL)])
def test_without_an_event_loop_it_is_the_same(code: str, within_s: float, by: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert end_process_blocking(child, within_s) == -by
        assert end_process_blocking(child, within_s) == -by
