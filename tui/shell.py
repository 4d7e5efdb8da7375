"""What both dashboards are: an app in our themes and sizes that follows a feed and keeps answering keys."""

from __future__ import annotations

from collections.abc import Callable

from textual import work
from textual.app import App
from textual.worker import Worker, WorkerState

from hub.client import Item
from tui.feed import Feed
from tui.theme import DARK, LIGHT

WIDTHS = [(0, "-tight"), (76, "-narrow"), (110, "-wide")]
HEIGHTS = [(0, "-flat"), (22, "-low"), (34, "-tall"), (54, "-grand")]
"""Classes that the style sheets lay out by; 80x24 is -narrow -low, 120x40 is -wide -tall."""


class Shell(App[None]):
    """The feed is all it knows of the outside.

    hear  takes in one item of the feed, at a time of the dashboard's clock
    fail  is told why nothing is heard any more: a frozen screen must never look like a quiet run
    """

    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False

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
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name
        self._feed = feed
        self._clock_s = clock_s
        self._hear = hear
        self._fail = fail

    @work(exclusive=True, exit_on_error=False, group="feed")
    async def follow(self) -> None:
        """Take in everything the feed says; nothing is queued, only the newest is kept."""
        async for item in self._feed.watch():
            self._hear(item, self._clock_s())

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Notice that the reader failed."""
        if event.worker.group == "feed" and event.state is WorkerState.ERROR:
            self._fail(event.worker.error)

    def action_theme(self) -> None:
        """Swap dark and light."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name
