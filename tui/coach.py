"""The coach's dashboard: many runners from one broker, none of them configured."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from hub.client import NotConnectedError
from hub.messages.incoming import Action, CommandMessage
from tui.explanations import COACH, COACH_KEYS
from tui.screens.help import HelpScreen
from tui.screens.nudge import NudgeScreen
from tui.screens.roster import RosterScreen
from tui.screens.watched import WatchedScreen
from tui.screens.web import WebScreen
from tui.shell import Shell
from tui.state.feed import Feed
from tui.state.roster import Roster
from tui.state.words import marked_words, reach_words

PAINT_S = 1.0
"""Everything shown changes once a second; forty rows a paint are most of what this dashboard costs (measured)."""
_MINE = "coach-"


class CoachApp(Shell):
    """Many runners; `where` names the broker for people."""

    TITLE = "stridecue watch"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "nudge", "Say"),
        Binding("a", "order('ask_pain')", "Ask"),
        Binding("m", "order('mute')", "Mute"),
        Binding("u", "order('unmute')", "Unmute"),
        Binding("k", "order('mark')", "Mark"),
        Binding("w", "web", "Web"),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("q", "quit", "Quit"),
        Binding("d", "theme", "Look"),
        Binding("ctrl+c", "quit", "Quit", show=False, priority=True),
    ]

    def __init__(self, feed: Feed, where: str, clock_s: Callable[[], float] = time.monotonic) -> None:
        roster = Roster()
        super().__init__(feed, clock_s, hear=roster.apply, fail=self._say_broken)
        self.roster = roster
        self._home = RosterScreen(where)
        self._asked: set[str] = set()

    async def on_mount(self) -> None:
        """Show the roster, follow the feed, start painting."""
        await self.push_screen(self._home)
        self.follow()
        self.set_interval(PAINT_S, self.repaint)

    def _say_broken(self, error: BaseException | None) -> None:
        self.notify(f"This dashboard failed: {error}. Press q.", severity="error", timeout=3600)

    def repaint(self) -> None:
        """Bring what is on top up to date."""
        now_s = self._clock_s()
        for runner, reply in self.roster.replies():
            if reply.id in self._asked:
                self._asked.discard(reply.id)
                self.notify(reply.text, title=runner, severity="information" if reply.ok else "error")
        for runner in self.roster.just_answered():
            self.notify("has answered about pain; what stays with them", title=runner)
        for runner, mark in self.roster.marks_of_runners():
            self.notify(marked_words(mark, replayed=False), title=runner)
        for screen in self.screen_stack:
            if isinstance(screen, RosterScreen):
                screen.paint(self.roster, now_s)
            elif isinstance(screen, WatchedScreen):
                screen.show(self.roster[screen.runner], now_s)

    def action_open(self) -> None:
        """Look at one runner."""
        runner = self._home.chosen
        if runner is not None and self.screen is self._home:
            self.push_screen(WatchedScreen(runner))
            self.call_after_refresh(self.repaint)

    def action_roster(self) -> None:
        """Back to the roster."""
        if self.screen is not self._home:
            self.pop_screen()

    def action_help(self) -> None:
        """Explain every number."""
        self.push_screen(HelpScreen(COACH, COACH_KEYS))

    def action_web(self) -> None:
        """Serve the same to a browser."""
        if self.page is not None:
            self.push_screen(WebScreen(self, self.page))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In a browser there is nothing to serve it from."""
        del parameters
        return action != "web" or self.page is not None

    def action_nudge(self) -> None:
        """Ask what to say, and say it."""
        runner = self._meant()
        if runner is not None:
            reach = reach_words(self.roster[runner].board.session)
            self.push_screen(NudgeScreen(runner, reach), lambda words: self._nudge(runner, words))

    def action_order(self, action: Action) -> None:
        """Send an order to the runner that is meant."""
        runner = self._meant()
        if runner is not None:
            self.send(runner, CommandMessage(action=action, by="coach", id=_MINE + secrets.token_hex(4)))

    def _nudge(self, runner: str, words: str | None) -> None:
        if words is not None:
            self.send(runner, CommandMessage(action="nudge", by="coach", text=words, id=_MINE + secrets.token_hex(4)))

    def _meant(self) -> str | None:
        """Whose screen or row it is."""
        if isinstance(self.screen, WatchedScreen):
            return self.screen.runner
        return self._home.chosen if self.screen is self._home else None

    @work(exit_on_error=False, group="orders")
    async def send(self, runner: str, order: CommandMessage) -> None:
        """Deliver an order; the hub's answer is shown when it comes."""
        if order.id is not None:
            self._asked.add(order.id)
        try:
            await self._feed.send(order, runner)
        except NotConnectedError as error:
            self.notify(f"{error}. Try again when the broker is back.", title=runner, severity="error")
