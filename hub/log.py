"""The log file: the terminal is for the dashboard or for the lines that the runner reads."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from hub.settings.folders import log_file

_BYTES = 1_000_000
_BACKUPS = 3


class LogFile(RotatingFileHandler):
    """A rotating log file that several processes share; readable by its owner only.

    Its times alone may reveal health data. A hub, a second hub and a coach's page write to the same file. When one of
    them rotates it, the others continue in the new file; otherwise each would rotate the others' new file away, until
    nothing earlier is left.
    """

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if os.name == "posix":
            os.fchmod(descriptor, 0o600)  # earlier versions left it readable by all
        return TextIOWrapper(os.fdopen(descriptor, "ab"), encoding=self.encoding, errors=self.errors)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line; if another process has rotated the file, to the new one."""
        with suppress(OSError):
            if self.stream is not None and self._was_moved(self.stream.fileno()):
                self.stream.close()
                self.stream = self._open()
        super().emit(record)

    def _was_moved(self, descriptor: int) -> bool:
        try:
            return not os.path.samestat(os.fstat(descriptor), Path(self.baseFilename).stat())
        except FileNotFoundError:
            return True


def log_to_file() -> Path:
    """Log `stridecue` from INFO on, and other loggers' warnings, to the log file; return its path.

    If the file cannot be written there is no log: a read-only home must not prevent a run, and `raiseExceptions` is off
    so that a disk that fills up later does not print tracebacks over the dashboard.
    """
    logging.raiseExceptions = False
    path = log_file()
    handler: logging.Handler
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = LogFile(path, maxBytes=_BYTES, backupCount=_BACKUPS, encoding="utf-8")
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("stridecue").setLevel(logging.INFO)
    return path
