"""A dashboard on a written feed, driven by Pilot: what the tests of all of them share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from rich.segment import Segment
from textual.pilot import Pilot

from hub.client import Item
from hub.messages.wire import Message
from tests.tui.scenes import Clock, ScriptedFeed
from tui.app import DashboardApp
from tui.coach import CoachApp

AnyApp = TypeVar("AnyApp", DashboardApp, CoachApp)


@dataclass
class Driver(Generic[AnyApp]):
    """An app, its feed and its clock."""

    app: AnyApp
    pilot: Pilot[None]
    feed: ScriptedFeed
    clock: Clock

    async def hear(self, *items: Item | Message) -> None:
        """Say something to it and let it paint."""
        self.feed.say(*items)
        await self.look()

    async def look(self) -> None:
        """Let messages arrive, paint, let the screen settle."""
        await self.pilot.pause()
        self.app.repaint()
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.look()

    @property
    def painted(self) -> list[list[Segment]]:
        """The screen as it is sent to the terminal: rows of segments, filters such as `NO_COLOR` applied."""
        return [list(strip) for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        """What can be read on the screen, blanks at the ends of lines left out."""
        rows = ("".join(each.text for each in row).rstrip() for row in self.painted)
        return "\n".join(rows) + "\n"
