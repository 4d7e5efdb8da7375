"""Keeping messages of PortAudio and ALSA, written to the process's stderr, out of the dashboard's terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

STDERR = 2


@contextlib.contextmanager
def without_native_stderr() -> Iterator[None]:
    """Discard what C libraries write to stderr inside the context; Python's own `sys.stderr` still works."""
    python = sys.stderr
    try:
        saved = os.dup(STDERR)
    except OSError:  # stderr is closed: nothing to do
        yield
        return
    python.flush()
    sys.stderr = os.fdopen(saved, "w", encoding="utf-8", errors="replace", buffering=1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STDERR)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(saved, STDERR)
        sys.stderr.close()
        sys.stderr = python
