"""Where things lie on this machine; `XDG_*` and their like elsewhere are respected."""

from __future__ import annotations

from pathlib import Path

import platformdirs

_APP = "stridecue"


def config_file() -> Path:
    """Find the configuration that `stridecue run` reads when none is named."""
    return platformdirs.user_config_path(_APP, appauthor=False) / "config.toml"


def data_folder() -> Path:
    """Find recordings and history."""
    return platformdirs.user_data_path(_APP, appauthor=False)


def demo_folder() -> Path:
    """Find the data of the demo, apart from the runner's own."""
    return data_folder() / "demo"


def log_file() -> Path:
    """Find the log, used when the dashboard owns the terminal."""
    return platformdirs.user_log_path(_APP, appauthor=False) / "hub.log"


def profiles_folder() -> Path:
    """Find the user's own device profiles, which overlay ours."""
    return config_file().parent / "profiles"
