"""Ctrl-C reaches every process of a terminal: one that is still importing blocks it until it can respond."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Block SIGINT inside the block: a child started there inherits that, until it calls `unblock_interrupts`."""
    if sys.platform == "win32":  # signals cannot be blocked there
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def unblock_interrupts() -> None:
    """Unblock SIGINT once a handler is installed; a pending Ctrl-C is handled at once."""
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
