"""The theme chosen last, stored next to the configuration."""

from __future__ import annotations

import contextlib
import tomllib
from pathlib import Path

from hub.settings.folders import config_file
from tui.look.theme import NAMES

_FILE = "dashboard.toml"


class ThemeMemory:
    """Stores the name of a theme in `folder`; stores nothing if it is None."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = None if folder is None else folder / _FILE

    @property
    def chosen(self) -> str | None:
        """The theme chosen last; None if there is none, or it cannot be read."""
        if self._file is None:
            return None
        try:
            name = tomllib.loads(self._file.read_text(encoding="utf-8")).get("theme")
        except (OSError, ValueError):
            return None
        return name if name in NAMES else None

    def keep(self, name: str) -> None:
        """Store a choice; a failing disk is ignored, since nobody should be bothered with it during a run."""
        if self._file is None:
            return
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(f'theme = "{name}"\n', encoding="utf-8")


def own_memory() -> ThemeMemory:
    """Return the memory of the current user."""
    return ThemeMemory(config_file().parent)
