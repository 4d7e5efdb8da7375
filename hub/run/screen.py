"""The terminal of a run: the dashboard's while there is one, else for lines of text."""

from __future__ import annotations

import logging
from collections.abc import Callable

from hub.stop import Stop
from hub.terminal.dashboard import Dashboard

_LOG = logging.getLogger("stridecue.runtime")
SAME_KEY_S = 0.5
"""A Ctrl-C reaches hub and dashboard alike, and which of them first is chance."""


class Screen:
    """`say` gets lines for the terminal, and only while no dashboard owns it; who quits the dashboard ends the run."""

    def __init__(self, dashboard: Dashboard, stop: Stop, say: Callable[[str], None]) -> None:
        self.has_dashboard = False
        self._dashboard = dashboard
        self._stop = stop
        self._say = say

    def say(self, text: str) -> None:
        """Write a line, or log it: also where the terminal or whoever read from us is gone."""
        if not self.has_dashboard:
            try:
                self._say(text)
            except OSError as error:
                _LOG.info("nobody reads what is said any more: %s", error)
            else:
                return
        _LOG.info("%s", text)

    async def open(self, port: int, runner: str) -> None:
        """Give the terminal to the dashboard; raises what starting it raises."""
        await self._dashboard.start(port, runner)
        self.has_dashboard = True

    async def watch(self) -> None:
        """Wait until the dashboard is gone."""
        code = await self._dashboard.ended()
        self.has_dashboard = False
        if code == 0:
            self._stop("the dashboard was quit")
        elif await self._stop.wait_for(SAME_KEY_S):
            _LOG.info("the dashboard ended with the run (code %d)", code)
        else:
            self.say(f"the dashboard ended (code {code}); the run goes on without it, Ctrl-C ends it")

    async def close(self) -> None:
        """End the dashboard, if it still runs."""
        await self._dashboard.stop()
        self.has_dashboard = False
