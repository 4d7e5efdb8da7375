"""Files and folders of this machine (respecting `XDG_*` and its equivalents), and commands to add packages."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import platformdirs

_APP = "stridecue"
RECORDING = ".mcap"
BRINGS = {"tui": "textual", "web": "textual_serve", "sim": "bumble", "broker": "amqtt", "audio": "sounddevice"}
"""The package that each extra installs."""


def config_file() -> Path:
    """Return the path of the user's configuration, which is read when no other is named."""
    return platformdirs.user_config_path(_APP, appauthor=False) / "config.toml"


def chosen_file(named: str | None) -> Path:
    """Return the configuration that `--config` names, else the user's own."""
    return config_file() if named is None else Path(named).expanduser()


def beside(config: Path, name: str) -> Path:
    """Return the path of a companion file: `paired.toml` for `config.toml`, `bob.paired.toml` for `bob.toml`.

    Two runners on one machine have their own configurations, maybe in one folder, and different sensors.
    """
    return config.with_name(name if config.name == config_file().name else f"{config.stem}.{name}")


def data_folder() -> Path:
    """Return the folder of recordings and history."""
    return platformdirs.user_data_path(_APP, appauthor=False)


def demo_folder() -> Path:
    """Return the folder of the demo's data, separate from the runner's own."""
    return data_folder() / "demo"


def log_file() -> Path:
    """Return the path of the log that is written while the dashboard owns the terminal."""
    return platformdirs.user_log_path(_APP, appauthor=False) / "hub.log"


def overdue_folder() -> Path:
    """Return the folder of messages that wait for an unreachable broker."""
    return platformdirs.user_state_path(_APP, appauthor=False) / "overdue"


def speech_folder() -> Path:
    """Return the folder of cached speech; it may be deleted at any time."""
    return platformdirs.user_cache_path(_APP, appauthor=False) / "speech"


def profiles_folder() -> Path:
    """Return the folder of the user's own device profiles, which override the built-in ones."""
    return config_file().parent / "profiles"


def recording_name(path: Path) -> str:
    """Return a recording as an argument for `replay`, quoted for a shell: its name if that is enough, else its path."""
    usual = (data_folder() / "recordings", demo_folder() / "recordings")
    found_by_name = path.parent in usual and path.suffix == RECORDING
    return shlex.quote(path.stem if found_by_name else str(path))


def adding_extra(extra: str) -> str:
    """Return the command that adds an extra to this installation, however stridecue was installed."""
    checkout = Path(__file__).parents[2]
    if (checkout / "pyproject.toml").is_file():
        return _pip(f"install -e {shlex.quote(f'{checkout}[{extra}]')}")
    return adding(BRINGS[extra])


def adding(*distributions: str) -> str:
    """Return the command that adds packages to the environment in which stridecue runs."""
    names = " ".join(distributions)
    places = Path(sys.prefix).parts
    if "pipx" in places:
        return f"pipx inject {_APP} {names}"
    if "uv" in places and "tools" in places:
        return f"uv pip install --python {shlex.quote(sys.executable)} {names}"
    return _pip(f"install {names}")


def program() -> str:
    """Return the command that starts stridecue: its name, or its path when it is not on the PATH."""
    beside = Path(sys.executable).with_name(_APP)
    if shutil.which(_APP) is not None or not beside.is_file():
        return _APP
    here = Path.cwd()
    return shlex.quote(str(beside.relative_to(here) if beside.is_relative_to(here) else beside))


def as_typed(text: str) -> str:
    """Return a text with its `stridecue pain ...` commands as they can be typed here (see `program`)."""
    return text.replace("stridecue pain ", f"{program()} pain ")


def _pip(words: str) -> str:
    return f"{shlex.quote(sys.executable)} -m pip {words}"
