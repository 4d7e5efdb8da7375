"""The terminal of a run: owned by the dashboard while there is one, else used for lines of text."""

from __future__ import annotations

import logging
from collections.abc import Callable

from hub.stop import Stop
from hub.terminal.dashboard import Dashboard

_LOG = logging.getLogger("stridecue.runtime")
SAME_KEY_S = 0.5
"""A Ctrl-C reaches both hub and dashboard, in random order: within this time, both ended by the same key."""


class Screen:
    """Passes lines to `say`, but only while no dashboard owns the terminal; quitting the dashboard ends the run."""

    def __init__(self, dashboard: Dashboard, stop: Stop, say: Callable[[str], None]) -> None:
        self.has_dashboard = False
        self._dashboard = dashboard
        self._stop = stop
        self._say = say

    def say(self, text: str) -> None:
        """Print a line; log it instead while the dashboard is shown, or when the terminal or the reader is gone."""
        if not self.has_dashboard:
            try:
                self._say(text)
            except OSError as error:
                _LOG.info("output is no longer read: %s", error)
            else:
                return
        _LOG.info("%s", text)

    async def open(self, port: int, runner: str) -> None:
        """Give the terminal to the dashboard; raises whatever starting the process raises."""
        await self._dashboard.start(port, runner)
        self.has_dashboard = True

    async def watch(self) -> None:
        """Wait until the dashboard ends; quitting it stops the run, a crash does not."""
        code = await self._dashboard.ended()
        self.has_dashboard = False
        if code == 0:
            self._stop("the dashboard was quit")
        elif await self._stop.wait_for(SAME_KEY_S):
            _LOG.info("the dashboard ended with the run (code %d)", code)
        else:
            self.say(f"the dashboard ended (code {code}); the run continues without it, Ctrl-C stops it")

    async def close(self) -> None:
        """Stop the dashboard if it is still running."""
        await self._dashboard.stop()
        self.has_dashboard = False
