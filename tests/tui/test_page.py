"""The coach's view in a browser, from a key: served by a real child on loopback, which ends with the dashboard."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest

from hub.settings import web_address
from hub.settings.config import ConfigError
from hub.settings.web_address import LOOPBACK, check_free, free_port
from tests.hub.programs import a_port
from tests.tui import scenes
from tests.tui.browser import a_page
from tests.tui.dashboard import dashboard
from tests.tui.page import WrittenPage
from tests.tui.test_process import Terminal, started
from tui.__main__ import page_of, parse
from tui.page import Page, has_browser
from tui.screens.web import ASKED, NO_BROWSER, WebScreen

pytestmark = [pytest.mark.real_time, pytest.mark.filterwarnings("ignore::ResourceWarning")]
PATIENCE_S, LOOK_S = 30.0, 0.02


@pytest.fixture
async def page(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Page]:
    monkeypatch.setattr(web_address, "WEB_PORT", a_port())
    one = Page(["--watch", "--port", "1"], ["--port", "1"])
    try:
        yield one
    finally:
        await one.stop()


async def _until(done: Callable[[], bool]) -> None:
    for _ in range(round(2 * PATIENCE_S / LOOK_S)):
        if done():
            return
        await asyncio.sleep(LOOK_S)
    pytest.fail("did not happen within a minute")


def _port(page: Page) -> int:
    found = re.search(r":(\d+)/", page.address)
    assert found is not None
    return int(found[1])


async def test_it_is_served_here_with_a_token_until_it_is_stopped(page: Page):
    await page.start("dark")
    assert page.address.startswith(f"http://{LOOPBACK}:{web_address.WEB_PORT}/?token=")
    address = page.address
    await _until(lambda: page.state == "on")
    await page.start("dark")
    assert page.address == address, "asked again it is the same"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.get(address.partition("?")[0]) as answer:
            assert answer.status == 401
        async with session.get(address) as answer:
            assert answer.status == 200
            assert "textual.js" in await answer.text()
    await page.stop()
    assert (page.state, page.address) == ("off", "")
    check_free(LOOPBACK, web_address.WEB_PORT)


async def test_a_real_browser_shows_the_coachs_dashboard_and_asks_nobody_outside(page: Page, tmp_path: Path):
    await page.start("light")
    await _until(lambda: page.state == "on")
    async with a_page(page.address, tmp_path / "profile") as tab:
        await tab.until("document.body.classList.contains('-first-byte')")
        assert await tab.value("location.search") == "", "the token does not stay in the address"
        here = page.address.partition("/?")[0]
        ours = (here, here.replace("http:", "ws:"), "data:")
        assert [url for url in tab.asked if not url.startswith(ours)] == []


async def test_a_port_that_is_taken_is_left_alone(page: Page):
    with socket.socket() as other:
        other.bind((LOOPBACK, web_address.WEB_PORT))
        other.listen()
        await page.start("dark")
        assert _port(page) != web_address.WEB_PORT
        await _until(lambda: page.state == "on")


async def test_what_went_wrong_is_said_in_words(page: Page, monkeypatch: pytest.MonkeyPatch):
    with socket.socket() as other:
        other.bind((LOOPBACK, web_address.WEB_PORT))
        other.listen()
        monkeypatch.setattr("tui.page.free_port", lambda: web_address.WEB_PORT)  # taken between the look and the start
        await page.start("dark")
        await _until(lambda: page.state == "failed")
        assert "is taken on this machine" in page.why
    monkeypatch.setattr("tui.page.importlib.util.find_spec", lambda _name: None)
    await page.start("dark")
    assert page.state == "failed"
    assert "[web]" in page.why or "textual_serve" in page.why


async def test_the_browser_gets_the_address_and_none_is_asked_for_without_a_display(
    page: Page, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    asked = tmp_path / "asked"
    browser = tmp_path / "browser.sh"
    browser.write_text(f'#!/bin/sh\necho "$1" > {asked}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    monkeypatch.setenv("DISPLAY", ":99")
    page.address = "http://127.0.0.1:1/?token=x"
    assert await page.show()
    await _until(asked.is_file)
    assert asked.read_text().strip() == page.address
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    if sys.platform not in {"darwin", "win32"}:
        assert not has_browser()


@pytest.mark.parametrize("browser", [True, False])
async def test_the_key_shows_the_address_and_what_a_phone_needs(*, browser: bool):
    async with dashboard() as board:
        await board.play(scenes.running)
        page = WrittenPage(browser=browser)
        board.app.page = page
        await board.press("w")
        assert isinstance(board.app.screen, WebScreen)
        assert page.address in board.text
        assert "watch --serve 192.168.1.20 --port 1883" in board.text
        await board.press("enter")
        words = " ".join(str(each.render()) for each in board.app.screen.query("Static"))
        assert (ASKED if browser else NO_BROWSER) in words
        assert page.shown == int(browser)
        await board.press("escape")
        await board.press("w")
        assert page.address in board.text, "it stayed on"
        await board.press("s")
        assert page.state == "off"
        assert page.address not in board.text or not page.address


async def test_who_looks_on_in_a_browser_cannot_serve_from_there():
    async with dashboard() as board:
        board.app.page = None
        await board.press("w")
        assert not isinstance(board.app.screen, WebScreen)


def test_it_shows_the_runners_of_the_same_broker():
    runner = page_of(parse(["--port", "4711", "--runner", "ann"]))
    assert runner._watch == ("--watch", "--host", "127.0.0.1", "--port", "4711")
    assert runner._phone == ("--port", "4711")
    coach = page_of(parse(["--watch", "--url", "mqtt://gym.local", "--user", "coach", "--runner", "ann"]))
    assert coach._watch == ("--watch", "--url", "mqtt://gym.local", "--user", "coach", "--runner", "ann")
    assert coach._phone == ("--broker", "mqtt://gym.local", "--user", "coach")


def _serving(terminal: Terminal) -> int:
    """Press the key in a real terminal; gives the port, once the page is served."""
    terminal.type(b"w")
    terminal.read_until(b"token=")
    terminal.read_until("● on".encode())
    found = re.search(rb"127\.0\.0\.1:(\d+)", terminal.output)
    assert found is not None
    return int(found[1])


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo terminals there")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_however_the_dashboard_ends_its_server_ends_too(number: signal.Signals):
    with started() as terminal:
        port = _serving(terminal)
        with pytest.raises(ConfigError):
            check_free(LOOPBACK, port)
        terminal.process.send_signal(number)
        terminal.process.wait()
        end_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                check_free(LOOPBACK, port)
            except ConfigError:
                assert time.monotonic() < end_s, "it is still served"
                time.sleep(0.05)
            else:
                break


def test_the_usual_port_comes_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(web_address, "WEB_PORT", a_port())
    assert free_port() == web_address.WEB_PORT
