"""The dashboard: a separate process on the same terminal, tied to the hub by a pipe.

The hub holds the writing end of the pipe: when the hub ends, however it ends, the dashboard reads end of file and
exits. It is started by the name of its module: a headless hub never imports it.
"""

from __future__ import annotations

import asyncio
import importlib.util
import signal
import sys

from hub.terminal.ending import end_process
from hub.terminal.interrupts import interrupts_blocked
from hub.terminal.terminal import SavedTerminal
from hub.terminal.tether import Tether

STOP_TIMEOUT_S = 3.0
NOT_BEGUN = -signal.SIGTERM
"""Exit code of a dashboard terminated before it handles signals: it has not touched the terminal yet."""


def dashboard_is_installed() -> bool:
    """Whether the extra `[tui]` is installed; imports nothing."""
    return importlib.util.find_spec("tui") is not None and importlib.util.find_spec("textual") is not None


class Dashboard:
    """The child process: call `start`, wait for `ended`, and call `stop` in any case.

    theme     None: the one chosen last
    reported  line with the last pain report; passed through the pipe so that nobody else can read it
    """

    def __init__(self, theme: str | None = None, reported: str = "") -> None:
        self._look = [] if theme is None else ["--theme", theme]
        self._reported = reported
        self._process: asyncio.subprocess.Process | None = None
        self._tether: Tether | None = None
        self._terminal = SavedTerminal()

    async def start(self, port: int, runner: str) -> None:
        """Start the dashboard of `runner` on the loopback broker at `port`; raises what starting a process raises."""
        tether = Tether(self._reported)
        command = [sys.executable, "-m", "tui", "--port", str(port), "--runner", runner, *tether.arguments, *self._look]
        try:
            with interrupts_blocked():
                self._process = await asyncio.create_subprocess_exec(*command, pass_fds=tether.descriptors)
        except BaseException:
            tether.cut()
            raise
        tether.tied()
        self._tether = tether

    async def ended(self) -> int:
        """Wait until the dashboard ends, restore the terminal and return the exit code: 0 when the runner quit it."""
        if self._process is None:
            return 0
        code = await self._process.wait()
        if code != 0:
            self._terminal.restore(code)
        return code

    async def stop(self) -> None:
        """Stop the dashboard if it is still running, killing it after STOP_TIMEOUT_S, and restore the terminal."""
        process, self._process = self._process, None
        if self._tether is not None:
            self._tether.cut()
        if process is None or process.returncode is not None:
            return
        if (code := await end_process(process, STOP_TIMEOUT_S)) not in {0, NOT_BEGUN}:
            self._terminal.restore(code)
