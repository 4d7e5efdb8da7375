"""The dashboard as a process of its own, in a real terminal: however it ends, the terminal is restored."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from hub.command_line.argument_types import THEMES
from tests.tui.terminal import ENTER_SCREEN, LEAVE_SCREEN, PATIENCE_S, ROOT, loading, started
from tui.__main__ import NICENESS, outlive_the_hub, parse
from tui.look.theme import NAMES


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals_end_it_cleanly(number: signal.Signals) -> None:
    with started() as terminal:
        terminal.process.send_signal(number)
        assert terminal.exit_code() == 0
        assert LEAVE_SCREEN in terminal.output


@pytest.mark.parametrize("after_s", [0.0, 0.3, 0.6, 0.9])
def test_ctrl_c_while_it_loads_ends_it_quietly(after_s: float) -> None:
    with loading() as terminal:
        terminal.read_for(after_s)
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.exit_code() == 0
        assert b"Traceback" not in terminal.output
        assert terminal.output.count(LEAVE_SCREEN) == terminal.output.count(ENTER_SCREEN)


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
    assert (options.broker, options.port, options.runner, options.parent_fd) == (None, 4711, "ann", 7)
    assert options.theme is None


def test_every_theme_of_the_command_line_is_there() -> None:
    assert THEMES == NAMES
    for name in THEMES:
        assert parse(["--watch", "--theme", name]).theme == name


@pytest.mark.skipif(sys.platform == "win32", reason="no job control there")
async def test_a_hub_that_was_killed_leaves_nothing_on_the_screen(capfd: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGTTOU)
    try:
        outlive_the_hub()
        assert signal.getsignal(signal.SIGTTOU) is signal.SIG_IGN
        asyncio.get_running_loop().call_exception_handler({"message": "Future exception was never retrieved"})
    finally:
        signal.signal(signal.SIGTTOU, before)
    assert capfd.readouterr() == ("", "")
