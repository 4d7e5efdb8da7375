"""The runner's dashboard: follows a feed, paints a board ten times a second, and stays responsive to keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar, Literal, NamedTuple

import msgspec
from textual import work
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import Footer

from dsp.records import PainReport
from dsp.runner.triage import PainRule, hurts, triage
from dsp.texts import level_word
from hub.client import Item, NotConnectedError, Received
from hub.messages.incoming import CommandMessage, PainMessage
from hub.messages.wire import MarkMessage, ReplyMessage, SessionMessage
from tui.explanations import REPLAY_KEYS, RUNNER, RUNNER_KEYS
from tui.screens.help import HelpScreen
from tui.screens.pain import PainScreen
from tui.screens.runner import RunnerScreen
from tui.screens.web import WebScreen
from tui.shell import Shell
from tui.state.board import Board
from tui.state.feed import Feed
from tui.state.pending_requests import PendingRequests
from tui.state.words import marked_words, sentence
from tui.widgets.replay_line import ReplayLine

PAINT_HZ = 10.0
"""Rate of the plots: smooth to the eye; the whole dashboard takes a tenth of a core (docs/dashboard-costs.md)."""
SLOW_EVERY = 5
"""All else is updated every so many paints: twice a second, for values that change once a second."""

_LIVE = frozenset({"pain", "cues", "mark"})
_STEERING = frozenset({"hold", "faster", "skip", "seek", "jump"})
SKIP_S, LONG_SKIP_S = 10.0, 60.0
SKIP_EVERY_S = 0.25
"""A key that is held down repeats faster than a hub accepts orders, so the steps in between are summed."""
ANSWER_TIMEOUT_S = 3.0
"""A request without an answer by then counts as not done; on one machine the hub answers in milliseconds."""
SLOWEST, FASTEST = 0.25, 32.0
"""Speed factors of a replay; a faster one is limited by the machine anyway."""

ROOMY_ROWS = 24
"""From this height on a notification may have an extra line."""
TAKE_BACK = "By mistake? p 0 Enter within 2 min."

_NOT_DONE = {"pain": ("NOT noted", "p"), "cues": ("NOT done", "- or +"), "mark": ("NOT marked", "k")}
"""How a request without an answer is reported, and the key that repeats it."""


class Request(NamedTuple):
    """A request to the hub that awaits its answer; `words`: what was asked; `undo`: how to take it back."""

    kind: Literal["pain", "cues", "mark"]
    words: str
    undo: str = ""


class DashboardApp(Shell):
    """The dashboard of one runner; `reported`: what they reported after the last run."""

    ONE_TOAST = True

    TITLE = "stridecue"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pain", "Pain"),
        Binding("m", "mute", "Mute"),
        Binding("minus", "cues('less')", "Cues", key_display="- +"),
        Binding("plus,equals_sign", "cues('more')", "More cues", show=False),
        Binding("k", "mark", "Mark"),
        Binding("w", "web", "Web"),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("space", "hold", "Pause"),
        Binding("plus,equals_sign", "faster(2)", "Speed", key_display="+ -"),
        Binding("minus", "faster(0.5)", "Slower", show=False),
        Binding("left", f"skip({-SKIP_S})", "10 s", key_display="← →"),
        Binding("right", f"skip({SKIP_S})", "10 s forward", show=False),
        Binding("comma,shift+left", f"skip({-LONG_SKIP_S})", "60 s", show=False),
        Binding("full_stop,shift+right", f"skip({LONG_SKIP_S})", "60 s forward", show=False),
        Binding("home", "seek", "From the start", show=False),
        Binding("n", "jump('jump')", "Next", key_display="n N"),
        Binding("N", "jump('jump_back')", "Previous", show=False),
        Binding("q", "quit", "Quit"),
        Binding("d", "theme", "Theme"),
        Binding("ctrl+c", "quit", "Quit", show=False, priority=True),
    ]

    def __init__(
        self, feed: Feed, runner: str, clock_s: Callable[[], float] = time.monotonic, *, reported: str = ""
    ) -> None:
        board = Board(reported)
        super().__init__(feed, clock_s, on_item=self._apply, on_failure=self._show_failure)
        self.board = board
        self.painted = 0
        self._runner = runner
        self._home = RunnerScreen()
        self._replay_line = ReplayLine()
        self.pending: PendingRequests[Request] = PendingRequests(ANSWER_TIMEOUT_S)
        self._mute_asked: bool | None = None
        self._mute_until_s = 0.0
        self._replaying = False
        self._held = False
        self._speed = 1.0
        self._skip_s = 0.0
        self._skip_timer: Timer | None = None

    async def on_mount(self) -> None:
        """Show the runner's screen, follow the feed, start painting."""
        await self.push_screen(self._home)
        self.follow()
        self.set_interval(1.0 / PAINT_HZ, self.tick)

    def _apply(self, item: Item, now_s: float) -> None:
        self.board.apply(item, now_s)
        if not isinstance(item, Received):
            return
        match item.message:
            case SessionMessage():
                self._sync_replay()
                if self.board.muted == self._mute_asked:
                    self._mute_asked = None
            case ReplyMessage() as reply if (request := self.pending.resolve(reply.id)) is not None:
                self._show_answer(request, reply)
            case MarkMessage(late=False) as mark:
                self.notify(sentence(marked_words(mark, replayed=self._replaying)), timeout=4)
            case ReplyMessage(ok=False, text=text) if self._replaying:
                self.notify(sentence(text), timeout=3)

    def _show_answer(self, request: Request, reply: ReplyMessage) -> None:
        match request.kind:
            case "pain" if reply.ok:
                undo = f" {request.undo}" if request.undo and self.size.height >= ROOMY_ROWS else ""
                self.notify(f"{request.words}: noted.{undo}", title="Pain")
            case "pain":
                self.notify(f"{request.words}: NOT noted. {sentence(reply.text)}", title="Pain", severity="error")
            case "cues":
                self.notify(sentence(reply.text), title="Cues", timeout=4)
            case "mark" if not reply.ok:  # a successful one arrives as a mark
                self.notify(sentence(reply.text), severity="error")

    def _warn_unanswered(self, now_s: float) -> None:
        for request in self.pending.overdue(now_s):
            not_done, key = _NOT_DONE[request.kind]
            self.notify(
                f"{request.words}: {not_done}, the hub has not answered. Press {key} to try again.", severity="error"
            )

    def _sync_replay(self) -> None:
        """Base the next key on the replay's state according to the hub, not on what was requested of it."""
        now = self.board.replay
        if now is None:
            return
        self._speed = now.speed
        if now.state in {"playing", "paused"}:
            self._held = now.state == "paused"

    def _show_failure(self, error: BaseException | None) -> None:
        self.board.link.broken = f"{type(error).__name__}: {error}"

    def tick(self) -> None:
        """Paint the plots, and every `SLOW_EVERY` calls everything else."""
        if not self.screen_stack:
            return  # shutting down: Textual's timers briefly outlive the screens
        if self.painted % SLOW_EVERY:
            self._home.paint_plot(self.board, self._clock_s())
        else:
            self.repaint()
        self.painted += 1

    def repaint(self) -> None:
        """Bring everything up to date at once."""
        now_s = self._clock_s()
        replaying = self.board.session is not None and self.board.session.source == "replay"
        if replaying != self._replaying:
            self._replaying = replaying
            self._home.set_class(replaying, "-replaying")
            self.refresh_bindings()
            if not self._replay_line.is_attached:
                self._home.mount(self._replay_line, before=self._home.query_one(Footer))
        if self.board.replay is not None:
            self._replay_line.show(self.board.replay)
        self._warn_unanswered(now_s)
        self.board.recent_cues.update_cover(now_s, covered=self.screen is not self._home)
        self._home.paint_plot(self.board, now_s)
        served = self.page is not None and self.page.state in {"starting", "on"}
        self._home.paint(self.board, now_s, self._runner, muted=self.muted, served=served)

    @property
    def muted(self) -> bool:
        """Whether cues are muted: as just requested, until the hub confirms it or a timeout; else as the hub has it."""
        asked = self._mute_asked if self._clock_s() < self._mute_until_s else None
        return self.board.muted if asked is None else asked

    def action_pain(self) -> None:
        """Open the pain form; its report goes to the hub."""
        session = self.board.session
        rule = None if session is None else session.pain_rule
        self.push_screen(PainScreen(rule or PainRule.TREK), self._report_pain)

    def action_mute(self) -> None:
        """Mute or unmute cues, sounds, speech and what others send; a stop cue is always shown."""
        self._mute_asked, self._mute_until_s = not self.muted, self._clock_s() + ANSWER_TIMEOUT_S
        self.order(CommandMessage(action="mute" if self._mute_asked else "unmute"))
        self.repaint()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer steering keys in a replay only, and reports and requests in a live run only."""
        del parameters
        if action == "web":
            return self.page is not None and not self._replaying  # no coach watches a replay
        if action in _LIVE:
            return not self._replaying
        return self._replaying or action not in _STEERING

    def action_hold(self) -> None:
        """Pause or resume a replay."""
        self._held = not self._held
        self.order(CommandMessage(action="pause" if self._held else "resume"))

    def action_faster(self, factor: float) -> None:
        """Multiply a replay's speed by `factor`."""
        self._speed = min(FASTEST, max(SLOWEST, self._speed * factor))
        self.order(CommandMessage(action="speed", factor=self._speed))

    def action_skip(self, seconds: float) -> None:
        """Skip forward in a replay, or back if `seconds` is negative."""
        self._skip_s += seconds
        if self._skip_timer is None:
            self.send_skip()

    def send_skip(self) -> None:
        """Send the sum of the skips since the last call, and call again after `SKIP_EVERY_S` if there were any."""
        seconds, self._skip_s, self._skip_timer = self._skip_s, 0.0, None
        if seconds:
            self.order(CommandMessage(action="skip", seconds=seconds))
            self._skip_timer = self.set_timer(SKIP_EVERY_S, self.send_skip)

    def action_seek(self) -> None:
        """Go to the start of a replay."""
        self.order(CommandMessage(action="seek", seconds=0.0))

    def action_jump(self, where: Literal["jump", "jump_back"]) -> None:
        """Jump to the next or the previous cue, threshold, mark or pain report of a replay."""
        self.order(CommandMessage(action=where))

    def action_cues(self, which: Literal["less", "more"]) -> None:
        """Ask for fewer or more cues, in this run and the next ones; the hub answers with the new setting."""
        request = Request("cues", f"{'Fewer' if which == 'less' else 'More'} cues")
        self.order(CommandMessage(action=which, id=self.pending.add(request, self._clock_s())))

    def action_mark(self) -> None:
        """Mark this moment; it is shown as marked when the hub confirms it."""
        request = Request("mark", "This moment")
        self.order(CommandMessage(action="mark", id=self.pending.add(request, self._clock_s())))

    @work(exit_on_error=False, group="order")
    async def order(self, order: CommandMessage) -> None:
        """Send an order to the hub; show an error when there is no connection."""
        try:
            await self._feed.send(order)
        except NotConnectedError as error:
            self.pending.resolve(order.id)
            self.notify(f"{error}", severity="error")
            self._mute_asked = None  # so that the next key press requests the same again
            self._sync_replay()

    def action_help(self) -> None:
        """Open the help for the keys and numbers on this screen."""
        self.push_screen(HelpScreen(RUNNER, REPLAY_KEYS if self._replaying else RUNNER_KEYS))

    def action_web(self) -> None:
        """Serve the coach's view to a browser."""
        if self.page is not None:
            self.push_screen(WebScreen(self, self.page))

    def _report_pain(self, report: PainMessage | None) -> None:
        if report is not None:
            self.send_pain(report)

    @work(exit_on_error=False, group="pain")
    async def send_pain(self, report: PainMessage) -> None:
        """Send a pain report; it is shown as noted when the hub confirms it."""
        where = " ".join(each for each in (report.side, report.site) if each)
        words = f"Pain {report.level} of 10 ({level_word(report.level)})" + (f", {where}" if where else "")
        said = PainReport(0, report.level, report.site, numb=report.numb)
        # A report with signs for a clinician cannot be withdrawn (`dsp.guidance`).
        undo = TAKE_BACK if hurts(said) and not triage(said).stops_cues else ""
        order_id = self.pending.add(Request("pain", words, undo), self._clock_s())
        try:
            await self._feed.send(msgspec.structs.replace(report, id=order_id))
        except NotConnectedError:
            self.pending.resolve(order_id)
            self.notify(f"{words}: NOT noted, there is no link to the hub. Press p to try again.", severity="error")
