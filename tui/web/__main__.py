"""`python -m tui.web`: the dashboard for a phone or tablet in the gym; needs no internet and contacts no other host.

Each viewer gets a dashboard process of its own, started with the arguments after `--`.
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
"""Below the dashboard that started it, itself this much below the hub, so that viewers do not delay either."""
GOODBYE_S = 2.0
"""Time for viewers' dashboards to end by themselves; their pipes close in any case."""


class DashboardServer(Server):
    """Textual's own server behind our guard, with a page that loads nothing from other hosts."""

    def __init__(self, command: str, guard: Guard) -> None:
        super().__init__(command, title="stridecue", templates_path=Path(__file__).parent)
        self._guard = guard
        self._viewers: set[asyncio.Task[object]] = set()

    async def serve_until(self, stop: Stop, listener: socket.socket) -> None:
        """Serve on `listener`, print `ready`, and end cleanly on `stop`."""
        runner = web.AppRunner(await self._make_app(), shutdown_timeout=GOODBYE_S)
        await runner.setup()
        try:
            await web.SockSite(runner, listener).start()
            print("ready", flush=True)
            await stop.wait()
            for viewer in self._viewers:
                viewer.cancel()
            if self._viewers:
                await asyncio.wait(self._viewers, timeout=GOODBYE_S)
        finally:
            await runner.cleanup()

    async def on_startup(self, app: web.Application) -> None:
        """Print no banner: the terminal belongs to `stridecue watch`."""

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        guard = self._guard

        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await guard(request, handler)

        app.middlewares.append(guarded)
        return app

    async def handle_index(self, request: web.Request) -> web.Response:
        """Return the page, with the host name as the browser requested it."""
        scheme = "wss" if request.scheme == "https" else "ws"
        context = {
            "font_size": to_int(request.query.get("fontsize", "14"), 14),
            "app_websocket_url": f"{scheme}://{request.host}/ws",
            "config": {"static": {"url": "/static/"}},
            "application": {"name": self.title},
        }
        return aiohttp_jinja2.render_template("app_index.html", request, context)

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Serve a viewer a dashboard, and track the task so that it can be cancelled before the server ends."""
        viewer = asyncio.current_task()
        assert viewer is not None
        self._viewers.add(viewer)
        try:
            return await super().handle_websocket(request)
        finally:
            self._viewers.discard(viewer)


async def _serve(server: DashboardServer, listener: socket.socket, parent_fd: int | None) -> None:
    stop = Stop()
    with stopping_on_signals(stop), contextlib.suppress(asyncio.CancelledError):
        unblock_interrupts()
        if parent_fd is not None:
            if sys.platform != "win32":
                with contextlib.suppress(OSError):
                    os.nice(NICENESS)
            when_parent_ends(parent_fd, partial(stop, "nobody needs it any more"))
        await server.serve_until(stop, listener)


def main(arguments: list[str] | None = None) -> int:
    """Serve until INT or TERM, or until the parent has ended; returns 1 if the address cannot be used."""
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
        listener = listen(options.host, options.port)
    except ConfigError as error:
        print(f"stridecue: {error}", file=sys.stderr)
        return 1
    with listener:
        command = shlex.join([sys.executable, "-m", "tui", *options.dashboard])
        asyncio.run(_serve(DashboardServer(command, guard), listener, options.parent_fd))
    return 0


if __name__ == "__main__":
    sys.exit(main())
