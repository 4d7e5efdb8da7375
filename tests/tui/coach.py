"""The coach's dashboard on a scripted feed, driven by Pilot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual.widgets import DataTable

from tests.tui.driver import Driver
from tests.tui.notices import Notices
from tests.tui.page import WrittenPage
from tests.tui.scenes import Clock, ScriptedFeed
from tui.coach import CoachApp
from tui.screens.roster import RosterScreen


@dataclass
class Coach(Driver[CoachApp]):
    """A test's access to the coach's dashboard."""

    @property
    def chosen(self) -> str | None:
        roster = self.app.screen_stack[1]
        assert isinstance(roster, RosterScreen)
        return roster.chosen

    @property
    def rows(self) -> list[list[str]]:
        table = self.app.screen_stack[1].query_one(DataTable)
        return [[str(cell) for cell in table.get_row_at(index)] for index in range(table.row_count)]

    @property
    def detail(self) -> str:
        return str(self.app.screen_stack[1].query_one("#roster-detail").render())

    @property
    def status(self) -> str:
        return str(self.app.screen_stack[1].query_one("#roster-status").render())


@asynccontextmanager
async def a_coach(size: tuple[int, int] = (120, 40), runner: str | None = None) -> AsyncIterator[Coach]:
    feed, clock, notices = ScriptedFeed(), Clock(), Notices()
    app = CoachApp(feed, "127.0.0.1:1883", clock, runner=runner)
    app.page = WrittenPage()
    app.use_theme("dark")
    async with app.run_test(size=size, notifications=True, message_hook=notices) as pilot:
        yield Coach(app, pilot, feed, clock, notices)
