"""Two processes tied by a pipe: when the one that started the other ends, however it ends, the other one notices.

What only the child is to know goes through the pipe too: command lines and environments can be read from outside, and a
file is one more thing to be erased. Windows lets no child inherit a pipe this way: there the child ends when it is told
to, or with its console, and is told nothing.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable

FLAG = "--parent-fd"
MOST_BYTES = 4096
"""Every pipe holds so much before anybody reads, so that saying it waits for nobody."""


class Tether:
    """The parent's side: start the child with `arguments` and `descriptors`, say `tied`, keep it until `cut`.

    told  for the child alone (`told_by_parent`): waits in the pipe until it reads
    """

    def __init__(self, told: str = "") -> None:
        self._ends = list(os.pipe()) if sys.platform != "win32" else []
        if self._ends:
            os.write(self._ends[-1], told.encode("utf-8", "replace")[:MOST_BYTES])

    @property
    def arguments(self) -> tuple[str, ...]:
        """What tells the child of it."""
        return (FLAG, str(self._ends[0])) if self._ends else ()

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What the child inherits."""
        return tuple(self._ends[:1])

    def tied(self) -> None:
        """Let go of the child's end: it has it, or could not be started."""
        if self._ends:
            os.close(self._ends.pop(0))

    def cut(self) -> None:
        """Let the child end, if it has not yet."""
        while self._ends:
            os.close(self._ends.pop())


def told_by_parent(parent_fd: int) -> str:
    """Take what the parent had to say when it started us, once; empty where that was nothing."""
    os.set_blocking(parent_fd, False)
    try:
        return os.read(parent_fd, MOST_BYTES).decode("utf-8", "ignore")
    except BlockingIOError:
        return ""


def when_parent_ends(parent_fd: int, end: Callable[[], object]) -> None:
    """Call `end` in this loop when the parent is gone; `parent_fd` is what FLAG brought."""
    loop = asyncio.get_running_loop()

    def readable() -> None:
        if not os.read(parent_fd, 1024):
            loop.remove_reader(parent_fd)
            end()

    os.set_blocking(parent_fd, False)
    loop.add_reader(parent_fd, readable)
