"""The look that was chosen last, kept beside the configuration."""

from __future__ import annotations

import contextlib
import tomllib
from pathlib import Path

from hub.settings.folders import config_file
from tui.look.theme import NAMES

_FILE = "dashboard.toml"


class ThemeMemory:
    """Keeps one word in `folder`; None: keeps nothing."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = None if folder is None else folder / _FILE

    @property
    def chosen(self) -> str | None:
        """What was chosen last; None: nothing yet, or nothing that can be read."""
        if self._file is None:
            return None
        try:
            name = tomllib.loads(self._file.read_text(encoding="utf-8")).get("theme")
        except (OSError, ValueError):
            return None
        return name if name in NAMES else None

    def keep(self, name: str) -> None:
        """Remember a choice; a disk that refuses is no reason to trouble anybody in mid-run."""
        if self._file is None:
            return
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(f'theme = "{name}"\n', encoding="utf-8")


def own_memory() -> ThemeMemory:
    """Give the memory of whoever uses this machine."""
    return ThemeMemory(config_file().parent)
