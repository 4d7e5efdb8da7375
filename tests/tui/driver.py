"""The base of the test drivers: a dashboard on a scripted feed, driven by Textual's Pilot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from rich.segment import Segment
from textual.pilot import Pilot

from hub.client import Item
from hub.messages.wire import Message
from tests.tui.notices import Notices
from tests.tui.scenes import Clock, ScriptedFeed
from tui.app import DashboardApp
from tui.coach import CoachApp

AnyApp = TypeVar("AnyApp", DashboardApp, CoachApp)

_COMPOSITOR = "_compositor"
"""Textual has no public way to read what a screen has painted; this is the only place that reaches into it."""


@dataclass
class Driver(Generic[AnyApp]):
    """An app, its feed, its clock, and the notifications it has raised."""

    app: AnyApp
    pilot: Pilot[None]
    feed: ScriptedFeed
    clock: Clock
    notices: Notices = field(default_factory=Notices)

    async def hear(self, *items: Item | Message) -> None:
        """Feed it items and let it paint."""
        self.feed.say(*items)
        await self.look()

    async def look(self) -> None:
        """Process pending messages, paint, and let the screen settle."""
        await self.pilot.pause()
        self.app.repaint()
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.look()

    @property
    def painted(self) -> list[list[Segment]]:
        """The screen as sent to the terminal: rows of segments, with filters such as `NO_COLOR` applied."""
        return [list(strip) for strip in getattr(self.app.screen, _COMPOSITOR).render_strips()]

    @property
    def text(self) -> str:
        """The text on the screen, without trailing blanks."""
        rows = ("".join(each.text for each in row).rstrip() for row in self.painted)
        return "\n".join(rows) + "\n"
