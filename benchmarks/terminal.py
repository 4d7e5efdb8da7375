"""A program in a real terminal: tmux on a socket of its own, so that the one who reads its output can be halted too."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
STEP_S = 0.05


def lacking() -> str:
    """Say what these measurements need and this machine has not; empty when all is there."""
    if not Path("/proc/self/stat").exists():
        return "it takes Linux"
    return "" if shutil.which("tmux") else "it takes tmux"


class Terminal:
    """`with Terminal((120, 40), command) as terminal`: everything ends with it.

    pid         the program, once it is entered
    reader_pid  who reads what the program writes
    """

    def __init__(
        self, size: tuple[int, int], command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        self._size = size
        self._command = command
        self._environment = dict(environment or {})
        self._folder = tempfile.TemporaryDirectory(prefix="stridecue-bench-")

    def __enter__(self) -> Self:
        columns, rows = self._size
        # The demo's recordings and settings are not to get among the user's.
        private = {f"XDG_{name}_HOME": f"{self._folder.name}/{name}" for name in ("DATA", "STATE", "CONFIG", "CACHE")}
        self._environment = {**os.environ, **private, **self._environment}
        size = ("-x", str(columns), "-y", str(rows))
        staying = (";", "set-option", "remain-on-exit", "on")  # what a program that failed has said can be read
        self._tmux("new-session", "-d", "-s", "bench", *size, self._program(), *staying)
        self.pid = int(self._tmux("list-panes", "-t", "bench", "-F", "#{pane_pid}"))
        self.reader_pid = int(self._tmux("display-message", "-p", "#{pid}"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.go_on()
        with_children = [self.pid, *descendants(self.pid)]
        self._tmux("kill-server", check=False)
        wait_until(lambda: not any(map(alive, with_children)), 20.0)
        self._folder.cleanup()

    def screen(self) -> str:
        """What is seen now."""
        return self._tmux("capture-pane", "-p", "-t", "bench")

    def press(self, *keys: str) -> None:
        """Press keys, by tmux's names."""
        self._tmux("send-keys", "-t", "bench", *keys)

    def wait_for(self, what: Callable[[], bool], patience_s: float) -> float:
        """Wait in real time; gives the seconds it took. Raises RuntimeError with what is on the screen instead."""
        try:
            took_s = wait_until(lambda: what() or not alive(self.pid), patience_s)
        except TimeoutError:
            raise RuntimeError(f"nothing within {patience_s:g} s; the screen:\n{self.screen()}") from None
        if not what():
            raise RuntimeError(f"the program has ended; the screen:\n{self.screen()}")
        return took_s

    def halt(self) -> None:
        """Stop reading what the program writes: what a terminal does that hangs."""
        os.kill(self.reader_pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Read again."""
        os.kill(self.reader_pid, signal.SIGCONT)

    def _program(self) -> str:
        return f"cd {shlex.quote(str(ROOT))} && exec {shlex.join(self._command)}"

    def _tmux(self, *arguments: str, check: bool = True) -> str:
        command = ["tmux", "-S", f"{self._folder.name}/tmux", "-f", os.devnull, *arguments]
        done = subprocess.run(command, check=check, capture_output=True, text=True, env=self._environment)
        return done.stdout.rstrip("\n")


def wait_until(what: Callable[[], bool], patience_s: float) -> float:
    """Wait in real time; gives the seconds it took, raises TimeoutError."""
    start_s = time.monotonic()
    while not what():
        if time.monotonic() > start_s + patience_s:
            raise TimeoutError(f"it did not happen within {patience_s:g} s")
        time.sleep(STEP_S)
    return time.monotonic() - start_s


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def descendants(pid: int) -> list[int]:
    """Children and their children."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *descendants(child)]
    return found


def child_running(pid: int, words: str) -> int | None:
    """Give the descendant whose command line has `words` in it."""
    for each in descendants(pid):
        try:
            line = Path(f"/proc/{each}/cmdline").read_text("utf-8", "replace").replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if words in line:
            return each
    return None


def cpu_s(pid: int) -> float:
    """CPU time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    """Resident memory of a process now."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


def written(pid: int) -> tuple[int, int]:
    """Bytes and write calls of a process so far, to terminal, sockets and files."""
    lines = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text().splitlines())
    return int(lines["wchar"]), int(lines["syscw"])
