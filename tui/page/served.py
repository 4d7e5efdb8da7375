"""The coach's dashboard as a page for this machine's browser: a child serves it, and ends with this process."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import os
import secrets
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Sequence
from typing import Literal, TypeAlias

from hub.page.address import IN_ENVIRONMENT, LOOPBACK, whole
from hub.page.door import free_port
from hub.page.phone import for_a_phone
from hub.settings.config import ConfigError
from hub.settings.folders import adding_extra
from hub.terminal.ending import end_process
from hub.terminal.tether import Tether
from tui.page.browser import Answer, ask_browser
from tui.page.redirect import Redirect

State: TypeAlias = Literal["off", "starting", "on", "failed"]
STOP_TIMEOUT_S = 5.0

_LOG = logging.getLogger("stridecue.dashboard")


class Page:
    """Served on loopback only. `which` broker's runners: words for `stridecue watch` and `python -m tui --watch` alike.

    address  with the token in it
    why      what went wrong, in words
    opened   what became of asking the browser

    A broker's password goes on in the environment, as it came. What is asked for goes into `state` at once; starts and
    stops take turns, and the last one asked for is what it comes to.
    """

    def __init__(self, which: Sequence[str]) -> None:
        self.state: State = "off"
        self.address = ""
        self.why = ""
        self.opened: Answer | Literal["asking"] | None = None
        self._which = tuple(which)
        self._turn = asyncio.Lock()
        self._asked = 0
        self._process: Process | None = None
        self._tether: Tether | None = None
        self._following: asyncio.Task[None] | None = None
        self._redirect: Redirect | None = None

    @property
    def phone_command(self) -> str | None:
        """What to type to let a phone in; None: this machine is in no network."""
        return for_a_phone(*self._which)

    async def start(self, theme: str) -> None:
        """Begin to serve, if it is not served yet; what goes wrong is in `state` and `why`."""
        if self.state in {"starting", "on"}:
            return
        mine = self._ask("starting")
        async with self._turn:
            if mine != self._asked:
                return
            await self._close()
            self._become("starting")
            if importlib.util.find_spec("textual_serve") is None:
                self._become("failed", f"nothing to serve with; to add it: {adding_extra('web')}")
                return
            token = secrets.token_urlsafe(16)
            try:
                port = free_port()
                await self._open(port, token, theme)
            except (ConfigError, OSError) as error:
                self._become("failed", str(error))
            except asyncio.CancelledError:
                self._become("off")
                raise
            else:
                if mine == self._asked:
                    self.address = whole(LOOPBACK, port, token)

    async def _open(self, port: int, token: str, theme: str) -> None:
        self._tether = tether = Tether()
        command = [
            sys.executable,
            "-m",
            "tui.web",
            "--port",
            str(port),
            *tether.arguments,
            "--",
            "--watch",
            *self._which,
        ]
        environment = {**os.environ, IN_ENVIRONMENT: token}
        try:
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
        except BaseException:
            tether.cut()
            raise
        tether.tied()
        self._following = asyncio.create_task(self._follow(self._process), name="page")

    async def _follow(self, process: Process) -> None:
        """Hear that it is ready, and why it ended."""
        assert process.stdout is not None
        last = b""
        async for line in process.stdout:
            if line != b"ready\n":
                last = line.strip() or last
            elif self.state == "starting":
                self.state = "on"
        code = await process.wait()
        if self.state != "off":
            said = last.decode(errors="replace").removeprefix("stridecue: ")
            self._become("failed", said or f"it ended with code {code}")

    async def stop(self) -> None:
        """Serve no more; by force where asking does not help."""
        self._ask("off")
        async with self._turn:
            await self._close()

    def _ask(self, state: State) -> int:
        self._become(state)
        self._asked += 1
        return self._asked

    def _become(self, state: State, why: str = "") -> None:
        self.state, self.why, self.address, self.opened = state, why, "", None

    async def _close(self) -> None:
        following, self._following = self._following, None
        process, self._process = self._process, None
        redirect, self._redirect = self._redirect, None
        if redirect is not None:
            redirect.remove()
        if self._tether is not None:
            self._tether.cut()
        if following is not None:
            following.cancel()
        if process is not None:
            await end_process(process, STOP_TIMEOUT_S)

    async def show(self) -> None:
        """Open it in this machine's browser; what became of that is in `opened`."""
        address = self.address
        if not address or self.opened == "asking":
            return
        self.opened = "asking"
        answer: Answer = "failed"
        try:
            if self._redirect is None:
                self._redirect = Redirect(address)
            answer = await ask_browser(self._redirect.file)
        except OSError as error:
            _LOG.warning("the browser could not be asked: %s", error)
        finally:
            if address == self.address:
                self.opened = answer
