"""The base of both dashboards: an app with our themes and screen sizes that follows a feed."""

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
"""Size classes used by the style sheets; 80x24 is -narrow -low, 120x40 is -wide -tall."""
_FEW_COLOURS = (None, "standard", "windows")
"""Rich's names of colour systems with at most sixteen colours."""

_LOG = logging.getLogger("stridecue.dashboard")


class Shell(App[None]):
    """A Textual app whose only input is a feed.

    on_item     called with each item of the feed and the time on the dashboard's clock
    on_failure  called when reading the feed fails: a frozen screen must never look like a quiet run
    """

    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    ONE_TOAST: ClassVar[bool] = False
    """Whether a notification replaces the one before: together they would cover the screen."""

    def __init__(
        self,
        feed: Feed,
        clock_s: Callable[[], float],
        *,
        on_item: Callable[[Item, float], None],
        on_failure: Callable[[BaseException | None], None],
    ) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS, self.VERTICAL_BREAKPOINTS = WIDTHS, HEIGHTS
        for theme in themes():
            self.register_theme(theme)
        self.theme_memory = ThemeMemory()
        self.page: Page | None = None  # none for a viewer in a browser
        self.use_theme(None)
        self._feed = feed
        self._clock_s = clock_s
        self._on_item = on_item
        self._on_failure = on_failure

    def _fatal_error(self) -> None:
        """Report an internal error in one line, with the traceback in the log.

        Textual would print pages of it with the values of variables, some of which are health data.
        """
        error = self._exception
        if error is None:
            super()._fatal_error()
            return
        if self._exit_renderables:
            return  # a consequence of the first error
        kind = type(error).__name__  # the message may contain health data
        _LOG.error("the dashboard failed: %s\n%s", kind, "".join(format_tb(error.__traceback__)))
        self.panic(Text(f"stridecue: the dashboard failed ({kind}). This is a bug; please report it with {log_file()}"))

    @work(exclusive=True, exit_on_error=False, group="feed")
    async def follow(self) -> None:
        """Pass every item of the feed on; nothing is queued, only the newest state is kept."""
        async for item in self._feed.watch():
            self._on_item(item, self._clock_s())

    @work(group="page")
    async def serve_page(self) -> None:
        """Serve the coach's page, in a worker of the app so that closing a screen does not cancel it."""
        if self.page is not None:
            await self.page.start(look_name(self.theme))

    @work(group="page")
    async def stop_page(self) -> None:
        """Stop serving the page."""
        if self.page is not None:
            await self.page.stop()

    @work(group="browser")
    async def show_page(self) -> None:
        """Open the page in this machine's browser."""
        if self.page is not None:
            await self.page.show()

    async def on_unmount(self) -> None:
        """Stop the page's server with the app."""
        if self.page is not None:
            await self.page.stop()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a failure of the feed's reader."""
        if event.worker.group == "feed" and event.state is WorkerState.ERROR:
            self._on_failure(event.worker.error)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a notification verbatim: brackets in words that others send are not markup."""
        if self.ONE_TOAST:
            self.clear_notifications()
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def use_theme(self, name: str | None) -> None:
        """Apply the theme `name`, else the one chosen last, else one that suits the terminal."""
        few_colours = self.no_color or self.console.color_system in _FEW_COLOURS
        self.theme = theme_name(name or self.theme_memory.chosen or (FOR_FEW_COLOURS if few_colours else NAMES[0]))

    def action_theme(self) -> None:
        """Apply the next theme, and remember it."""
        name = NAMES[(NAMES.index(look_name(self.theme)) + 1) % len(NAMES)]
        self.theme = theme_name(name)
        self.theme_memory.keep(name)
        self.notify(name.replace("-", " "), title="Theme", timeout=2)
