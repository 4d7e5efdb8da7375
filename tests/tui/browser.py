"""A real headless Chromium, driven over its debugging protocol with what the dashboard's web part brings anyway."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.hub.programs import a_port

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
)


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have chromium")
        pytest.skip("Chromium is not installed: the dashboard in a browser is NOT tested here")
    return found


class Page:
    """One tab; `asked` are the addresses it has requested."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.asked: list[str] = []
        self._socket = socket
        self._number = 0

    async def call(self, method: str, **params: object) -> dict[str, Any]:
        """Call a method of the debugging protocol and return its result."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        while True:
            said = await self._socket.receive_json()
            if said.get("method") in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                self.asked.append(said["params"].get("url") or said["params"]["request"]["url"])
            if said.get("id") == self._number:
                result: dict[str, Any] = said.get("result", {})
                return result

    async def value(self, expression: str) -> object:
        """Evaluate JavaScript in the page."""
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer.get("result", {}).get("value")

    async def until(self, expression: str) -> None:
        """Wait in real time until a JavaScript expression is true; fails after a minute."""
        for _ in range(300):
            if await self.value(expression) is True:
                return
            await asyncio.sleep(0.2)
        pytest.fail(f"{expression} did not become true within a minute")

    async def picture(self) -> bytes:
        """Return a screenshot as PNG."""
        shot = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(shot["data"])


@asynccontextmanager
async def a_page(url: str, profile: Path, size: tuple[int, int] = (1100, 640)) -> AsyncIterator[Page]:
    """Open `url` in a new browser."""
    port = a_port()
    process = await asyncio.create_subprocess_exec(
        chromium(),
        *_FLAGS,
        f"--window-size={size[0]},{size[1]}",
        f"--remote-debugging-port={port}",
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with aiohttp.ClientSession() as session, asyncio.timeout(120):
            target = await _first_tab(session, port)
            async with session.ws_connect(target, max_msg_size=0) as socket:
                page = Page(socket)
                for domain in ("Page", "Network", "Runtime"):
                    await page.call(f"{domain}.enable")
                await page.call("Page.navigate", url=url)
                yield page
    finally:
        process.kill()
        await process.wait()


async def _first_tab(session: aiohttp.ClientSession, port: int) -> str:
    async with asyncio.timeout(30):
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                    tabs = [each for each in await answer.json() if each["type"] == "page"]
            except (aiohttp.ClientError, OSError):
                tabs = []
            if tabs:
                return str(tabs[0]["webSocketDebuggerUrl"])
            await asyncio.sleep(0.2)
