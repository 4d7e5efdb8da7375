"""The dashboard: follows a feed, paints a board ten times a second, and keeps answering keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar, Literal, NamedTuple

import msgspec
from textual import work
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import Footer

from dsp.runner.triage import PainRule
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
from tui.state.unanswered import Unanswered
from tui.state.words import marked_words, sentence
from tui.widgets.replay_line import ReplayLine

PAINT_HZ = 10.0
"""The plots: smooth to the eye; with all the rest a tenth of a core (docs/dashboard-costs.md)."""
SLOW_EVERY = 5
"""Everything else is looked at every so many paints: twice a second, and it changes once a second."""

_LIVE = frozenset({"pain", "cues", "mark"})
_STEERING = frozenset({"hold", "faster", "skip", "seek", "jump"})
SKIP_S, LONG_SKIP_S = 10.0, 60.0
SKIP_EVERY_S = 0.25
"""A key that is held down repeats faster than a hub takes orders: the steps between are added up."""
PATIENCE_S = 3.0
"""What the hub does not say within this it did not do; on one machine it answers in milliseconds."""
SLOWEST, FASTEST = 0.25, 32.0
"""A replay faster than this is limited by the machine anyway."""

ROOMY_ROWS = 24
"""From here on a note may have a line more."""
TAKE_BACK = "By mistake? p 0 Enter within 2 min."

_UNDONE = {"pain": ("NOT noted", "p"), "cues": ("NOT done", "- or +"), "mark": ("NOT marked", "k")}
"""What an order without an answer is taken for, and the key that asks again."""


class Asked(NamedTuple):
    """What was sent to the hub and waits for its answer; `said`: in words; `undo`: how it is taken back."""

    kind: Literal["pain", "cues", "mark"]
    said: str
    undo: str = ""


class DashboardApp(Shell):
    """One runner."""

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
        Binding("right", f"skip({SKIP_S})", "10 s on", show=False),
        Binding("comma,shift+left", f"skip({-LONG_SKIP_S})", "60 s", show=False),
        Binding("full_stop,shift+right", f"skip({LONG_SKIP_S})", "60 s on", show=False),
        Binding("home", "seek", "From the start", show=False),
        Binding("n", "jump('jump')", "Next", key_display="n N"),
        Binding("N", "jump('jump_back')", "Back to the last", show=False),
        Binding("q", "quit", "Quit"),
        Binding("d", "theme", "Look"),
        Binding("ctrl+c", "quit", "Quit", show=False, priority=True),
    ]

    def __init__(
        self, feed: Feed, runner: str, clock_s: Callable[[], float] = time.monotonic, *, reported: str = ""
    ) -> None:
        board = Board(reported)
        super().__init__(feed, clock_s, hear=self._hear_of, fail=self._say_broken)
        self.board = board
        self.painted = 0
        self._runner = runner
        self._home = RunnerScreen()
        self._line = ReplayLine()
        self._unanswered: Unanswered[Asked] = Unanswered(PATIENCE_S)
        self._mute_asked: bool | None = None
        self._mute_until_s = 0.0
        self._replaying = False
        self._held = False
        self._speed = 1.0
        self._skip_s = 0.0
        self._skips: Timer | None = None

    async def on_mount(self) -> None:
        """Show the runner's screen, follow the feed, start painting."""
        await self.push_screen(self._home)
        self.follow()
        self.set_interval(1.0 / PAINT_HZ, self._paint)

    def _hear_of(self, item: Item, now_s: float) -> None:
        self.board.apply(item, now_s)
        if not isinstance(item, Received):
            return
        match item.message:
            case SessionMessage():
                self._follow_replay()
                if self.board.muted == self._mute_asked:
                    self._mute_asked = None
            case ReplyMessage() as reply if (asked := self._unanswered.answered(reply.id)) is not None:
                self._say_answer(asked, reply)
            case MarkMessage(late=False) as mark:
                self.notify(sentence(marked_words(mark, replayed=self._replaying)), timeout=4)
            case ReplyMessage(ok=False, text=text) if self._replaying:
                self.notify(sentence(text), timeout=3)

    def _say_answer(self, asked: Asked, reply: ReplyMessage) -> None:
        match asked.kind:
            case "pain" if reply.ok:
                undo = f" {asked.undo}" if asked.undo and self.size.height >= ROOMY_ROWS else ""
                self.notify(f"{asked.said}: noted.{undo}", title="Pain")
            case "pain":
                self.notify(f"{asked.said}: NOT noted. {sentence(reply.text)}", title="Pain", severity="error")
            case "cues":
                self.notify(sentence(reply.text), title="Cues", timeout=4)
            case "mark" if not reply.ok:  # one that was made comes as a mark
                self.notify(sentence(reply.text), severity="error")

    def _say_unanswered(self, now_s: float) -> None:
        for asked in self._unanswered.overdue(now_s):
            undone, key = _UNDONE[asked.kind]
            self.notify(f"{asked.said}: {undone}, the hub has not answered. Press {key} again later.", severity="error")

    def _follow_replay(self) -> None:
        """Know what the next key is to change: what the hub says, whoever ordered it, and not what was asked of it."""
        now = self.board.replay
        if now is None:
            return
        self._speed = now.speed
        if now.state in {"playing", "paused"}:
            self._held = now.state == "paused"

    def _say_broken(self, error: BaseException | None) -> None:
        self.board.link.broken = f"{type(error).__name__}: {error}"

    def _paint(self) -> None:
        if not self.screen_stack:
            return  # on the way out: a clock of Textual's outlives the screens by a moment
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
            if not self._line.is_attached:
                self._home.mount(self._line, before=self._home.query_one(Footer))
        if self.board.replay is not None:
            self._line.show(self.board.replay)
        self._say_unanswered(now_s)
        self.board.said.look(now_s, covered=self.screen is not self._home)
        self._home.paint_plot(self.board, now_s)
        served = self.page is not None and self.page.state in {"starting", "on"}
        self._home.paint(self.board, now_s, self._runner, muted=self.muted, served=served)

    @property
    def muted(self) -> bool:
        """Whether cues are, as the hub says, whoever muted it; or as was just asked of it, until it says so."""
        asked = self._mute_asked if self._clock_s() < self._mute_until_s else None
        return self.board.muted if asked is None else asked

    def action_pain(self) -> None:
        """Ask how much and where; the report goes to the hub."""
        session = self.board.session
        rule = None if session is None else session.pain_rule
        self.push_screen(PainScreen(rule or PainRule.TREK), self._report_pain)

    def action_mute(self) -> None:
        """Quiet: no cues, sounds or speech, and what others send is hidden (a stop cue is always shown)."""
        self._mute_asked, self._mute_until_s = not self.muted, self._clock_s() + PATIENCE_S
        self.order(CommandMessage(action="mute" if self._mute_asked else "unmute"))
        self.repaint()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a replay can be steered, only a live run takes reports and wishes: the other's keys are not there."""
        del parameters
        if action == "web":
            return self.page is not None and not self._replaying  # whose coach would look on
        if action in _LIVE:
            return not self._replaying
        return self._replaying or action not in _STEERING

    def action_hold(self) -> None:
        """Pause a replay, or let it go on."""
        self._held = not self._held
        self.order(CommandMessage(action="pause" if self._held else "resume"))

    def action_faster(self, factor: float) -> None:
        """Change a replay's speed."""
        self._speed = min(FASTEST, max(SLOWEST, self._speed * factor))
        self.order(CommandMessage(action="speed", factor=self._speed))

    def action_skip(self, seconds: float) -> None:
        """Go so much further in a replay, or back."""
        self._skip_s += seconds
        if self._skips is None:
            self._send_skip()

    def _send_skip(self) -> None:
        seconds, self._skip_s, self._skips = self._skip_s, 0.0, None
        if seconds:
            self.order(CommandMessage(action="skip", seconds=seconds))
            self._skips = self.set_timer(SKIP_EVERY_S, self._send_skip)

    def action_seek(self) -> None:
        """Go to the start of a replay."""
        self.order(CommandMessage(action="seek", seconds=0.0))

    def action_jump(self, where: Literal["jump", "jump_back"]) -> None:
        """Go to what happened next in a replay, or last."""
        self.order(CommandMessage(action=where))

    def action_cues(self, which: Literal["less", "more"]) -> None:
        """Fewer or more cues, in this run and the next ones; the hub says how many there are now."""
        asked = Asked("cues", f"{'Fewer' if which == 'less' else 'More'} cues")
        self.order(CommandMessage(action=which, id=self._unanswered.ask(asked, self._clock_s())))

    def action_mark(self) -> None:
        """Mark this moment; that it is marked is said when the hub says so."""
        asked = Asked("mark", "This moment")
        self.order(CommandMessage(action="mark", id=self._unanswered.ask(asked, self._clock_s())))

    @work(exit_on_error=False, group="order")
    async def order(self, order: CommandMessage) -> None:
        """Deliver an order to the hub; say so when nobody took it."""
        try:
            await self._feed.send(order)
        except NotConnectedError as error:
            self._unanswered.answered(order.id)
            self.notify(f"{error}", severity="error")
            self._mute_asked = None  # the next key asks for the same again
            self._follow_replay()

    def action_help(self) -> None:
        """Explain every number."""
        self.push_screen(HelpScreen(RUNNER, REPLAY_KEYS if self._replaying else RUNNER_KEYS))

    def action_web(self) -> None:
        """Serve what a coach sees to a browser."""
        if self.page is not None:
            self.push_screen(WebScreen(self, self.page))

    def _report_pain(self, report: PainMessage | None) -> None:
        if report is not None:
            self.send_pain(report)

    @work(exit_on_error=False, group="pain")
    async def send_pain(self, report: PainMessage) -> None:
        """Deliver a report; that it is noted is said when the hub says so."""
        where = " ".join(each for each in (report.side, report.site) if each)
        said = f"Pain {report.level} of 10 ({level_word(report.level)})" + (f", {where}" if where else "")
        undo = TAKE_BACK if report.level or report.numb else ""
        order_id = self._unanswered.ask(Asked("pain", said, undo), self._clock_s())
        try:
            await self._feed.send(msgspec.structs.replace(report, id=order_id))
        except NotConnectedError:
            self._unanswered.answered(order_id)
            self.notify(f"{said}: NOT noted, there is no link to the hub. Press p again later.", severity="error")
