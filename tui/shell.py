"""What both dashboards are: an app in our themes and sizes that follows a feed and keeps answering keys."""

from __future__ import annotations

import logging
from collections.abc import Callable
from traceback import format_tb
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import App
from textual.notifications import SeverityLevel
from textual.worker import Worker, WorkerState

from hub.client import Item
from hub.settings.folders import log_file
from tui.look.theme import FOR_FEW_COLOURS, NAMES, look_name, theme_name, themes
from tui.look.theme_memory import ThemeMemory
from tui.page.served import Page
from tui.state.feed import Feed

WIDTHS = [(0, "-tight"), (76, "-narrow"), (110, "-wide")]
HEIGHTS = [(0, "-flat"), (22, "-low"), (34, "-tall"), (54, "-grand")]
"""Classes that the style sheets lay out by; 80x24 is -narrow -low, 120x40 is -wide -tall."""
_FEW_COLOURS = (None, "standard", "windows")
"""Colour systems of at most sixteen colours, as Rich names them."""

_LOG = logging.getLogger("stridecue.dashboard")


class Shell(App[None]):
    """The feed is all it knows of the outside.

    hear   takes in one item of the feed, at a time of the dashboard's clock
    fail   is told why nothing is heard any more: a frozen screen must never look like a quiet run
    """

    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    ONE_TOAST: ClassVar[bool] = False
    """Whether what is said takes the place of what was said before: together they would cover what lies below."""

    def __init__(
        self,
        feed: Feed,
        clock_s: Callable[[], float],
        *,
        hear: Callable[[Item, float], None],
        fail: Callable[[BaseException | None], None],
    ) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS, self.VERTICAL_BREAKPOINTS = WIDTHS, HEIGHTS
        for theme in themes():
            self.register_theme(theme)
        self.looks = ThemeMemory()
        self.page: Page | None = None  # none for who looks on in a browser
        self.wear(None)
        self._feed = feed
        self._clock_s = clock_s
        self._hear = hear
        self._fail = fail

    def _fatal_error(self) -> None:
        """Say in a line that it ends by a mistake of ours; where is in the log.

        Textual would draw pages over the terminal, with the values of variables, of which some tell what hurts.
        """
        error = self._exception
        if error is None:
            super()._fatal_error()
            return
        if self._exit_renderables:
            return  # what follows from the first one
        kind = type(error).__name__  # its words may repeat what hurts
        _LOG.error("the dashboard failed: %s\n%s", kind, "".join(format_tb(error.__traceback__)))
        self.panic(
            Text(f"stridecue: the dashboard failed ({kind}): a mistake of ours; please report it with {log_file()}")
        )

    @work(exclusive=True, exit_on_error=False, group="feed")
    async def follow(self) -> None:
        """Take in everything the feed says; nothing is queued, only the newest is kept."""
        async for item in self._feed.watch():
            self._hear(item, self._clock_s())

    @work(group="page")
    async def serve_page(self) -> None:
        """Serve it: a worker of the app, which no screen that is closed takes along."""
        if self.page is not None:
            await self.page.start(look_name(self.theme))

    @work(group="page")
    async def stop_page(self) -> None:
        """Serve it no more."""
        if self.page is not None:
            await self.page.stop()

    @work(group="browser")
    async def show_page(self) -> None:
        """Open it in this machine's browser."""
        if self.page is not None:
            await self.page.show()

    async def on_unmount(self) -> None:
        """Leave nothing behind."""
        if self.page is not None:
            await self.page.stop()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Notice that the reader failed."""
        if event.worker.group == "feed" and event.state is WorkerState.ERROR:
            self._fail(event.worker.error)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Say something in a corner, as it is written: brackets that somebody sends are no markup."""
        if self.ONE_TOAST:
            self.clear_notifications()
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def wear(self, asked: str | None) -> None:
        """Put on the look asked for, else the one chosen last, else one that suits the terminal."""
        few_colours = self.no_color or self.console.color_system in _FEW_COLOURS
        self.theme = theme_name(asked or self.looks.chosen or (FOR_FEW_COLOURS if few_colours else NAMES[0]))

    def action_theme(self) -> None:
        """Put on the next look, and remember it."""
        name = NAMES[(NAMES.index(look_name(self.theme)) + 1) % len(NAMES)]
        self.theme = theme_name(name)
        self.looks.keep(name)
        self.notify(name.replace("-", " "), title="Theme", timeout=2)
