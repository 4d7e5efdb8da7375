"""The coach's dashboard as a page for this machine's browser: a child serves it, and ends with this process."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import secrets
import sys
import webbrowser
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Sequence
from typing import Literal, TypeAlias

from hub.settings.config import ConfigError
from hub.settings.folders import adding_extra
from hub.settings.web_address import IN_ENVIRONMENT, LOOPBACK, for_a_phone, free_port, page
from hub.terminal.tether import Tether

State: TypeAlias = Literal["off", "starting", "on", "failed"]
STOP_TIMEOUT_S = 5.0


class Page:
    """Served on loopback only. `address` has the token in it; `why`: what went wrong, in words.

    watch    arguments of `python -m tui` for the dashboards that viewers get
    phone    what `watch --serve ADDRESS` needs to show the same runners to others

    A broker's password goes on in the environment, as it came.
    """

    def __init__(self, watch: Sequence[str], phone: Sequence[str]) -> None:
        self.state: State = "off"
        self.address = ""
        self.why = ""
        self._watch = tuple(watch)
        self._phone = tuple(phone)
        self._process: Process | None = None
        self._tether: Tether | None = None
        self._following: asyncio.Task[None] | None = None

    @property
    def phone_command(self) -> str | None:
        """What to type to let a phone in; None: this machine is in no network."""
        return for_a_phone(*self._phone)

    async def start(self, theme: str) -> None:
        """Begin to serve, if it is not served yet; what goes wrong is in `state` and `why`."""
        if self.state in {"starting", "on"}:
            return
        await self.stop()
        if importlib.util.find_spec("textual_serve") is None:
            self._fail(f"nothing to serve with; to add it: {adding_extra('web')}")
            return
        token = secrets.token_urlsafe(16)
        try:
            port = free_port()
            await self._open(port, token, theme)
        except (ConfigError, OSError) as error:
            self._fail(str(error))
            return
        self.state, self.why, self.address = "starting", "", page(LOOPBACK, port, token)

    async def _open(self, port: int, token: str, theme: str) -> None:
        self._tether = tether = Tether()
        command = [sys.executable, "-m", "tui.web", "--port", str(port), *tether.arguments, "--", *self._watch]
        environment = {**os.environ, IN_ENVIRONMENT: token}
        self._process = await asyncio.create_subprocess_exec(
            *command,
            "--theme",
            theme,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            env=environment,
            pass_fds=tether.descriptors,
        )
        tether.tied()
        self._following = asyncio.create_task(self._follow(self._process), name="page")

    async def _follow(self, process: Process) -> None:
        """Hear that it is ready, and why it ended."""
        assert process.stdout is not None
        last = b""
        async for line in process.stdout:
            if line == b"ready\n":
                self.state = "on"
            else:
                last = line.strip() or last
        code = await process.wait()
        self._fail(last.decode(errors="replace").removeprefix("stridecue: ") or f"it ended with code {code}")

    def _fail(self, why: str) -> None:
        self.state, self.why, self.address = "failed", why, ""

    async def stop(self) -> None:
        """Serve no more; by force where asking does not help."""
        following, self._following = self._following, None
        if following is not None:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        process, self._process = self._process, None
        if self._tether is not None:
            self._tether.cut()
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
            except TimeoutError:
                process.kill()
                await process.wait()
        self.state, self.why, self.address = "off", "", ""

    async def show(self) -> bool:
        """Open it in this machine's browser; whether one could be asked to. Its own words go nowhere."""
        if not self.address or not await asyncio.to_thread(has_browser):
            return False
        command = [sys.executable, "-m", "webbrowser", self.address]
        asking = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)
        return await asking.wait() == 0


def has_browser() -> bool:
    """Whether a browser can be shown from here: there is one, and a display; one in this terminal would be in the way.

    On a machine that is used over the network (SSH) it would open where nobody sits.
    """
    displayed = sys.platform in {"darwin", "win32"} or bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys())
    if not displayed or (sys.platform in {"darwin", "win32"} and "SSH_CONNECTION" in os.environ):
        return False
    with contextlib.suppress(webbrowser.Error):
        return webbrowser.get() is not None
    return False
