"""Two processes tied by a pipe: when the one that started the other ends, however it ends, the other one notices.

Windows lets no child inherit a pipe this way: there it ends when it is told to, or with its console.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable

FLAG = "--parent-fd"


class Tether:
    """The parent's side: start the child with `arguments` and `descriptors`, say `tied`, keep it until `cut`."""

    def __init__(self) -> None:
        self._ends = list(os.pipe()) if sys.platform != "win32" else []

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


def when_parent_ends(parent_fd: int, end: Callable[[], object]) -> None:
    """Call `end` in this loop when the parent is gone; `parent_fd` is what FLAG brought."""
    loop = asyncio.get_running_loop()

    def readable() -> None:
        if not os.read(parent_fd, 1024):
            loop.remove_reader(parent_fd)
            end()

    os.set_blocking(parent_fd, False)
    loop.add_reader(parent_fd, readable)
