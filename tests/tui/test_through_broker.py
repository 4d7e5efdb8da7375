"""The dashboard on a real mosquitto: it shows what is published, responds to keys, survives the loss of the broker."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from textual.pilot import Pilot

from benchmarks.recorded_run import write_run
from drivers.recordings.recording import RecordingReader
from hub.broker.loopback import LoopbackBroker
from hub.broker.mosquitto import Mosquitto, find_mosquitto
from hub.broker.serving import LOOPBACK
from hub.client import HubClient, Received
from hub.link.connection import Server, open_client
from hub.messages.delivery import DELIVERY
from hub.messages.incoming import PainMessage
from hub.messages.wire import Message, SensorMessage, encode
from hub.replay.replayed import ReplayedSource, opened
from tests.hub.run.recorded_run import a_run
from tests.tui import scenes
from tests.tui.notices import Notices
from tui.app import ANSWER_TIMEOUT_S as ANSWER_S
from tui.app import DashboardApp
from tui.widgets.braille_plot import BraillePlot
from tui.widgets.cue_banner import CueBanner
from tui.widgets.metric_tile import MetricTile

pytestmark = pytest.mark.real_time
PATIENCE_S = 20.0


def mosquitto() -> Mosquitto:
    program = find_mosquitto()
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have mosquitto")
        pytest.skip("mosquitto is not installed: the dashboard on a real broker is NOT tested here")
    return Mosquitto(program)


def a_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


async def publish(server: Server, stop: asyncio.Event) -> None:
    """A running hub, faster than life, until `stop`; not by cancelling, which `wait_for` of Python 3.11 can swallow."""
    tick = 0
    async with open_client(server) as client:

        async def post(message: Message) -> None:
            device = f"/{message.device}" if isinstance(message, SensorMessage) else ""
            topic = f"{scenes.TOPICS.root}/{message.__struct_config__.tag}{device}"
            delivery = DELIVERY[type(message)]
            await client.publish(topic, encode(message), qos=delivery.qos, retain=delivery.retain)

        await post(scenes.status())
        await post(scenes.session())
        while not stop.is_set():
            await post(scenes.attitude(tick / 10, seconds=0.1))
            await post(scenes.step(tick / 10))
            await post(scenes.metrics(cadence_spm=100.0 + tick % 900))
            for device in scenes.SENSORS:
                await post(scenes.sensor(device, packets=tick))
            if tick % 20 == 5:
                await post(scenes.cue())
            tick += 1
            await asyncio.sleep(0.02)


@asynccontextmanager
async def in_background(server: Server) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(publish(server, stop), name="publisher")
    try:
        yield
    finally:
        stop.set()
        await task


async def until(pilot: Pilot[None], what: Callable[[], bool]) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < end_s, "it never happened"
        await pilot.pause(0.02)


async def test_shows_answers_reports_and_survives_the_broker() -> None:
    broker, port = mosquitto(), a_port()
    server = Server(port=port)
    await broker.start(port)
    watcher = HubClient(server, "ann")
    app = DashboardApp(HubClient(server, "ann"), "ann")
    reports: list[PainMessage] = []
    notices = Notices()

    async def collect() -> None:
        async for item in watcher.watch():
            match item:
                case Received(message=PainMessage() as report):
                    reports.append(report)

    collector = asyncio.create_task(collect(), name="collector")
    try:
        async with app.run_test(size=(120, 40), message_hook=notices) as pilot:
            home = app.screen
            tile, banner = home.query_one("#cadence_spm", MetricTile), home.query_one(CueBanner)
            async with in_background(server):
                await until(pilot, lambda: tile.value != "--" and home.query_one(BraillePlot).axis is not None)
                before = tile.value
                await pilot.press("p", "6", "enter")  # while all that streams in
                await until(pilot, lambda: [each.level for each in reports] == [6])
                await until(pilot, lambda: tile.value != before)
                await until(pilot, lambda: banner.announcement is not None and banner.announcement.word == "ADVICE")
            await broker.stop()
            await until(pilot, lambda: banner.announcement is not None and banner.announcement.word == "NO LINK")
            await pilot.press("p", "6", "enter")
            await until(pilot, lambda: any("NOT noted" in text for text in notices.texts))
            await broker.start(port)
            async with in_background(server):
                await until(pilot, lambda: banner.announcement is not None and banner.announcement.word != "NO LINK")
                shown = tile.value
                await until(pilot, lambda: tile.value != shown)
            assert len(reports) == 1
    finally:
        collector.cancel()
        with suppress(asyncio.CancelledError):
            await collector
        await broker.stop()


async def test_a_pain_report_is_not_kept_by_the_broker() -> None:
    broker, port = mosquitto(), a_port()
    server = Server(port=port)
    await broker.start(port)
    try:
        clock = scenes.Clock()
        app = DashboardApp(HubClient(server, "ann"), "ann", clock)
        notices = Notices()
        async with app.run_test(message_hook=notices) as pilot:
            await until(pilot, lambda: app.board.link.up)
            await pilot.press("p", "8", "enter")
            await until(pilot, lambda: len(app.pending) > 0)
            await until(pilot, lambda: all(each.group != "pain" for each in app.workers))
            assert not notices.raised  # the broker has it, and there is no hub
            clock.now_s += ANSWER_S
            await until(pilot, lambda: any("NOT noted" in text for text in notices.texts))
        async with open_client(server) as late:
            await late.subscribe(f"{scenes.TOPICS.root}/#")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await anext(aiter(late.messages))
    finally:
        await broker.stop()


async def test_a_replay_that_somebody_else_paused_goes_on_at_the_next_space(tmp_path: Path) -> None:
    write_run(tmp_path / "run.mcap", 20.0, 104.0)
    server = Server(port=a_port())
    played = a_run(
        tmp_path / "run.mcap",
        tmp_path,
        source=opened(ReplayedSource(RecordingReader(tmp_path / "run.mcap"), 0.5)),
        broker=LoopbackBroker(mosquitto()),
        first_port=server.port,
        name_file=None,
    )
    app = DashboardApp(HubClient(server, "ann"), "ann")

    def state() -> str:
        return app.board.replay.state if app.board.replay is not None else ""

    async with asyncio.TaskGroup() as group:
        run = group.create_task(played.play(), name="run")
        async with app.run_test() as pilot:
            await until(pilot, lambda: state() == "playing")
            async with open_client(server) as coach:
                await coach.publish(f"{scenes.TOPICS.root}/command", b'{"action": "pause"}', qos=1)
            await until(pilot, lambda: state() == "paused")
            await until(pilot, lambda: bool(app.check_action("hold", ())))  # its keys are there
            await pilot.press("space")
            await until(pilot, lambda: state() == "playing")
            await pilot.press("space")
            await until(pilot, lambda: state() == "paused")
        played.stop("enough")
        await run
