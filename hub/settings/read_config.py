"""Reading the configuration, one strict TOML file; every error names the file, the key and the closest valid key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import msgspec

from drivers.supervision.roles import configured_id
from dsp.signals import Placement
from hub.messages.topics import WireError, runner_slug
from hub.settings.broker_addresses import external_server, listen_address
from hub.settings.config import Config, ConfigError
from hub.settings.folders import config_file
from hub.settings.nearest import nearest
from hub.settings.sound_output import sound_output

ONE_RUNNER = (
    "one adapter serves one runner (it can hold only 5 to 7 Bluetooth links): start a second hub with a second "
    "adapter and its own configuration for the second runner"
)
ONE_ENTRY_EACH = (
    "remove one, or give each sensor by the address that `stridecue scan` shows, each with its own placement"
)
_FIRST = {
    "runner": 'name = "ann"',
    "sensors": '"Hip pod" = "sacrum"',
    "mounts": 'sacrum = "+x+y+z"',
    "radio": 'provider = "platform"',
    "mqtt": "port = 1883",
    "cues": 'rules = "all"',
    "sound": "volume_pct = 80",
    "record": "enabled = true",
}
"""An example of a line in each section."""


def load_config(path: Path) -> Config:
    """Read and check a configuration file; raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file; without --config, {config_file()} is read if it exists") from error
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path}: byte {error.start + 1} is not UTF-8: save the file as UTF-8 text in your editor"
        ) from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    return parse_config(data, str(path))


def parse_config(data: Mapping[str, Any], where: str) -> Config:
    """Validate configuration data; raises ConfigError. `where` is the file's name for messages."""
    if "runners" in data or isinstance(data.get("runner"), list):
        raise ConfigError(f"{where}: [[runners]]: {ONE_RUNNER}")
    _refuse_unknown(Config, data, where, "")
    try:
        config = msgspec.convert(data, Config)
        runner_slug(config.runner.name)
    except WireError as error:
        raise ConfigError(f"{where}: runner.name: {error}") from error
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at ")
        key = path.strip("`$.") or "the file"
        raise ConfigError(f"{where}: {key}: {_explained(what, key)}") from error
    _refuse_shared(config.sensors, where)
    external_server(config.mqtt, where)
    listen_address(config.mqtt, where)
    try:
        sound_output(config.sound.output)
    except ValueError as error:
        raise ConfigError(f"{where}: sound.output: {error}") from error
    return config


def _refuse_shared(sensors: Mapping[str, Placement], where: str) -> None:
    """Reject two entries that would be the same sensor to the run, as their packets would be mixed."""
    names: dict[str, str] = {}
    ids: dict[str, str] = {}
    for key, placement in sensors.items():
        device = configured_id(key, placement)
        if (other := names.setdefault(key.casefold(), key)) != key:  # sensors are matched ignoring case
            what = "name the same sensor, which has only one placement"
        elif (other := ids.setdefault(device, key)) != key:
            what = f"would both get the id {device}"
        else:
            continue
        raise ConfigError(f'{where}: sensors: "{other}" and "{key}" {what}: {ONE_ENTRY_EACH}')


def _explained(what: str, key: str) -> str:
    """Add the valid values where msgspec names only a pattern or the invalid value."""
    if "matching regex" in what:  # the only pattern there is
        return "write platform, virtual, or bumble:TRANSPORT such as bumble:usb:0"
    if not what.startswith("Invalid enum value"):
        return what
    kind: Any = Config
    for name in key.split("."):
        kind = next(field.type for field in msgspec.structs.fields(kind) if field.encode_name == name)
    valid = [each.value for each in kind] if isinstance(kind, type) and issubclass(kind, Enum) else get_args(kind)
    return f"{what.removeprefix('Invalid enum value ')} is not valid: write {' or '.join(valid)}"


def _refuse_unknown(struct: type[msgspec.Struct], data: Mapping[str, Any], where: str, at: str) -> None:
    types = {field.encode_name: field.type for field in msgspec.structs.fields(struct)}
    for key, value in data.items():
        if key not in types:
            raise ConfigError(f"{where}: unknown key {at}{key!s}: {nearest(key, list(types))}")
        inner = types[key]
        if not at and not isinstance(value, Mapping):
            raise ConfigError(f"{where}: {key} is a section: write [{key}] on a line of its own, then {_FIRST[key]}")
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct) and isinstance(value, Mapping):
            _refuse_unknown(inner, value, where, f"{at}{key}.")
        elif key in {"sensors", "mounts"} and isinstance(value, Mapping):
            _refuse_placements(key, value, where)


def _refuse_placements(section: str, table: Mapping[str, Any], where: str) -> None:
    valid = [placement.value for placement in Placement]
    for key, value in table.items():
        word = key if section == "mounts" else value
        if not isinstance(word, str) or word not in valid:
            raise ConfigError(f"{where}: {section}.{key}: no placement {word!r}: {nearest(str(word), valid)}")
