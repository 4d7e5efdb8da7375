"""The log: a file, because the terminal belongs to the dashboard or to the lines that the runner wants to read."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from hub.settings.folders import log_file

_BYTES = 1_000_000
_KEPT = 3


class LogFile(RotatingFileHandler):
    """For this user only: it tells of health data, if only by its times.

    A hub, a coach's page and a second hub write to one file. Whoever finds it full moves it away, and the others go on
    in the new one: each on its own would move the others' new file away, until nothing earlier is kept.
    """

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if os.name == "posix":
            os.fchmod(descriptor, 0o600)  # an earlier version left it open to all
        return TextIOWrapper(os.fdopen(descriptor, "ab"), encoding=self.encoding, errors=self.errors)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line; where another process has moved the file away, in the new one."""
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
    """Send everything of `stridecue` from INFO on, and others' warnings, to the log file; gives its path.

    Where the file cannot be written there is no log: a read-only home is no reason not to run, and a disk that fills up
    later no reason to draw tracebacks over the dashboard, which is what logging does unless told otherwise.
    """
    logging.raiseExceptions = False
    path = log_file()
    handler: logging.Handler
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = LogFile(path, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8")
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("stridecue").setLevel(logging.INFO)
    return path
