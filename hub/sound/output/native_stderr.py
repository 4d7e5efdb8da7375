"""PortAudio and ALSA complain on the process's stderr when a device goes: on a terminal, that is into the dashboard."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

STDERR = 2


@contextlib.contextmanager
def without_native_stderr() -> Iterator[None]:
    """Inside, what C libraries write to stderr is thrown away; Python's own `sys.stderr` still gets through."""
    python = sys.stderr
    try:
        saved = os.dup(STDERR)
    except OSError:  # it is closed: there is nothing to protect
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
