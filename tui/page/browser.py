"""Asks this machine's browser to open a file: `python -m tui.page.browser FILE`, in a process that can be left to hang.

A browser in the terminal would be in the way of the dashboard, and on a machine that is used over the network (SSH) one
would open where nobody sits.
"""

from __future__ import annotations

import asyncio
import os
import sys
import webbrowser
from asyncio.subprocess import DEVNULL
from pathlib import Path
from typing import Literal, TypeAlias

from hub.terminal.ending import end_process

Answer: TypeAlias = Literal["asked", "silent", "failed", "none"]
"""It says that it opened it; it says nothing in time; it could not; there is none that can be shown from here."""
PATIENCE_S = 15.0
"""A browser that is not running yet takes some seconds; one given in BROWSER answers only when it is closed."""
_ENDED_WITHIN_S = 1.0
_ASKED, _FAILED, _NONE = 0, 1, 3
_ANSWERS: dict[int, Answer] = {_ASKED: "asked", _NONE: "none"}
_IN_A_TERMINAL = frozenset({"www-browser", "links", "links2", "elinks", "lynx", "w3m"})


async def ask_browser(file: Path) -> Answer:
    """Ask it, for at most PATIENCE_S; its own words go nowhere."""
    if not displayed():
        return "none"
    command = [sys.executable, "-m", "tui.page.browser", str(file)]
    asking = await asyncio.create_subprocess_exec(
        *command,
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
        start_new_session=True,  # a Ctrl-C is for us, not for a browser that it has started
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            return _ANSWERS.get(await asking.wait(), "failed")
    except TimeoutError:
        return "silent"
    finally:
        await end_process(asking, _ENDED_WITHIN_S)


def displayed() -> bool:
    """Whether this machine has a display, and whoever is here sees it."""
    if sys.platform in {"darwin", "win32"}:
        return "SSH_CONNECTION" not in os.environ
    return bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys())


def main(arguments: list[str]) -> int:
    """Open the file; gives what became of it as an exit code."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return _NONE
    if Path(getattr(browser, "name", "")).name in _IN_A_TERMINAL:
        return _NONE
    return _ASKED if browser.open(Path(arguments[0]).as_uri()) else _FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
