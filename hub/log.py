"""The log: a file, because the terminal belongs to the dashboard or to the lines that the runner wants to read."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from hub.settings.folders import log_file

_BYTES = 1_000_000
_KEPT = 3


def log_to_file() -> Path:
    """Send everything of `stridecue` from INFO on, and others' warnings, to the log file; gives its path.

    Where the file cannot be written there is no log: a read-only home is no reason not to run.
    """
    path = log_file()
    handler: logging.Handler
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8")
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("stridecue").setLevel(logging.INFO)
    return path
