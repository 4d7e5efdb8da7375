"""The dashboard as a separate process in a real pseudo-terminal."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.terminal.interrupts import interrupts_blocked

pty = pytest.importorskip("pty", reason="no pseudo terminals here: the dashboard's process is NOT tested")
ROOT = Path(__file__).parent.parent.parent
ENTER_SCREEN, LEAVE_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
PATIENCE_S = 20.0


class Terminal:
    """A pseudo-terminal with the dashboard in it, and the pipe that a hub would hold."""

    def __init__(self, process: subprocess.Popen[bytes], screen: int, pipe: int) -> None:
        self.process = process
        self.pipe: int | None = pipe
        self._screen = screen
        self.output = b""

    def read_until(self, wanted: bytes) -> None:
        end_s = time.monotonic() + PATIENCE_S
        while wanted not in self.output:
            assert time.monotonic() < end_s, f"{wanted!r} never came: {self.output[-2000:]!r}"
            self._read(0.1)

    def read_for(self, seconds: float) -> None:
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            self._read(left_s)

    def exit_code(self) -> int:
        end_s = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            assert time.monotonic() < end_s, "the dashboard did not end"
            self._read(0.1)
        self._read(0.1)
        return int(self.process.returncode)

    def type(self, keys: bytes) -> None:
        os.write(self._screen, keys)

    def close_pipe(self) -> None:
        if self.pipe is not None:
            os.close(self.pipe)
            self.pipe = None

    def _read(self, timeout_s: float) -> None:
        if select.select([self._screen], [], [], timeout_s)[0]:
            try:
                self.output += os.read(self._screen, 65536)
            except OSError:  # EIO: the other end is closed
                time.sleep(0.01)


@contextmanager
def started(*arguments: str) -> Iterator[Terminal]:
    with loading(*arguments) as terminal:
        terminal.read_until(ENTER_SCREEN)
        terminal.read_until(b"CONNECTING")  # painted, so signals are handled
        yield terminal


@contextmanager
def loading(*arguments: str) -> Iterator[Terminal]:
    """Start a dashboard as the hub does."""
    screen, inner = pty.openpty()
    reading, writing = os.pipe()
    with interrupts_blocked():
        process = subprocess.Popen(
            [sys.executable, "-m", "tui", "--port", "1", "--runner", "ann", "--parent-fd", str(reading), *arguments],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            pass_fds=(reading,),
            cwd=ROOT,
            env=os.environ | {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"},
            start_new_session=True,
        )
    os.close(inner)
    os.close(reading)
    terminal = Terminal(process, screen, writing)
    try:
        yield terminal
    finally:
        process.kill()
        process.wait()
        terminal.close_pipe()
        os.close(screen)
