"""The coach's dashboard: all runners on one broker, without configuring any of them."""

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
from tui.state.pending_requests import PendingRequests
from tui.state.roster import Roster
from tui.state.words import marked_words, reach_words, sentence

PAINT_S = 1.0
"""Everything shown changes once a second; painting forty rows is most of this dashboard's cost (measured)."""
ANSWER_TIMEOUT_S = 5.0
"""Over a network with Wi-Fi an answer takes a second or two, not more."""
_REQUESTED: dict[Action, str] = {
    "nudge": "your message",
    "ask_pain": "your question",
    "mute": "the mute",
    "unmute": "the unmute",
    "mark": "the mark",
}


class Request(NamedTuple):
    """A request to a runner's hub that awaits its answer."""

    runner: str
    action: Action


class CoachApp(Shell):
    """The dashboard of many runners.

    where   names the broker in the top line
    runner  the only one to show; None: all
    """

    TITLE = "stridecue watch"
    BINDINGS: ClassVar[list[BindingType]] = [
        # a phone's screen cuts off the end of this line, so the most important come first
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("q", "quit", "Quit"),
        Binding("n", "nudge", "Say"),
        Binding("a", "order('ask_pain')", "Ask"),
        Binding("m", "order('mute')", "Mute"),
        Binding("u", "order('unmute')", "Unmute"),
        Binding("k", "order('mark')", "Mark"),
        Binding("w", "web", "Web"),
        Binding("d", "theme", "Theme"),
        Binding("ctrl+c", "quit", "Quit", show=False, priority=True),
    ]

    def __init__(
        self, feed: Feed, where: str, clock_s: Callable[[], float] = time.monotonic, *, runner: str | None = None
    ) -> None:
        roster = Roster()
        super().__init__(feed, clock_s, on_item=roster.apply, on_failure=self._show_failure)
        self.roster = roster
        self._home = RosterScreen(where, runner)
        self.pending: PendingRequests[Request] = PendingRequests(ANSWER_TIMEOUT_S)

    async def on_mount(self) -> None:
        """Show the roster, follow the feed, start painting."""
        await self.push_screen(self._home)
        self.follow()
        self.set_interval(PAINT_S, self.repaint)

    def _show_failure(self, error: BaseException | None) -> None:
        self.notify(f"This dashboard failed: {error}. Press q.", severity="error", timeout=3600)

    def repaint(self) -> None:
        """Show new replies and marks, and bring the screens up to date."""
        now_s = self._clock_s()
        for runner, reply in self.roster.replies():
            if self.pending.resolve(reply.id) is not None:
                self.notify(reply.text, title=runner, severity="information" if reply.ok else "error")
        for request in self.pending.overdue(now_s):
            self._warn_unanswered(request)
        for runner in self.roster.just_answered():
            self.notify("Answered your question. The answer is private.", title=runner)
        for runner, mark in self.roster.marks_of_runners():
            self.notify(marked_words(mark, replayed=False), title=runner)
        for screen in self.screen_stack:
            if isinstance(screen, RosterScreen):
                screen.paint(self.roster, now_s)
            elif isinstance(screen, WatchedScreen):
                screen.show(self.roster[screen.runner], now_s)

    def _warn_unanswered(self, request: Request) -> None:
        offline = request.runner in self.roster and self.roster[request.runner].board.hub_online is False
        why = "their hub is offline" if offline else "their hub has not answered"
        what = sentence(f"{_REQUESTED[request.action]} may not have arrived: {why}")
        self.notify(what, title=request.runner, severity="warning", timeout=10)

    def action_open(self) -> None:
        """Show the chosen runner in full."""
        runner = self._home.chosen
        if runner is not None and self.screen is self._home:
            self.push_screen(WatchedScreen(runner))
            self.call_after_refresh(self.repaint)

    def action_roster(self) -> None:
        """Go back to the roster."""
        if self.screen is not self._home:
            self.pop_screen()

    def action_help(self) -> None:
        """Open the help for the keys and numbers on this screen."""
        self.push_screen(HelpScreen(COACH, COACH_KEYS))

    def action_web(self) -> None:
        """Serve this dashboard to a browser."""
        if self.page is not None:
            self.push_screen(WebScreen(self, self.page))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the page only where there is one: a dashboard shown in a browser has none."""
        del parameters
        return action != "web" or self.page is not None

    def action_nudge(self) -> None:
        """Ask for a message to the runner, and send it."""
        runner = self._selected()
        if runner is not None:
            reach = reach_words(self.roster[runner].board.session)
            self.push_screen(NudgeScreen(runner, reach), lambda words: self._nudge(runner, words))

    def action_order(self, action: Action) -> None:
        """Send an order to the selected runner."""
        runner = self._selected()
        if runner is not None:
            self.send(runner, CommandMessage(action=action, by="coach"))

    def _nudge(self, runner: str, words: str | None) -> None:
        if words is not None:
            self.send(runner, CommandMessage(action="nudge", by="coach", text=words))

    def _selected(self) -> str | None:
        """Return the runner whose screen or row is selected."""
        if isinstance(self.screen, WatchedScreen):
            return self.screen.runner
        return self._home.chosen if self.screen is self._home else None

    @work(exit_on_error=False, group="orders")
    async def send(self, runner: str, order: CommandMessage) -> None:
        """Send an order; its answer is shown when it arrives, a warning when it is overdue."""
        order_id = self.pending.add(Request(runner, order.action), self._clock_s())
        try:
            await self._feed.send(msgspec.structs.replace(order, id=order_id), runner)
        except NotConnectedError as error:
            self.pending.resolve(order_id)
            self.notify(f"{error}. Try again when the broker is back.", title=runner, severity="error")
