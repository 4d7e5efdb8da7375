"""`python -m tui.web`: the dashboard for a phone or tablet in the gym. Needs no internet, asks nobody outside.

Each viewer gets a dashboard process of its own; arguments after `--` go to it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shlex
import socket
import sys
from functools import partial
from pathlib import Path

import aiohttp_jinja2
from aiohttp import web
from textual_serve.server import Server, to_int

from hub.log import log_to_file
from hub.page.address import IN_ENVIRONMENT, LOOPBACK
from hub.page.door import WEB_PORT, listen
from hub.settings.config import ConfigError
from hub.stop import Stop, stopping_on_signals
from hub.terminal.interrupts import unblock_interrupts
from hub.terminal.tether import FLAG, when_parent_ends
from tui.web.guard import Guard, Handler

NICENESS = 5
"""Behind the dashboard that started it (which is that much behind the hub): whoever looks on holds up nobody."""
GOODBYE_S = 2.0
"""For viewers' dashboards to end by themselves; their pipes close in any case."""


class DashboardServer(Server):
    """Textual's own server behind our guard, with a page that asks nobody outside for anything."""

    def __init__(self, command: str, guard: Guard) -> None:
        super().__init__(command, title="stridecue", templates_path=Path(__file__).parent)
        self._guard = guard
        self._viewers: set[asyncio.Task[object]] = set()

    async def serve_until(self, stop: Stop, door: socket.socket) -> None:
        """Serve on `door`, say `ready`, and end quietly when asked to."""
        runner = web.AppRunner(await self._make_app(), shutdown_timeout=GOODBYE_S)
        await runner.setup()
        try:
            await web.SockSite(runner, door).start()
            print("ready", flush=True)
            await stop.wait()
            for viewer in self._viewers:
                viewer.cancel()
            if self._viewers:
                await asyncio.wait(self._viewers, timeout=GOODBYE_S)
        finally:
            await runner.cleanup()

    async def on_startup(self, app: web.Application) -> None:
        """Leave the terminal to the words of `stridecue watch`."""

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        guard = self._guard

        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await guard(request, handler)

        app.middlewares.append(guarded)
        return app

    async def handle_index(self, request: web.Request) -> web.Response:
        """Give the page, with addresses as the browser wrote them."""
        scheme = "wss" if request.scheme == "https" else "ws"
        context = {
            "font_size": to_int(request.query.get("fontsize", "14"), 14),
            "app_websocket_url": f"{scheme}://{request.host}/ws",
            "config": {"static": {"url": "/static/"}},
            "application": {"name": self.title},
        }
        return aiohttp_jinja2.render_template("app_index.html", request, context)

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Give a viewer a dashboard, and remember them: they are told to go before the server does."""
        viewer = asyncio.current_task()
        assert viewer is not None
        self._viewers.add(viewer)
        try:
            return await super().handle_websocket(request)
        finally:
            self._viewers.discard(viewer)


async def _serve(server: DashboardServer, door: socket.socket, parent_fd: int | None) -> None:
    stop = Stop()
    with stopping_on_signals(stop), contextlib.suppress(asyncio.CancelledError):
        unblock_interrupts()
        if parent_fd is not None:
            if sys.platform != "win32":
                with contextlib.suppress(OSError):
                    os.nice(NICENESS)
            when_parent_ends(parent_fd, partial(stop, "nobody needs it any more"))
        await server.serve_until(stop, door)


def main(arguments: list[str] | None = None) -> int:
    """Serve until INT or TERM, or until the parent is gone; 1 when the address cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m tui.web", description="The dashboard in a browser.")
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int, default=WEB_PORT)
    parser.add_argument(FLAG, type=int, help="inherited pipe; the server ends when it closes")
    parser.add_argument("dashboard", nargs="*", help="arguments of `python -m tui`, after --")
    options = parser.parse_args(arguments)
    token = os.environ.pop(IN_ENVIRONMENT, "")
    if not token:
        parser.error(f"no token in {IN_ENVIRONMENT}")
    name = socket.gethostname().lower()
    guard = Guard(token, frozenset({"localhost", name, f"{name}.local"}))
    log_to_file()
    try:
        door = listen(options.host, options.port)
    except ConfigError as error:
        print(f"stridecue: {error}", file=sys.stderr)
        return 1
    with door:
        command = shlex.join([sys.executable, "-m", "tui", *options.dashboard])
        asyncio.run(_serve(DashboardServer(command, guard), door, options.parent_fd))
    return 0


if __name__ == "__main__":
    sys.exit(main())
