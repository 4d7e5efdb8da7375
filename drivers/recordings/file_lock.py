"""A recording is locked while it is written, so that it is not mistaken for the remains of a hub that died.

The time since the last write cannot show that: no packets arrive while sensors sleep or the hub is suspended.
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


def lock(descriptor: int) -> bool:
    """Lock an open file until it is closed or its process ends; return False if another process has locked it.

    Raises OSError if the file system does not support locks. On Windows nothing is needed: an open file can be neither
    replaced nor removed there.
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
def locked(path: Path) -> Iterator[None]:
    """Lock a file inside the context. Raises RecordingError if it is being written, or if that cannot be determined."""
    if sys.platform == "win32":
        yield
        return
    try:
        file = path.open("r+b")  # NFS locks only what could be written
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from error
    with file:
        try:
            is_ours = lock(file.fileno())
        except OSError as error:
            raise RecordingError(f"{path}: cannot tell whether a hub is still writing it: {error.strerror}") from error
        if not is_ours:
            raise RecordingError(f"{path}: a hub is recording to it")
        yield
