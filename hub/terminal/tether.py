"""A pipe that ties a child process to its parent: when the parent ends, however it ends, the child notices.

The pipe also carries what only the child may know: command lines and environments can be read by other processes, and a
file would have to be erased. On Windows, a child cannot inherit a pipe this way: there it ends when it is terminated or
its console closes, and gets no such message.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable

FLAG = "--parent-fd"
MAXIMUM_BYTES = 4096
"""Every pipe buffers this much, so that writing the message never blocks."""


class Tether:
    """The parent's side: start the child with `arguments` and `descriptors`, call `tied`, and in the end `cut`.

    message  for the child alone (see `parent_message`); cut at MAXIMUM_BYTES of UTF-8
    """

    def __init__(self, message: str = "") -> None:
        self._ends = list(os.pipe()) if sys.platform != "win32" else []
        if self._ends:
            os.write(self._ends[-1], message.encode("utf-8", "replace")[:MAXIMUM_BYTES])

    @property
    def arguments(self) -> tuple[str, ...]:
        """Command-line arguments that pass the pipe to the child."""
        return (FLAG, str(self._ends[0])) if self._ends else ()

    @property
    def descriptors(self) -> tuple[int, ...]:
        """File descriptors that the child inherits."""
        return tuple(self._ends[:1])

    def tied(self) -> None:
        """Close the parent's copy of the child's end, once the child was started or could not be."""
        if self._ends:
            os.close(self._ends.pop(0))

    def cut(self) -> None:
        """Close the pipe: the child ends, if it has not yet."""
        while self._ends:
            os.close(self._ends.pop())


def parent_message(parent_fd: int) -> str:
    """Read the message that the parent passed at the start, once; empty if there is none."""
    os.set_blocking(parent_fd, False)
    try:
        return os.read(parent_fd, MAXIMUM_BYTES).decode("utf-8", "ignore")
    except BlockingIOError:
        return ""


def when_parent_ends(parent_fd: int, end: Callable[[], object]) -> None:
    """Call `end` in this event loop when the parent has ended; `parent_fd` is the value of FLAG."""
    loop = asyncio.get_running_loop()

    def readable() -> None:
        if not os.read(parent_fd, 1024):
            loop.remove_reader(parent_fd)
            end()

    os.set_blocking(parent_fd, False)
    loop.add_reader(parent_fd, readable)
