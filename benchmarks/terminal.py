"""A program in a real terminal: tmux on a socket of its own, so that the reader of its output can be halted too."""

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
    """Return what this machine lacks for these measurements; empty if nothing."""
    if not Path("/proc/self/stat").exists():
        return "it needs Linux"
    return "" if shutil.which("tmux") else "it needs tmux"


class Terminal:
    """A command in a terminal, `with Terminal((120, 40), command) as terminal`; all its processes end with the block.

    pid         of the program
    reader_pid  of the process that reads its output
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
        # Keeps the demo's recordings and settings apart from the user's.
        private = {f"XDG_{name}_HOME": f"{self._folder.name}/{name}" for name in ("DATA", "STATE", "CONFIG", "CACHE")}
        self._environment = {**os.environ, **private, **self._environment}
        size = ("-x", str(columns), "-y", str(rows))
        staying = (";", "set-option", "remain-on-exit", "on")  # the output of a failed program stays readable
        self._tmux("new-session", "-d", "-s", "bench", *size, self._program(), *staying)
        self.pid = int(self._tmux("list-panes", "-t", "bench", "-F", "#{pane_pid}"))
        self.reader_pid = int(self._tmux("display-message", "-p", "#{pid}"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.resume()
        with_children = [self.pid, *descendants(self.pid)]
        self._tmux("kill-server", check=False)
        wait_until(lambda: not any(map(alive, with_children)), 20.0)
        self._folder.cleanup()

    def screen(self) -> str:
        """Return the text currently on the screen."""
        return self._tmux("capture-pane", "-p", "-t", "bench")

    def press(self, *keys: str) -> None:
        """Press keys, named as in tmux."""
        self._tmux("send-keys", "-t", "bench", *keys)

    def wait_for(self, what: Callable[[], bool], patience_s: float) -> float:
        """Wait and return the seconds it took; raise RuntimeError with the screen if it does not happen."""
        try:
            took_s = wait_until(lambda: what() or not alive(self.pid), patience_s)
        except TimeoutError:
            raise RuntimeError(f"nothing within {patience_s:g} s; the screen:\n{self.screen()}") from None
        if not what():
            raise RuntimeError(f"the program has ended; the screen:\n{self.screen()}")
        return took_s

    def halt(self) -> None:
        """Stop reading the program's output, as a hanging terminal does."""
        os.kill(self.reader_pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Read the program's output again."""
        os.kill(self.reader_pid, signal.SIGCONT)

    def _program(self) -> str:
        return f"cd {shlex.quote(str(ROOT))} && exec {shlex.join(self._command)}"

    def _tmux(self, *arguments: str, check: bool = True) -> str:
        command = ["tmux", "-S", f"{self._folder.name}/tmux", "-f", os.devnull, *arguments]
        done = subprocess.run(command, check=check, capture_output=True, text=True, env=self._environment)
        return done.stdout.rstrip("\n")


def wait_until(what: Callable[[], bool], patience_s: float) -> float:
    """Wait in real time and return the seconds it took; raise TimeoutError after `patience_s`."""
    start_s = time.monotonic()
    while not what():
        if time.monotonic() > start_s + patience_s:
            raise TimeoutError(f"it did not happen within {patience_s:g} s")
        time.sleep(STEP_S)
    return time.monotonic() - start_s


def alive(pid: int) -> bool:
    """Whether a process is running (a zombie is not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def descendants(pid: int) -> list[int]:
    """Return the process ids of all descendants."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *descendants(child)]
    return found


def child_running(pid: int, words: str) -> int | None:
    """Return the first descendant whose command line contains `words`, None if there is none."""
    for each in descendants(pid):
        try:
            line = Path(f"/proc/{each}/cmdline").read_text("utf-8", "replace").replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if words in line:
            return each
    return None


def cpu_s(pid: int) -> float:
    """Return the CPU time in s of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    """Return the current resident memory of a process in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


def written(pid: int) -> tuple[int, int]:
    """Return bytes and write calls of a process so far, to terminal, sockets and files."""
    lines = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text().splitlines())
    return int(lines["wchar"]), int(lines["syscw"])
