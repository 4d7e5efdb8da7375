"""The coach's view in a browser, from a key: served by a real child on loopback, which ends with the dashboard."""

from __future__ import annotations

import asyncio
import re
import shlex
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest
from textual.widgets import Static

from hub.page import door
from hub.page.address import LOOPBACK
from hub.page.door import check_free, free_port
from hub.settings.broker_addresses import FROM_ENVIRONMENT
from hub.settings.config import ConfigError
from tests.hub.programs import a_port, until_free
from tests.tui import scenes
from tests.tui.browser import a_page
from tests.tui.dashboard import Dashboard, dashboard
from tests.tui.page import WrittenPage
from tests.tui.terminal import Terminal, started
from tui.__main__ import make_app, make_page, parse
from tui.page.served import Page
from tui.screens.web import OPENED, WebScreen

pytestmark = [pytest.mark.real_time, pytest.mark.filterwarnings("ignore::ResourceWarning")]
PATIENCE_S, LOOK_S = 30.0, 0.02


@pytest.fixture
async def page(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Page]:
    monkeypatch.setattr(door, "WEB_PORT", a_port())
    one = Page(["--port", "1"])
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


async def test_it_is_served_here_with_a_token_until_it_is_stopped(page: Page) -> None:
    await page.start("dark")
    assert page.address.startswith(f"http://{LOOPBACK}:{door.WEB_PORT}/?token=")
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
    check_free(LOOPBACK, door.WEB_PORT)


async def test_a_real_browser_shows_the_coachs_dashboard_and_asks_nobody_outside(page: Page, tmp_path: Path) -> None:
    await page.start("light")
    await _until(lambda: page.state == "on")
    async with a_page(page.address, tmp_path / "profile") as tab:
        await tab.until("document.body.classList.contains('-first-byte')")
        assert await tab.value("location.search") == "", "the token does not stay in the address"
        here = page.address.partition("/?")[0]
        ours = (here, here.replace("http:", "ws:"), "data:")
        assert [url for url in tab.asked if not url.startswith(ours)] == []


async def test_a_port_that_is_taken_is_left_alone(page: Page) -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, door.WEB_PORT))
        other.listen()
        await page.start("dark")
        assert _port(page) != door.WEB_PORT
        await _until(lambda: page.state == "on")


async def test_what_went_wrong_is_said_in_words(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, door.WEB_PORT))
        other.listen()
        monkeypatch.setattr("tui.page.served.free_port", lambda: door.WEB_PORT)  # taken between the look and the start
        await page.start("dark")
        await _until(lambda: page.state == "failed")
        assert "is taken on this machine" in page.why
    monkeypatch.setattr("tui.page.served.importlib.util.find_spec", lambda _name: None)
    await page.start("dark")
    assert page.state == "failed"
    assert "[web]" in page.why or "textual_serve" in page.why


async def test_what_is_asked_for_last_is_what_it_comes_to(page: Page) -> None:
    starting = asyncio.create_task(page.start("dark"))
    await asyncio.sleep(0)
    assert page.state == "starting"
    await page.stop()
    assert (page.state, page.address) == ("off", "")
    await starting
    assert (page.state, page.address) == ("off", "")
    check_free(LOOPBACK, door.WEB_PORT)
    await asyncio.gather(page.start("dark"), page.stop(), page.start("dark"))
    assert page.address
    await _until(lambda: page.state == "on")


async def test_a_start_that_is_given_up_leaves_no_child(page: Page) -> None:
    for waits in range(4):
        starting = asyncio.create_task(page.start("dark"))
        for _ in range(waits):
            await asyncio.sleep(0)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await page.stop()
        check_free(LOOPBACK, door.WEB_PORT)
    await page.start("dark")
    await _until(lambda: page.state == "on")


async def test_stopped_and_left_at_once_it_is_off_when_looked_at_again(page: Page) -> None:
    async with dashboard() as board:
        board.app.page = page
        await board.press("w")
        await board.press("escape")
        await _until(lambda: page.state == "on")
        await board.press("w")
        await board.pilot.press("s", "escape")
        assert page.state == "off"
        await asyncio.to_thread(until_free, door.WEB_PORT)
        assert page.state == "off"
        await board.press("w")
        await _until(lambda: "● on" in _words(board))


async def test_it_is_drawn_only_when_something_has_changed() -> None:
    page = WrittenPage()
    async with dashboard() as board:
        board.app.page = page
        await board.press("w")
        screen = board.app.screen
        assert isinstance(screen, WebScreen)
        await _until(lambda: page.state == "on")  # a worker starts it
        screen.poll()
        assert page.phone_asked == 1
        screen.query_one("#web-state", Static).update("as it was")
        screen.poll()
        assert "as it was" in _words(board)
        page.opened = "failed"
        screen.poll()
        assert "as it was" not in _words(board)
        assert OPENED["failed"] in _words(board)
        assert page.phone_asked == 1


def _words(board: Dashboard) -> str:
    return " ".join(str(each.render()) for each in board.app.screen.query("Static"))


@pytest.mark.parametrize("browser", [True, False])
async def test_the_key_shows_the_address_and_what_a_phone_needs(*, browser: bool) -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        page = WrittenPage(browser=browser)
        board.app.page = page
        await board.press("w")
        assert isinstance(board.app.screen, WebScreen)
        assert page.address in board.text
        assert "watch --serve 192.168.1.20 --port 1883" in board.text
        await board.press("enter")
        await _until(lambda: OPENED["asked" if browser else "none"] in _words(board))
        assert page.shown == int(browser)
        await board.press("escape")
        await board.press("w")
        assert page.address in board.text, "it stayed on"
        address = page.address
        await board.press("s")
        assert page.state == "off"
        assert address
        await _until(lambda: address not in board.text)


async def test_who_looks_on_in_a_browser_cannot_serve_from_there() -> None:
    async with dashboard() as board:
        board.app.page = None
        await board.press("w")
        assert not isinstance(board.app.screen, WebScreen)


def test_it_shows_the_runners_of_the_same_broker_and_a_phone_gets_there_too() -> None:
    runner = make_page(parse(["--port", "4711", "--runner", "ann"]))
    assert runner.which == ("--port", "4711"), "everybody on that broker"
    words = ["--broker", "mqtts://club.example", "--user", "coach", "--password-file", "~/my file", "--runner", "ann"]
    coach = make_page(parse(["--watch", *words]))
    assert coach.which == tuple(words)
    assert coach.phone_command is None or coach.phone_command.endswith(shlex.join(words))


async def test_a_password_that_has_been_read_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["--watch", "--broker", "mqtt://gym.local", "--user", "coach", "--password-file", "/dev/fd/63"]
    with pytest.raises(ConfigError, match="password_file"):
        make_app(parse(words))
    monkeypatch.setenv(FROM_ENVIRONMENT, "of the club")
    assert make_app(parse(words)).page is None


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
def test_however_the_dashboard_ends_its_server_ends_too(number: signal.Signals) -> None:
    with started() as terminal:
        port = _serving(terminal)
        with pytest.raises(ConfigError):
            check_free(LOOPBACK, port)
        terminal.process.send_signal(number)
        terminal.process.wait()
        until_free(port)


def test_the_usual_port_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "WEB_PORT", a_port())
    assert free_port() == door.WEB_PORT
