"""Who writes a recording holds it, so that nobody takes it for what a hub that died has left.

How long a file was not written to says nothing: no packet comes while sensors sleep, or the hub itself is suspended.
"""

from __future__ import annotations

import contextlib
import errno
import sys
from collections.abc import Iterator
from pathlib import Path

from drivers.errors import RecordingError

if sys.platform != "win32":
    import fcntl


def hold(descriptor: int) -> bool:
    """Hold an open file until it is closed or its process ends; False: somebody else does.

    Raises OSError where the file system knows no locks. On Windows there is nothing to do: what is open there can be
    neither replaced nor removed.
    """
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in {errno.EWOULDBLOCK, errno.EACCES}:
                return False
            raise
    return True


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a file that nobody writes; raises RecordingError where somebody does, or where that cannot be known."""
    if sys.platform == "win32":
        yield
        return
    try:
        file = path.open("r+b")  # NFS locks only what could be written
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from error
    with file:
        try:
            is_ours = hold(file.fileno())
        except OSError as error:
            raise RecordingError(f"{path}: nobody knows whether a hub still writes it: {error.strerror}") from error
        if not is_ours:
            raise RecordingError(f"{path}: a hub is recording to it")
        yield
