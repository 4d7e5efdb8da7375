"""One runner as a coach sees them: the runner's own screen, with the run so far in place of the moving plots.

The plots need fifty values a second, which are not published beyond the runner's own hub.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Horizontal, Vertical

from tui.screens.runner import RunnerScreen
from tui.state.ahead import Ahead, for_coach
from tui.state.announcement import Announcement
from tui.state.asked import asked_words
from tui.state.board import Board
from tui.state.roster import Watched
from tui.state.words import sentence
from tui.widgets.cue_banner import CueBanner
from tui.widgets.key_footer import KeyFooter
from tui.widgets.trend_panel import TrendPanel


class AskedBanner(CueBanner):
    """The runner's banner, with the state of a coach's question (`asked`) in its second line."""

    asked = ""

    def show(self, announcement: Announcement) -> None:
        """Show `announcement` and the state of the question."""
        super().show(replace(announcement, why=" · ".join(filter(None, (self.asked, announcement.why)))))


class WatchedScreen(RunnerScreen):
    """Shows one runner of the roster in full."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "app.roster", "Back")]

    def __init__(self, runner: str) -> None:
        super().__init__()
        self.runner = runner
        self._trend = TrendPanel()
        self._banner: AskedBanner = AskedBanner()

    def compose(self) -> ComposeResult:
        """Lay out the runner's screen, with the trend in place of the plots."""
        yield self._status
        yield Grid(*self._tiles, id="tiles")
        yield self._banner
        with Horizontal(id="lower"):
            yield self._trend
            yield Vertical(self._gauge, self._sensors, self._cues, id="right")
        yield KeyFooter(show_command_palette=False)

    def _ahead(self, board: Board, now_s: float) -> Ahead:
        return for_coach(super()._ahead(board, now_s))

    def show(self, watched: Watched, now_s: float) -> None:
        """Bring the screen up to date."""
        self._banner.asked = sentence(words) if (words := asked_words(watched.board.session)) else ""
        self.paint(watched.board, now_s, watched.runner, muted=False)
        self._trend.show(watched.trend)
