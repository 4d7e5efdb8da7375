"""The coach's dashboard: many runners from one broker, none of them configured."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar, NamedTuple

import msgspec
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
from tui.state.unanswered import Unanswered
from tui.state.words import marked_words, reach_words, sentence

PAINT_S = 1.0
"""Everything shown changes once a second; forty rows a paint are most of what this dashboard costs (measured)."""
PATIENCE_S = 5.0
"""Over a network and somebody's Wi-Fi an answer takes a second or two, not more."""
_ORDERED: dict[Action, str] = {
    "nudge": "what you said",
    "ask_pain": "your question",
    "mute": "the mute",
    "unmute": "the unmute",
    "mark": "the mark",
}


class Asked(NamedTuple):
    """What was sent to whose hub and waits for its answer."""

    runner: str
    action: Action


class CoachApp(Shell):
    """Many runners; `where` names the broker for people."""

    TITLE = "stridecue watch"
    BINDINGS: ClassVar[list[BindingType]] = [
        # on a phone the line of keys ends where the screen does
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("q", "quit", "Quit"),
        Binding("n", "nudge", "Say"),
        Binding("a", "order('ask_pain')", "Ask"),
        Binding("m", "order('mute')", "Mute"),
        Binding("u", "order('unmute')", "Unmute"),
        Binding("k", "order('mark')", "Mark"),
        Binding("w", "web", "Web"),
        Binding("d", "theme", "Look"),
        Binding("ctrl+c", "quit", "Quit", show=False, priority=True),
    ]

    def __init__(self, feed: Feed, where: str, clock_s: Callable[[], float] = time.monotonic) -> None:
        roster = Roster()
        super().__init__(feed, clock_s, hear=roster.apply, fail=self._say_broken)
        self.roster = roster
        self._home = RosterScreen(where)
        self._unanswered: Unanswered[Asked] = Unanswered(PATIENCE_S)

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
            asked = self._unanswered.answered(reply.id)
            if asked is not None:
                self.notify(reply.text, title=runner, severity="information" if reply.ok else "error")
        for asked in self._unanswered.overdue(now_s):
            self._say_unanswered(asked)
        for runner in self.roster.just_answered():
            self.notify("has answered. The answer is private.", title=runner)
        for runner, mark in self.roster.marks_of_runners():
            self.notify(marked_words(mark, replayed=False), title=runner)
        for screen in self.screen_stack:
            if isinstance(screen, RosterScreen):
                screen.paint(self.roster, now_s)
            elif isinstance(screen, WatchedScreen):
                screen.show(self.roster[screen.runner], now_s)

    def _say_unanswered(self, asked: Asked) -> None:
        offline = asked.runner in self.roster and self.roster[asked.runner].board.hub_online is False
        why = "their hub is offline" if offline else "their hub has not answered"
        what = sentence(f"{_ORDERED[asked.action]} may not have arrived: {why}")
        self.notify(what, title=asked.runner, severity="warning", timeout=10)

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
            self.send(runner, CommandMessage(action=action, by="coach"))

    def _nudge(self, runner: str, words: str | None) -> None:
        if words is not None:
            self.send(runner, CommandMessage(action="nudge", by="coach", text=words))

    def _meant(self) -> str | None:
        """Whose screen or row it is."""
        if isinstance(self.screen, WatchedScreen):
            return self.screen.runner
        return self._home.chosen if self.screen is self._home else None

    @work(exit_on_error=False, group="orders")
    async def send(self, runner: str, order: CommandMessage) -> None:
        """Deliver an order; the hub's answer is shown when it comes, and that there is none when it does not."""
        order_id = self._unanswered.ask(Asked(runner, order.action), self._clock_s())
        try:
            await self._feed.send(msgspec.structs.replace(order, id=order_id), runner)
        except NotConnectedError as error:
            self._unanswered.answered(order_id)
            self.notify(f"{error}. Try again when the broker is back.", title=runner, severity="error")
