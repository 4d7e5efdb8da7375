"""The coach's dashboard as a page for this machine's browser, served by a child that ends with this process."""

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
    """A page on loopback only.

    which    arguments that select broker and runners, valid for `stridecue watch` and `python -m tui`
    address  URL, with the token
    why      what went wrong, in words
    opened   outcome of asking the browser

    A broker's password is passed on in the environment, as it was received. `state` reflects a request at once; starts
    and stops run one at a time, and the last request wins.
    """

    def __init__(self, which: Sequence[str]) -> None:
        self.state: State = "off"
        self.address = ""
        self.why = ""
        self.opened: Answer | Literal["asking"] | None = None
        self.which = tuple(which)
        self._lock = asyncio.Lock()
        self._requests = 0
        self._process: Process | None = None
        self._tether: Tether | None = None
        self._reader: asyncio.Task[None] | None = None
        self._redirect: Redirect | None = None

    @property
    def phone_command(self) -> str | None:
        """The command that serves the page to a phone; None if this machine is on no network."""
        return for_a_phone(*self.which)

    async def start(self, theme: str) -> None:
        """Start serving unless already on; a failure is reported in `state` and `why`."""
        if self.state in {"starting", "on"}:
            return
        mine = self._request("starting")
        async with self._lock:
            if mine != self._requests:
                return
            await self._close()
            self._set_state("starting")
            if importlib.util.find_spec("textual_serve") is None:
                self._set_state("failed", f"the web extra is not installed; to add it: {adding_extra('web')}")
                return
            token = secrets.token_urlsafe(16)
            try:
                port = free_port()
                await self._open(port, token, theme)
            except (ConfigError, OSError) as error:
                self._set_state("failed", str(error))
            except asyncio.CancelledError:
                self._set_state("off")
                raise
            else:
                if mine == self._requests:
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
            *self.which,
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
        self._reader = asyncio.create_task(self._follow(self._process), name="page")

    async def _follow(self, process: Process) -> None:
        """Read from the child that it is ready, and why it ended."""
        assert process.stdout is not None
        last = b""
        async for line in process.stdout:
            if line != b"ready\n":
                last = line.strip() or last
            elif self.state == "starting":
                self.state = "on"
        code = await process.wait()
        if self.state != "off":
            reason = last.decode(errors="replace").removeprefix("stridecue: ")
            self._set_state("failed", reason or f"its server ended with code {code}")

    async def stop(self) -> None:
        """Stop serving; kills the child if it does not end by itself."""
        self._request("off")
        async with self._lock:
            await self._close()

    def _request(self, state: State) -> int:
        self._set_state(state)
        self._requests += 1
        return self._requests

    def _set_state(self, state: State, why: str = "") -> None:
        self.state, self.why, self.address, self.opened = state, why, "", None

    async def _close(self) -> None:
        reader, self._reader = self._reader, None
        process, self._process = self._process, None
        redirect, self._redirect = self._redirect, None
        if redirect is not None:
            redirect.remove()
        if self._tether is not None:
            self._tether.cut()
        if reader is not None:
            reader.cancel()
        if process is not None:
            await end_process(process, STOP_TIMEOUT_S)

    async def show(self) -> None:
        """Open the page in this machine's browser; the outcome is in `opened`."""
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
