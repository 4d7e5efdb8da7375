"""Sensor placements stored by `stridecue pair`, in a file of their own next to the configuration."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from dsp.signals import Placement
from hub.settings.config import ConfigError
from hub.settings.folders import beside, chosen_file

OPPOSITE = {
    Placement.LEFT_FOOT: Placement.RIGHT_FOOT,
    Placement.RIGHT_FOOT: Placement.LEFT_FOOT,
    Placement.LEFT_HIP: Placement.RIGHT_HIP,
    Placement.RIGHT_HIP: Placement.LEFT_HIP,
}
_HEAD = "# Written by `stridecue pair`, by Bluetooth address. [sensors] in the configuration takes precedence.\n"


class Sensor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Placement and advertised name of a paired sensor."""

    placement: Placement
    name: str = ""


def pairing_file(config: str | None, *, virtual: bool = False) -> Path:
    """Return the pairing of a configuration (None: the user's own); `virtual`: the one of virtual sensors."""
    return beside(chosen_file(config), "paired-simulated.toml" if virtual else "paired.toml")


def load_paired(path: Path) -> dict[str, Sensor]:
    """Read the paired sensors by address, empty when there is no file; raises ConfigError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(data, dict[str, Sensor])
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"{path}: {error}: `stridecue pair --forget` starts over") from error


def read_pairing(path: Path) -> dict[str, Placement]:
    """Read address -> placement; raises ConfigError."""
    return {address: sensor.placement for address, sensor in load_paired(path).items()}


def store_paired(path: Path, sensors: Mapping[str, Sensor]) -> None:
    """Replace the file atomically; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # JSON strings are valid TOML basic strings.
    tables = [
        f'\n[{json.dumps(address)}]\nplacement = "{sensor.placement}"\nname = {json.dumps(sensor.name)}\n'
        for address, sensor in sensors.items()
    ]
    unfinished = path.with_suffix(".new")
    unfinished.write_text(_HEAD + "".join(tables), encoding="utf-8")
    unfinished.replace(path)


def placed(paired: Mapping[str, Sensor], address: str, sensor: Sensor) -> dict[str, Sensor]:
    """Return `paired` with this sensor, replacing any entry with the same placement or address."""
    kept = {
        each: other for each, other in paired.items() if other.placement is not sensor.placement and each != address
    }
    return {**kept, address: sensor}


def swapped(paired: Mapping[str, Sensor]) -> dict[str, Sensor]:
    """Return the sensors with left and right exchanged."""
    return {
        address: Sensor(OPPOSITE.get(sensor.placement, sensor.placement), sensor.name)
        for address, sensor in paired.items()
    }
