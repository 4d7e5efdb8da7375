"""The coach's dashboard in a real browser: it requests nothing from other hosts, and the token is required."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest

from tests.tui.browser import a_page
from tests.tui.served import TOKEN, served

pytestmark = [pytest.mark.real_time, pytest.mark.filterwarnings("ignore::ResourceWarning")]


async def test_a_tablet_sees_the_roster_and_asks_nobody_outside(tmp_path: Path) -> None:
    async with served() as address, a_page(f"{address}/?token={TOKEN}", tmp_path / "profile") as page:
        await page.until("document.body.classList.contains('-first-byte')")
        await asyncio.sleep(4.0)
        picture = await page.picture()
        await asyncio.to_thread((tmp_path / "roster.png").write_bytes, picture)
        assert len(picture) > 30_000  # an empty page has a tenth of it
        assert await page.value("location.search") == ""
        assert page.asked
        host = address.removeprefix("http://")
        outside = [url for url in page.asked if not url.startswith((address, f"ws://{host}", "data:"))]
        assert outside == []


async def test_nobody_gets_in_without_the_token_from_elsewhere_or_as_the_fourth() -> None:
    async with served() as address, aiohttp.ClientSession() as session:

        async def status(path: str = "/", **headers: str) -> int:
            async with session.get(address + path, headers=headers, allow_redirects=False) as answer:
                return answer.status

        cookie = f"stridecue_token_{address.rpartition(':')[2]}={TOKEN}"
        assert await status() == 401
        assert await status("/?token=guess") == 401
        assert await status("/static/js/textual.js") == 401
        assert await status(f"/?token={TOKEN}") == 303
        assert await status(Cookie=cookie) == 200
        assert await status(Cookie=f"stridecue_token_1={TOKEN}") == 401, "another port's"
        assert await status(Cookie=cookie, Host="evil.example") == 403
        upgrade = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "eC9oK3Z3dGVzdDEyMzQ1Ng==",
        }
        assert await status("/ws", Cookie=cookie, Origin="http://evil.example", **upgrade) == 403
        assert await status("/ws", Cookie=cookie, **upgrade) == 403
        assert await status("/ws", Origin=address, **upgrade) == 401
        watching = [
            await session.ws_connect(f"{address}/ws", origin=address, headers={"Cookie": cookie}) for _ in range(3)
        ]
        assert await status("/ws", Cookie=cookie, Origin=address, **upgrade) == 503
        for each in watching:
            await each.close()
