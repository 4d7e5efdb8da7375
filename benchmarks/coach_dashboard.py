"""Cost of the coach's dashboard with forty virtual runners, and the time until it shows them.

    python -m benchmarks.coach_dashboard [--seconds 20] [--size 120x40]

A real mosquitto; forty hubs, each with its own connection, will and retained state: metrics, session and four sensors
once a second, a trend once a minute, cues and changing thresholds. `stridecue watch` in a real terminal (tmux): its
share of a core (goal: 20 %), memory and output, with the roster and with a single runner on the screen; the time in s
until all forty are on the screen; and, after the broker was down for ten seconds, whether the loss was shown and the
time until all forty are current again. Exit code 1 if the share of a core is above the goal.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiomqtt

from benchmarks.scripted_messages import COACH_HZ, RUNNERS, forty_runners, trend
from benchmarks.terminal import Terminal, child_running, cpu_s, lacking, rss_mb, written
from hub.broker.mosquitto import Mosquitto, find_mosquitto
from hub.broker.serving import LOOPBACK, a_free_port
from hub.client import HubClient, LinkChange, Received
from hub.link.connection import Server, backoff_s, open_client
from hub.messages.delivery import DELIVERY
from hub.messages.topics import Topics, coach_topics
from hub.messages.wire import MetricsMessage, Presence, SensorMessage, StatusMessage, encode
from tests.tui import scenes
from tui.state.roster import Roster

SIZES = ("80x24", "120x40", "200x50")
GOAL_PCT = 20.0
SETTLE_S, PATIENCE_S, AWAY_S = 3.0, 60.0, 10.0
MINUTES_SO_FAR = 60


class Hubs:
    """Forty hubs that publish and reconnect as real ones do."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._waiting: list[asyncio.Queue[Received]] = [asyncio.Queue(100) for _ in range(RUNNERS)]

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as group:
            for number in range(RUNNERS):
                group.create_task(self._hub(number), name=f"hub {number}")
            group.create_task(self._generate(), name="generate")

    async def _generate(self) -> None:
        loop = asyncio.get_running_loop()
        start_s, tick = loop.time(), 0
        while True:
            for item in forty_runners(tick, some_silent=False):
                assert isinstance(item, Received)
                queue = self._waiting[int(item.address.runner.removeprefix("runner"))]
                if queue.full():  # a real hub also discards streams while its broker is away
                    queue.get_nowait()
                queue.put_nowait(item)
            tick += 1
            await asyncio.sleep(max(0.0, start_s + tick / COACH_HZ - loop.time()))

    async def _hub(self, number: int) -> None:
        runner, waits = f"runner{number:02d}", backoff_s()
        topics = Topics(runner)
        will = aiomqtt.Will(topics.status, encode(_status("offline", runner)), qos=1, retain=True)
        while True:
            try:
                async with open_client(self._server, will=will) as client:
                    waits = backoff_s()
                    for topic, message in (
                        (topics.status, _status("online", runner)),
                        (topics.session, scenes.session(runner=runner)),
                        (topics.trend, trend(MINUTES_SO_FAR, number)),
                    ):
                        await client.publish(topic, encode(message), qos=1, retain=True)
                    while True:
                        await self._publish(client, topics, await self._waiting[number].get())
            except aiomqtt.MqttError:
                await asyncio.sleep(next(waits))

    async def _publish(self, client: aiomqtt.Client, topics: Topics, item: Received) -> None:
        message, how = item.message, DELIVERY[type(item.message)]
        topic = f"{topics.root}/{item.address.kind}"
        if isinstance(message, SensorMessage):
            topic = topics.sensor(message.device)
        await client.publish(topic, encode(message), qos=how.qos, retain=how.retain)


@asynccontextmanager
async def forty_hubs(broker: Mosquitto, port: int) -> AsyncIterator[None]:
    """Start `broker` on `port` and the hubs on it; both are stopped at the end of the block."""
    await broker.start(port)
    hubs = asyncio.create_task(Hubs(Server(LOOPBACK, port)).run(), name="hubs")
    try:
        yield
    finally:
        hubs.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await hubs
        await broker.stop()


def _status(state: Presence, runner: str) -> StatusMessage:
    return scenes.status(state, instance=runner)


async def known_s(server: Server) -> float:
    """Return the seconds from the subscription until a roster has session and metrics of all forty, without drawing."""
    roster, received, start_s = Roster(), set[str](), 0.0
    async for item in HubClient(server, topics=coach_topics(None)).watch():
        now_s = time.monotonic()
        roster.apply(item, now_s)
        if isinstance(item, LinkChange):
            start_s = now_s
        elif isinstance(item.message, MetricsMessage):
            received.add(item.address.runner)
        if len(received) == RUNNERS and all(roster[each].board.session is not None for each in received):
            return now_s - start_s
    raise AssertionError


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor time, memory and output of a process."""

    share_pct: float
    resident_mb: float
    written_kb_s: float

    def __str__(self) -> str:
        return f"{self.share_pct:.1f} %, {self.resident_mb:.0f} MB, {self.written_kb_s:.0f} kB/s"


async def cost(pid: int, seconds: float) -> Cost:
    """Measure a process for `seconds`."""
    before = cpu_s(pid), written(pid)[0], time.monotonic()
    await asyncio.sleep(seconds)
    used_s, sent, took_s = (b - a for a, b in zip(before, (cpu_s(pid), written(pid)[0], time.monotonic()), strict=True))
    return Cost(100 * used_s / took_s, rss_mb(pid), sent / took_s / 1000)


def all_there(terminal: Terminal) -> bool:
    """Whether all runners are on the screen, none silent or gone: those would be at the top with a cross."""
    screen = terminal.screen()
    return f"{RUNNERS} runners, {RUNNERS} running" in screen and "✗" not in screen


async def measure(broker: Mosquitto, port: int, size: str, seconds: float) -> float:
    """Measure at one size, print a row, and return the larger share of a core in per cent."""
    columns, rows = map(int, size.split("x"))
    command = [sys.executable, "-m", "hub.cli", "watch", "--port", str(port)]
    start_s = time.monotonic()
    with Terminal((columns, rows), command) as terminal:

        async def until_all_there() -> float:
            await asyncio.to_thread(terminal.wait_for, lambda: all_there(terminal), PATIENCE_S)
            return time.monotonic() - start_s

        first_s = await until_all_there()
        pid = child_running(terminal.pid, "-m tui")
        assert pid is not None, terminal.screen()
        await asyncio.sleep(SETTLE_S)
        roster = await cost(pid, seconds)
        terminal.press("Enter")
        await asyncio.sleep(SETTLE_S)
        single = await cost(pid, seconds / 2)
        terminal.press("Escape")
        await broker.stop()
        await asyncio.sleep(AWAY_S)
        loss_shown = "yes" if "gone, retry in" in terminal.screen() else "NO"
        await broker.start(port)
        start_s = time.monotonic()
        back_s = await until_all_there()
    print(f"| {size} | {roster} | {single} | {first_s:.1f} | {loss_shown} | {back_s:.1f} |", flush=True)
    return max(roster.share_pct, single.share_pct)


async def run(options: argparse.Namespace) -> int:
    """Measure all sizes; return 1 if a share is above the goal."""
    program = find_mosquitto()
    if program is None:
        print("coach's dashboard: not measured, mosquitto is not installed")
        return 0
    # If the broker drops a connection while it is being opened, aiomqtt leaves a future that is never awaited.
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    broker, port = Mosquitto(program), a_free_port()
    server = Server(LOOPBACK, port)
    async with forty_hubs(broker, port):
        await asyncio.sleep(SETTLE_S)
        known = [await known_s(server) for _ in range(5)]
        print(f"from subscribing to all {RUNNERS} known: {1000 * statistics.median(known):.0f} ms\n")
        print("| size | roster | one runner | command to all on screen s | loss shown | broker back to all fresh s |")
        print("|" + "---|" * 6, flush=True)
        shares = [await measure(broker, port, size, options.seconds) for size in options.size or SIZES]
    print(f"\nmachine load {os.getloadavg()[0]:.1f}")
    return 0 if max(shares) <= GOAL_PCT else 1


def main() -> int:
    """Print a row per size, or why nothing can be measured here; return 1 if a share is above the goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="measured per size (default: %(default)g)")
    parser.add_argument("--size", action="append", help="columns x rows, e.g. 120x40; repeatable")
    options = parser.parse_args()
    if reason := lacking():
        print(f"coach's dashboard: not measured, {reason}")
        return 0
    return asyncio.run(run(options))


if __name__ == "__main__":
    raise SystemExit(main())
