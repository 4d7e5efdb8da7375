"""Ctrl-C reaches every process of a terminal at once: one that is only loading holds it back until it can answer."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Start a child inside: it inherits that a Ctrl-C waits, until it calls `let_in`."""
    if sys.platform == "win32":  # signals cannot wait there
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def let_in() -> None:
    """Answer a Ctrl-C from now on, and one that has waited at once: by then it has a handler."""
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
