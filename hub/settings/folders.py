"""Where things lie on this machine; `XDG_*` and their like elsewhere are respected; and how packages are added."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import platformdirs

_APP = "stridecue"
RECORDING = ".mcap"
BRINGS = {"tui": "textual", "web": "textual_serve", "sim": "bumble", "broker": "amqtt", "audio": "sounddevice"}
"""What each extra brings."""


def config_file() -> Path:
    """Find the configuration that `stridecue run` reads when none is named."""
    return platformdirs.user_config_path(_APP, appauthor=False) / "config.toml"


def chosen_file(named: str | None) -> Path:
    """Find the configuration that is meant: the one that `--config` named, else the user's own."""
    return config_file() if named is None else Path(named).expanduser()


def beside(config: Path, name: str) -> Path:
    """Find what belongs to one configuration: `paired.toml` to `config.toml`, `bob.paired.toml` to `bob.toml`.

    Two runners on one machine have a configuration each, maybe in one folder, and not the same sensors.
    """
    return config.with_name(name if config.name == config_file().name else f"{config.stem}.{name}")


def data_folder() -> Path:
    """Find recordings and history."""
    return platformdirs.user_data_path(_APP, appauthor=False)


def demo_folder() -> Path:
    """Find the data of the demo, apart from the runner's own."""
    return data_folder() / "demo"


def log_file() -> Path:
    """Find the log, used when the dashboard owns the terminal."""
    return platformdirs.user_log_path(_APP, appauthor=False) / "hub.log"


def overdue_folder() -> Path:
    """Find what waits for a broker that is away."""
    return platformdirs.user_state_path(_APP, appauthor=False) / "overdue"


def speech_folder() -> Path:
    """Find the speech that was rendered once; may be thrown away at any time."""
    return platformdirs.user_cache_path(_APP, appauthor=False) / "speech"


def profiles_folder() -> Path:
    """Find the user's own device profiles, which overlay ours."""
    return config_file().parent / "profiles"


def recording_name(path: Path) -> str:
    """Write a recording as `replay` takes it: its name where that is enough, else its path; for a shell."""
    usual = (data_folder() / "recordings", demo_folder() / "recordings")
    known = path.parent in usual and path.suffix == RECORDING
    return shlex.quote(path.stem if known else str(path))


def adding_extra(extra: str) -> str:
    """Write the command that adds an extra to this installation, whichever way stridecue came here."""
    checkout = Path(__file__).parents[2]
    if (checkout / "pyproject.toml").is_file():
        return _pip(f"install -e {shlex.quote(f'{checkout}[{extra}]')}")
    return adding(BRINGS[extra])


def adding(*distributions: str) -> str:
    """Write the command that adds packages to the environment stridecue runs in."""
    names = " ".join(distributions)
    places = Path(sys.prefix).parts
    if "pipx" in places:
        return f"pipx inject {_APP} {names}"
    if "uv" in places and "tools" in places:
        return f"uv pip install --python {shlex.quote(sys.executable)} {names}"
    return _pip(f"install {names}")


def program() -> str:
    """Write the command that starts stridecue from here: its name, or its path where the shell does not find it."""
    beside = Path(sys.executable).with_name(_APP)
    if shutil.which(_APP) is not None or not beside.is_file():
        return _APP
    here = Path.cwd()
    return shlex.quote(str(beside.relative_to(here) if beside.is_relative_to(here) else beside))


def _pip(words: str) -> str:
    return f"{shlex.quote(sys.executable)} -m pip {words}"
