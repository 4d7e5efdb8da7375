"""Opens a file in this machine's browser: `python -m tui.page.browser FILE`, a separate process since it may hang.

A text browser would take over the dashboard's terminal, and over SSH a browser would open where nobody sits, so neither
is used.
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
"""The browser was asked; it has not answered in time; it failed; there is none that can be shown here."""
TIMEOUT_S = 15.0
"""A browser that is not running yet takes some seconds; one given in BROWSER returns only when it is closed."""
_ENDED_WITHIN_S = 1.0
_ASKED, _FAILED, _NONE = 0, 1, 3
_ANSWERS: dict[int, Answer] = {_ASKED: "asked", _NONE: "none"}
_IN_A_TERMINAL = frozenset({"www-browser", "links", "links2", "elinks", "lynx", "w3m"})


async def ask_browser(file: Path) -> Answer:
    """Ask the browser to open `file`, waiting at most TIMEOUT_S; its output is discarded."""
    if not has_display():
        return "none"
    command = [sys.executable, "-m", "tui.page.browser", str(file)]
    asking = await asyncio.create_subprocess_exec(
        *command,
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
        start_new_session=True,  # so that Ctrl-C does not reach the browser it starts
    )
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return _ANSWERS.get(await asking.wait(), "failed")
    except TimeoutError:
        return "silent"
    finally:
        await end_process(asking, _ENDED_WITHIN_S)


def has_display() -> bool:
    """Return whether this machine has a display that the user is in front of."""
    if sys.platform in {"darwin", "win32"}:
        return "SSH_CONNECTION" not in os.environ
    return bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys())


def main(arguments: list[str]) -> int:
    """Open the file; returns the outcome as an exit code."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return _NONE
    if Path(getattr(browser, "name", "")).name in _IN_A_TERMINAL:
        return _NONE
    return _ASKED if browser.open(Path(arguments[0]).as_uri()) else _FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
