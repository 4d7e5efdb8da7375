"""The dashboard as a process of its own, in a real terminal: however it ends, the terminal is given back."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.command_line.argument_types import THEMES
from tui.__main__ import NICENESS, outlive_the_hub, parse
from tui.look.theme import NAMES

pty = pytest.importorskip("pty", reason="no pseudo terminals here: the dashboard's process is NOT tested")
ROOT = Path(__file__).parent.parent.parent
ENTER_SCREEN, LEAVE_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
PATIENCE_S = 20.0


class Terminal:
    """A pseudo terminal with the dashboard in it and a pipe as from a hub."""

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
    screen, inner = pty.openpty()
    reading, writing = os.pipe()
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
        terminal.read_until(ENTER_SCREEN)
        terminal.read_until(b"CONNECTING")  # painted, so signals are handled
        yield terminal
    finally:
        process.kill()
        process.wait()
        terminal.close_pipe()
        os.close(screen)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals_end_it_cleanly(number: signal.Signals) -> None:
    with started() as terminal:
        terminal.process.send_signal(number)
        assert terminal.exit_code() == 0
        assert LEAVE_SCREEN in terminal.output


def test_it_ends_when_the_hub_is_gone() -> None:
    with started() as terminal:
        terminal.close_pipe()
        assert terminal.exit_code() == 0
        assert LEAVE_SCREEN in terminal.output


def test_it_lets_the_hub_go_first() -> None:
    with started() as terminal:
        own = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, terminal.process.pid) == min(19, own + NICENESS)


def test_q_ends_it() -> None:
    with started() as terminal:
        terminal.type(b"q")
        assert terminal.exit_code() == 0
        assert LEAVE_SCREEN in terminal.output


def test_without_a_terminal_it_says_so() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui", "--port", "1", "--runner", "ann"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "arguments", [[], ["--runner", "Ann Smith"], ["--runner", "ann", "--port", "no"]], ids=["none", "slug", "port"]
)
def test_wrong_arguments_are_named(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2
    assert "--runner" in capsys.readouterr().err or "--port" in arguments


def test_the_arguments_of_the_hub_are_understood() -> None:
    options = parse(["--port", "4711", "--runner", "ann", "--parent-fd", "7"])
    assert (options.host, options.port, options.runner, options.parent_fd) == ("127.0.0.1", 4711, "ann", 7)
    assert options.theme is None


def test_every_theme_of_the_command_line_is_there() -> None:
    assert THEMES == NAMES
    for name in THEMES:
        assert parse(["--watch", "--theme", name]).theme == name


@pytest.mark.skipif(sys.platform == "win32", reason="no job control there")
async def test_a_hub_that_was_killed_leaves_nothing_on_the_screen(capfd: pytest.CaptureFixture[str]):
    before = signal.getsignal(signal.SIGTTOU)
    try:
        outlive_the_hub()
        assert signal.getsignal(signal.SIGTTOU) is signal.SIG_IGN
        asyncio.get_running_loop().call_exception_handler({"message": "Future exception was never retrieved"})
    finally:
        signal.signal(signal.SIGTTOU, before)
    assert capfd.readouterr() == ("", "")
