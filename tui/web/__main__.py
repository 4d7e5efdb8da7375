"""`python -m tui.web`: the dashboard for a phone or tablet in the gym. Needs no internet, asks nobody outside.

Each viewer gets a dashboard process of its own; arguments after `--` go to it.
"""

from __future__ import annotations

import argparse
import os
import shlex
import socket
import sys
from pathlib import Path

import aiohttp_jinja2
from aiohttp import web
from textual_serve.server import Server, to_int

from tui.web.guard import Guard, Handler

FROM_ENVIRONMENT = "STRIDECUE_WATCH_TOKEN"


class DashboardServer(Server):
    """Textual's own server behind our guard, with a page that asks nobody outside for anything."""

    def __init__(self, command: str, host: str, port: int, guard: Guard) -> None:
        super().__init__(command, host=host, port=port, title="stridecue", templates_path=Path(__file__).parent)
        self._guard = guard

    def initialize_logging(self) -> None:
        """Leave the terminal to the words of `stridecue watch`."""

    async def on_startup(self, app: web.Application) -> None:
        """Say that the printed address works now."""
        del app
        print("ready", flush=True)

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


def main(arguments: list[str] | None = None) -> int:
    """Serve until INT or TERM; 1 when the address cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m tui.web", description="The dashboard in a browser.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("dashboard", nargs="*", help="arguments of `python -m tui`, after --")
    options = parser.parse_args(arguments)
    token = os.environ.pop(FROM_ENVIRONMENT, "")
    if not token:
        parser.error(f"no token in {FROM_ENVIRONMENT}")
    name = socket.gethostname().lower()
    guard = Guard(token, frozenset({"localhost", name, f"{name}.local"}))
    command = shlex.join([sys.executable, "-m", "tui", *options.dashboard])
    try:
        DashboardServer(command, options.host, options.port, guard).serve()
    except OSError as error:
        print(f"stridecue: cannot serve on {options.host}:{options.port}: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
