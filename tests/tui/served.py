"""The coach's dashboard served to browsers, with a real broker on which forty runners publish."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.broker.serving import LOOPBACK
from hub.client import Item, Received
from hub.link.connection import Server, open_client
from hub.messages.delivery import DELIVERY
from hub.messages.wire import encode
from tests.hub.programs import a_port, mosquitto
from tests.tui import coach_scenes

TOKEN = secrets.token_urlsafe(16)


async def publish(server: Server, *batches: list[Item]) -> None:
    """Publish as hubs would, one batch per second."""
    async with open_client(server) as client:
        for number, items in enumerate(batches):
            if number:
                await asyncio.sleep(1.0)
            for item in items:
                if isinstance(item, Received):
                    how, address = DELIVERY[type(item.message)], item.address
                    device = f"/{address.device}" if address.device else ""
                    topic = f"stridecue/{address.runner}/{address.kind}{device}"
                    await client.publish(topic, encode(item.message), qos=how.qos, retain=how.retain)


@asynccontextmanager
async def served(moving_s: int = 0, theme: str = "dark") -> AsyncIterator[str]:
    """A broker with forty runners, and the dashboard served; gives its address.

    moving_s  seconds for which the runners keep running
    """
    broker, broker_port, port = mosquitto(), a_port(), a_port()
    await broker.start(broker_port)
    server = Server(LOOPBACK, broker_port)
    await publish(server, coach_scenes.forty())
    dashboard = ["--watch", "--port", str(broker_port), "--theme", theme]
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "tui.web", "--port", str(port), "--", *dashboard],
        env={**os.environ, "STRIDECUE_WATCH_TOKEN": TOKEN},
    )
    seconds = [coach_scenes.a_second(float(each)) for each in range(moving_s)]
    for told_s in range(4, moving_s, 4):
        seconds[told_s] += coach_scenes.told()
    running = asyncio.create_task(publish(server, *seconds))
    try:
        await _answers(port)
        yield f"http://{LOOPBACK}:{port}"
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        process.terminate()
        await process.wait()
        await broker.stop()


async def _answers(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _reader, writer = await asyncio.open_connection(LOOPBACK, port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return
