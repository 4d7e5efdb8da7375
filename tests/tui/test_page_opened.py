"""The page is opened in this machine's browser by a file: the token is on no command line, a failure is reported."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.hub.programs import until
from tests.tui.browser import a_page
from tui.page import browser
from tui.page.redirect import Redirect
from tui.page.served import Page

pytestmark = [pytest.mark.real_time, pytest.mark.filterwarnings("ignore::ResourceWarning")]
ADDRESS = "http://127.0.0.1:1/?token=x-y_z"
Program: TypeAlias = Callable[[str, str], Path]


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    one = Page(["--port", "1"])
    one.address = ADDRESS
    try:
        yield one
    finally:
        await one.stop()


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    """Make a shell script the browser, on a machine with a display."""
    if sys.platform == "win32":
        pytest.skip("no shell scripts there")

    def make(name: str, script: str) -> Path:
        file = tmp_path / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        monkeypatch.setenv("BROWSER", f"{file} %s")
        return file

    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    return make


async def _rights(path: Path) -> int:
    return (await asyncio.to_thread(path.stat)).st_mode & 0o777


async def test_no_command_line_has_the_token_and_only_we_can_read_the_file(
    page: Page, program: Program, tmp_path: Path
) -> None:
    program("browser", f'echo "$0 $@" > {tmp_path}/asked')
    await page.show()
    assert page.opened == "asked"
    said = (tmp_path / "asked").read_text().split()[-1]
    file = Path(said.removeprefix("file://"))
    assert said.startswith("file://")
    assert "token" not in said
    assert ADDRESS in await asyncio.to_thread(file.read_text)
    assert await _rights(file) == 0o600
    assert await _rights(file.parent) == 0o700
    await page.stop()
    assert not await asyncio.to_thread(file.parent.exists)
    assert page.opened is None


async def test_a_browser_that_fails_is_noticed(page: Page, monkeypatch: pytest.MonkeyPatch, program: Program) -> None:
    program("browser", "exit 1")
    await page.show()
    assert page.opened == "failed"
    monkeypatch.setenv("BROWSER", "/bin/false")
    await page.show()
    assert page.opened == "failed"


async def test_one_that_does_not_answer_is_not_waited_for(
    page: Page, monkeypatch: pytest.MonkeyPatch, program: Program
) -> None:
    monkeypatch.setattr(browser, "TIMEOUT_S", 0.5)
    program("browser", "exec sleep 20")
    await page.show()
    assert page.opened == "silent"


async def test_one_in_the_terminal_is_not_started(page: Page, program: Program, tmp_path: Path) -> None:
    program("lynx", f"touch {tmp_path}/started")
    await page.show()
    assert page.opened == "none"
    assert not (tmp_path / "started").exists()


@pytest.mark.skipif(sys.platform in {"darwin", "win32"}, reason="there is always a display there")
async def test_without_a_display_none_is_asked(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    await page.show()
    assert page.opened == "none"


async def test_a_file_that_cannot_be_written_is_no_end_of_the_dashboard(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere/at/all")
    await page.show()
    assert page.opened == "failed"


async def test_a_real_browser_gets_from_the_file_to_the_page(tmp_path: Path) -> None:
    page = Page(["--port", "1"])
    await page.start("dark")
    await until(lambda: page.state == "on")
    redirect = Redirect(page.address)
    try:
        async with a_page(redirect.file.as_uri(), tmp_path / "profile") as tab:
            await tab.until("document.body.classList.contains('-first-byte')")
            assert await tab.value("location.search") == ""
    finally:
        redirect.remove()
        await page.stop()
