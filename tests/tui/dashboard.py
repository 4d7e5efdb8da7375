"""One runner's dashboard on a written feed, driven by Pilot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from dsp.records import Side
from tests.tui.driver import Driver
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
    """What a test of one runner's dashboard touches."""

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
        say = self.banner.saying
        return "" if say is None else f"{say.word}: {say.text} {say.why}"

    @property
    def status(self) -> str:
        return text_of(self.app.screen_stack[1].query_one(StatusLine))

    @property
    def sensors(self) -> list[str]:
        return text_of(self.app.screen_stack[1].query_one(SensorTable)).splitlines()

    @property
    def plots(self) -> dict[Side, BraillePlot]:
        """The moving plots, by the side that is landed on."""
        return self.app.screen_stack[1].query_one(HipPlots).plots

    @property
    def gauge(self) -> ThresholdGauge:
        return self.app.screen_stack[1].query_one(ThresholdGauge)


def text_of(widget: StatusLine | SensorTable | CueBanner | ThresholdGauge) -> str:
    """The words that a Static shows."""
    return str(widget.content)


@asynccontextmanager
async def dashboard(size: tuple[int, int] = SMALL) -> AsyncIterator[Dashboard]:
    feed, clock = ScriptedFeed(), Clock()
    app = DashboardApp(feed, "ann", clock)
    app.page = WrittenPage()
    app.wear("dark")
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Dashboard(app, pilot, feed, clock)
