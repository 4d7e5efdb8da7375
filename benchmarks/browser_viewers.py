"""Cost of `stridecue watch --serve` with several viewers and forty runners on the roster.

    python -m benchmarks.browser_viewers [--viewers 1 --viewers 3] [--seconds 15]

A real mosquitto, forty hubs as in `benchmarks/coach_dashboard.py`, and websocket clients in place of browsers (120x40).
Each viewer has a dashboard process; the server itself only forwards bytes. Printed: share of a core, memory and output
of both, and the time in s until a viewer gets the first picture. At most `tui.web.guard.MAX_VIEWERS` are admitted. No
goal was set.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from benchmarks.coach_dashboard import cost, forty_hubs
from benchmarks.terminal import ROOT, descendants, lacking
from hub.broker.mosquitto import Mosquitto, find_mosquitto
from hub.broker.serving import LOOPBACK, a_free_port
from tui.web.guard import MAX_VIEWERS, cookie_name

SETTLE_S, PATIENCE_S = 4.0, 60.0


@asynccontextmanager
async def served(broker_port: int) -> AsyncIterator[tuple[str, int, str]]:
    """Start the server; yield its address, process id and access token."""
    port = a_free_port()
    command = ["-m", "hub.cli", "watch", "--port", str(broker_port), "--serve", f"{LOOPBACK}:{port}"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdout=asyncio.subprocess.PIPE, cwd=ROOT, start_new_session=True
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            output = ""
            while "ready" not in output:
                line = (await process.stdout.readline()).decode()
                if not line:
                    raise RuntimeError(f"the server did not start: {output}")
                output += line
        found = re.search(r"token=(\S+)", output)
        assert found is not None
        yield f"http://{LOOPBACK}:{port}", process.pid, found[1]
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        await process.wait()


async def view(session: aiohttp.ClientSession, address: str, token: str, first: asyncio.Future[float]) -> None:
    """Act as a browser until cancelled; `first` gets the seconds until the first picture."""
    start_s = time.monotonic()
    url = f"{address}/ws?width=120&height=40"
    async with session.ws_connect(url, origin=address, headers={"Cookie": f"{cookie_name(address)}={token}"}) as socket:
        await socket.send_json(["resize", {"width": 120, "height": 40}])
        async for message in socket:
            if message.type is aiohttp.WSMsgType.BINARY and b"runner00" in message.data and not first.done():
                first.set_result(time.monotonic() - start_s)


async def measure(broker_port: int, viewers: int, seconds: float) -> None:
    """Print a row for this number of simultaneous viewers."""
    async with served(broker_port) as (address, pid, token), aiohttp.ClientSession() as session:
        firsts = [asyncio.get_running_loop().create_future() for _ in range(viewers)]
        watching = [asyncio.create_task(view(session, address, token, first)) for first in firsts]
        try:
            async with asyncio.timeout(PATIENCE_S):
                waited_s = await asyncio.gather(*firsts)
            await asyncio.sleep(SETTLE_S)
            web, *apps = _split(pid)
            costs = await asyncio.gather(*(cost(each, seconds) for each in (web, *apps)))
        finally:
            for each in watching:
                each.cancel()
            await asyncio.gather(*watching, return_exceptions=True)
    dashboards = "; ".join(str(one) for one in costs[1:])
    total = sum(one.share_pct for one in costs)
    print(f"| {viewers} | {costs[0]} | {dashboards} | {total:.0f} % | {max(waited_s):.1f} |", flush=True)


def _split(pid: int) -> list[int]:
    """Return the process ids of the server and then of the dashboards that it started."""
    web, apps = [], []
    for each in descendants(pid):
        words = Path(f"/proc/{each}/cmdline").read_text("utf-8").split("\0")
        if "tui.web" in words:
            web.append(each)
        elif "tui" in words and "python" in words[0]:
            apps.append(each)
    return [*web, *apps]


async def run(options: argparse.Namespace) -> None:
    """Print a row per number of viewers."""
    program = find_mosquitto()
    if program is None:
        print("viewers: not measured, mosquitto is not installed")
        return
    broker, port = Mosquitto(program), a_free_port()
    async with forty_hubs(broker, port):
        print("| viewers | server | each dashboard | all | first picture s |\n|---|---|---|---|---|")
        for viewers in options.viewers or (1, MAX_VIEWERS):
            await measure(port, viewers, options.seconds)
    print(f"\nmachine load {os.getloadavg()[0]:.1f}")


def main() -> int:
    """Print a row per number of viewers, or why nothing can be measured here."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15.0, help="measured per row (default: %(default)g)")
    parser.add_argument("--viewers", type=int, action="append", help="number of viewers; repeatable")
    options = parser.parse_args()
    if reason := lacking():
        print(f"viewers: not measured, {reason}")
        return 0
    asyncio.run(run(options))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
