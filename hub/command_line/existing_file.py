"""An existing file named on the command line."""

from __future__ import annotations

from pathlib import Path

from hub.settings.config import ConfigError


def existing_file(text: str) -> Path:
    """Return the path of an existing file; raises ConfigError."""
    path = Path(text)
    if not text or not path.is_file():
        raise ConfigError(f"{text or repr(text)}: {'is a folder' if text and path.is_dir() else 'no such file'}")
    return path
