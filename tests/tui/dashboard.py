"""The runner's dashboard on a scripted feed, driven by Pilot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from dsp.records import Side
from tests.tui.driver import Driver
from tests.tui.notices import Notices
from tests.tui.page import WrittenPage
from tests.tui.scenes import Clock, Say, ScriptedFeed
from tui.app import DashboardApp
from tui.widgets.braille_plot import BraillePlot
from tui.widgets.cue_banner import CueBanner
from tui.widgets.hip_plots import HipPlots
from tui.widgets.metric_tile import MetricTile
from tui.widgets.sensor_table import SensorTable
from tui.widgets.status_line import StatusLine
from tui.widgets.threshold_gauge import ThresholdGauge

SMALL = (80, 24)
LARGE = (120, 40)


@dataclass
class Dashboard(Driver[DashboardApp]):
    """A test's access to the runner's dashboard."""

    async def play(self, *scenes: Say) -> None:
        for scene in scenes:
            scene(self.feed, self.clock)
            await self.look()

    def tile(self, key: str) -> MetricTile:
        return self.app.screen_stack[1].query_one(f"#{key}", MetricTile)

    @property
    def banner(self) -> CueBanner:
        return self.app.screen_stack[1].query_one(CueBanner)

    @property
    def said(self) -> str:
        """Word, text and reason of the banner."""
        now = self.banner.announcement
        return "" if now is None else f"{now.word}: {now.text} {now.why}"

    @property
    def status(self) -> str:
        return text_of(self.app.screen_stack[1].query_one(StatusLine))

    @property
    def sensors(self) -> list[str]:
        return text_of(self.app.screen_stack[1].query_one(SensorTable)).splitlines()

    @property
    def plots(self) -> dict[Side, BraillePlot]:
        """The moving plots, by landing side."""
        return self.app.screen_stack[1].query_one(HipPlots).plots

    @property
    def gauge(self) -> ThresholdGauge:
        return self.app.screen_stack[1].query_one(ThresholdGauge)


def text_of(widget: StatusLine | SensorTable | CueBanner | ThresholdGauge) -> str:
    """Return the text that a Static shows."""
    return str(widget.content)


@asynccontextmanager
async def dashboard(size: tuple[int, int] = SMALL) -> AsyncIterator[Dashboard]:
    feed, clock, notices = ScriptedFeed(), Clock(), Notices()
    app = DashboardApp(feed, "ann", clock)
    app.page = WrittenPage()
    app.use_theme("dark")
    async with app.run_test(size=size, notifications=True, message_hook=notices) as pilot:
        yield Dashboard(app, pilot, feed, clock, notices)
