"""An existing file named on the command line."""

from __future__ import annotations

from pathlib import Path

from hub.settings.config import ConfigError


def existing_file(text: str) -> Path:
    """Return the path of an existing file; raises ConfigError."""
    path = Path(text)
    if not path.is_file():
        raise ConfigError(f"{text}: {'is a folder' if path.is_dir() else 'no such file'}")
    return path
